/**
 * A kernel file and what it imports, as the text of one function `(__api) => its exports`, with a source map; of a folder
 * of layers one such function for each file.
 *
 * Rules: only 'kernelcheck' (what api.ts exports) and the user's own files by relative path; no other module, no
 * import() and no top-level await. Async functions are lowered to generators that ask for `Promise`, so that the stand-in
 * for it sees every use. The user's tsconfig.json is not read: a bundle depends on the files alone.
 */
import { readdir, stat } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { type BuildFailure, build, type Message, type Plugin } from 'esbuild';
import * as api from './api.ts';
import { BadInput, noDefaultExport } from './bad-input.ts';
import { nearest } from './facts.ts';
import { layerFiles, requireDownward } from './layer-files.ts';

export interface Bundle {
  /** As the user gave it; of a folder, its kernel.ts. */
  readonly file: string;
  /** The text of a function expression; of a folder, of a list of pairs. */
  readonly code: string;
  /** Source map of the code; its sources are relative to the file's folder. */
  readonly map: string;
}

const EXTENSIONS = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'];
const API_NAMES = Object.keys(api);
const HEAD = '(function (__api) { "use strict";\n';
const TAIL = '\nreturn __kernel; })';

/** @throws {BadInput} if there is no such file, it is not TypeScript or JavaScript, or it imports what it may not */
export const bundleKernel = async (file: string): Promise<Bundle> => {
  if (await isFolder(file)) return bundleLayers(file);
  await requireFile(file);
  const { code, map } = await bundleFile(file);
  return { file, code, map };
};

interface BundledFile {
  /** The text of a function `(__api) => its exports`. */
  readonly code: string;
  readonly map: string;
  /** All files that are part of it, relative to its folder. */
  readonly inputs: readonly string[];
}

const bundleFile = async (file: string): Promise<BundledFile> => {
  const path = resolve(file);
  const folder = dirname(path);
  try {
    const { outputFiles, metafile } = await build({
      stdin: {
        contents: `export * from ${JSON.stringify(`./${basename(path)}`)}; import * as all from ${JSON.stringify(`./${basename(path)}`)}; export default all.default;`,
        resolveDir: folder,
        sourcefile: '<entry>',
      },
      absWorkingDir: folder,
      outfile: join(folder, 'kernel.bundle.js'),
      bundle: true,
      write: false,
      format: 'iife',
      globalName: '__kernel',
      banner: { js: HEAD },
      footer: { js: TAIL },
      platform: 'neutral',
      target: 'es2023',
      supported: {
        'async-await': false,
        'async-generator': false,
        'for-await': false,
        'dynamic-import': false,
      },
      metafile: true,
      sourcemap: 'external',
      sourcesContent: false,
      tsconfigRaw: '{}',
      charset: 'utf8',
      logLevel: 'silent',
      plugins: [onlyOwnFiles],
    });
    const text = (end: string): string =>
      outputFiles.find((output) => output.path.endsWith(end))?.text ?? '';
    // Neither imports nor exports: esbuild would take it for a module of the older style.
    if (metafile.inputs[basename(path)]?.format === undefined) {
      throw new BadInput(file, noDefaultExport(file, []));
    }
    return {
      code: text('.js').trim(),
      map: text('.js.map'),
      inputs: Object.keys(metafile.inputs),
    };
  } catch (error) {
    if (error instanceof BadInput) throw error;
    throw new BadInput(file, tell(file, (error as Partial<BuildFailure>).errors ?? [], error));
  }
};

/**
 * A folder is a layered kernel: each layer is bundled on its own, so that no two share a variable. The text is a list of
 * pairs, the name of a file and its function; first that of kernel.ts.
 */
const bundleLayers = async (folder: string): Promise<Bundle> => {
  const { kernel, layers } = layerFiles(folder, await readdir(folder));
  const files = [kernel, ...layers];
  const bundled = await Promise.all(files.map((file) => bundleFile(join(folder, file))));
  for (const [index, { inputs }] of bundled.entries())
    requireDownward(folder, files, index, inputs);
  const parts: string[] = [];
  const sections: object[] = [];
  let line = 1;
  for (const [index, { code, map }] of bundled.entries()) {
    sections.push({ offset: { line: line + 1, column: 0 }, map: JSON.parse(map) });
    const part = `[${JSON.stringify(files[index])},\n${code}\n],`;
    parts.push(part);
    line += part.split('\n').length;
  }
  return {
    file: join(folder, kernel),
    code: `[\n${parts.join('\n')}\n]`,
    map: JSON.stringify({ version: 3, sections }),
  };
};

const isFolder = async (file: string): Promise<boolean> =>
  (await stat(file).catch(() => undefined))?.isDirectory() ?? false;

const requireFile = async (file: string): Promise<void> => {
  const wanted = 'give the path of a .ts or .js file whose default export is a kernel';
  const found = await stat(file).catch(() => undefined);
  if (!found) throw new BadInput(file, `${file}: there is no such file; ${wanted}.`);
  if (!found.isFile()) throw new BadInput(file, `${file} is not a regular file; ${wanted}.`);
  if (!EXTENSIONS.includes(extname(file))) {
    throw new BadInput(file, `${file} is not TypeScript or JavaScript by its name; ${wanted}.`);
  }
};

const ALLOWED = "a kernel imports only 'kernelcheck' and your own files by relative path ('./…')";

const onlyOwnFiles: Plugin = {
  name: 'only-own-files',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /.*/ }, ({ path, kind, namespace }) => {
      if (path === 'kernelcheck') return { path, namespace: 'kernelcheck' };
      if (kind === 'dynamic-import') {
        return {
          errors: [{ text: `import() is not for kernels: ${ALLOWED}, at the top of the file` }],
        };
      }
      if (namespace === 'file' || namespace === '') if (/^\.\.?(\/|$)/.test(path)) return undefined;
      const what = isBuiltin(path)
        ? `'${path}' is a module of the host`
        : `'${path}' is not allowed`;
      return { errors: [{ text: `${what}: ${ALLOWED}` }] };
    });
    onLoad({ filter: /.*/, namespace: 'kernelcheck' }, () => ({
      contents: API_NAMES.map((name) => `export const ${name} = __api.${name};`).join('\n'),
    }));
  },
};

/** esbuild's findings in one sentence: `first.ts:3:17: Expected ";" but found "x"`. */
const tell = (file: string, errors: readonly Message[], thrown: unknown): string => {
  const [first] = errors;
  if (!first) return `${file} cannot be bundled: ${String(thrown)}`;
  const { location, text } = first;
  const at = location
    ? `${join(dirname(file), location.file)}:${location.line}:${location.column + 1}`
    : file;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return `${at}: ${reworded(text)}${more}.`;
};

const reworded = (text: string): string => {
  const unknown = /^No matching export in "kernelcheck:kernelcheck" for import "(.*)"$/.exec(text);
  if (unknown) {
    const near = nearest(unknown[1] ?? '', API_NAMES);
    const hint = near === undefined ? '' : ` (did you mean \`${near}\`?)`;
    return `'kernelcheck' gives a kernel no \`${unknown[1]}\`${hint}; types aside, it gives ${API_NAMES.join(', ')}`;
  }
  if (text.startsWith('Top-level await')) {
    return 'await at the top level is not for kernels: a kernel file is evaluated at once; remove it';
  }
  return text.replace(/\.$/, '');
};
