/** The text tables beside a kernel's modules: modules.order, modules.builtin, Module.symvers. */
import { BadTree } from '../bad-tree.ts';
import { moduleName } from '../names.ts';
import type { ExportedSymbol } from '../tree.ts';
import { tableText } from './folder.ts';

/** Lines that say something. */
export const linesOf = (text: string | undefined): string[] =>
  (text ?? '').split('\n').filter((line) => line !== '' && !line.startsWith('#'));

export const builtinOf = (root: string): string[] =>
  linesOf(tableText(root, 'modules.builtin')).map(moduleName);

const SYMVERS = ['Module.symvers', 'build/Module.symvers'];

/** What the kernel itself exports, where headers are installed. @param file another file to read instead */
export const kernelExportsOf = (root: string): readonly ExportedSymbol[] | undefined => {
  for (const name of SYMVERS) {
    const text = tableText(root, name);
    if (text !== undefined) return parseSymvers(text, `${root}/${name}`);
  }
  return undefined;
};

/** CRC, symbol, owner, kind of export, namespace: separated by tabs. Those of modules are left to the modules. */
const parseSymvers = (text: string, file: string): readonly ExportedSymbol[] =>
  linesOf(text).flatMap((line, index) => {
    const [crc = '', name = '', owner = '', kind = '', namespace = ''] = line.split('\t');
    if (!/^0x[0-9a-f]{8}$/.test(crc) || name === '' || !kind.startsWith('EXPORT_SYMBOL')) {
      throw new BadTree(
        `${file}:${index + 1}: expected a CRC such as 0x4c9d28b0, a symbol, its owner and EXPORT_SYMBOL, separated by tabs; make it again or remove it.`,
      );
    }
    if (owner !== 'vmlinux') return [];
    const gplOnly = kind.includes('_GPL');
    return [{ name, gplOnly, crc: Number(crc), ...(namespace !== '' && { namespace }) }];
  });
