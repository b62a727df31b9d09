/**
 * Module hooks: 'kernelcheck' is the library's source, and a .ts file is stripped of its types. What comes of a file is
 * kept in node_modules/.cache under a hash of its text, so that the many processes of a test run do it once.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const LIBRARY = new URL('../index.ts', import.meta.url).href;
const CACHE = new URL('../node_modules/.cache/kernelcheck-types/', import.meta.url);
/** Raised whenever the same text is to become something else. */
const CACHE_FORMAT = '1';

export async function resolve(specifier, context, next) {
  if (specifier === 'kernelcheck') return { url: LIBRARY, format: 'module', shortCircuit: true };
  return next(specifier, context);
}

export async function load(url, context, next) {
  const { protocol, pathname } = new URL(url);
  if (protocol !== 'file:' || !pathname.endsWith('.ts')) return next(url, context);
  const sourcefile = fileURLToPath(url);
  const text = await readFile(sourcefile, 'utf8');
  const hash = createHash('sha256').update(`${CACHE_FORMAT} ${sourcefile}\n${text}`).digest('hex');
  const kept = new URL(`${hash}.js`, CACHE);
  const source = (await readFile(kept, 'utf8').catch(() => '')) || (await strip(text, sourcefile));
  return { format: 'module', source, shortCircuit: true };

  async function strip(typed, file) {
    const { transform } = await import('esbuild');
    const { code } = await transform(typed, {
      loader: 'ts',
      format: 'esm',
      target: 'node20',
      sourcefile: file,
      sourcemap: 'inline',
      tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    });
    await keep(kept, code).catch(() => {}); // where nothing can be written, it is done each time
    return code;
  }
}

/** Others see all of it or nothing. */
async function keep(file, code) {
  await mkdir(CACHE, { recursive: true });
  const unfinished = new URL(`${file.href}.${process.pid}`);
  await writeFile(unfinished, code);
  await rename(unfinished, file);
}
