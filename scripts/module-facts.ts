/**
 * `node --import ./scripts/typescript.mjs scripts/module-facts.ts <folder of a kernel’s modules>` writes the facts that
 * ship: trees/embedded/linux-<version>.json.br. With `Module.symvers` in the folder (from the kernel’s headers) they hold
 * what the kernel itself exports, too.
 */
import { writeFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';
import { compact } from '../trees/embedded/form.ts';
import { EMBEDDED_FILE, EMBEDDED_KERNEL } from '../trees/embedded/index.ts';
import { readModuleTree } from '../trees/read/index.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('give the folder of a kernel’s modules');
const tree = await readModuleTree(folder);
if (tree.label !== EMBEDDED_KERNEL) {
  throw new Error(`${folder} is ${tree.label}; facts ship of ${EMBEDDED_KERNEL} only`);
}
const text = JSON.stringify(compact(tree));
const packed = brotliCompressSync(text, {
  params: {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
  },
});
const target = new URL(`../trees/embedded/${EMBEDDED_FILE}`, import.meta.url);
writeFileSync(target, packed);
process.stdout.write(
  `${tree.modules.length} modules, ${text.length} bytes as text, ${packed.length} packed: ${EMBEDDED_FILE}\n`,
);
