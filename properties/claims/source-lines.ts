/**
 * How many source lines each component of the shipped kernels has: lines of its .ts files that are neither blank nor
 * comment, tests left out. A packed package has no sources: the build writes the table beside this file.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SERVICE_NAMES } from '../../kernels/services/contract.ts';

export interface SourceLines {
  /** What every kernel has in supervisor mode: core, messages, linker, loader of modules. */
  readonly kernel: number;
  readonly services: Readonly<Record<string, number>>;
}

/** The name of the table that the build writes. @public scripts/build.mjs */
export const SOURCE_LINES_FILE = 'source-lines.json';

const KERNEL_FOLDERS = ['core', 'ipc', 'link', 'modules'];
/** Not linked in: tests of kernels, and what is loaded while they run. */
const LEFT_OUT = ['testing', 'programs'];
const KERNELS = fileURLToPath(new URL('../../kernels/', import.meta.url));

export const sourceLines = (): SourceLines => {
  const table = new URL(SOURCE_LINES_FILE, import.meta.url);
  if (import.meta.url.endsWith('.ts')) return countSourceLines(KERNELS);
  return JSON.parse(readFileSync(table, 'utf8')) as SourceLines;
};

/** @param kernels the folder kernels/, with a slash at its end @public scripts/build.mjs */
export const countSourceLines = (kernels: string): SourceLines => {
  const services: Record<string, number> = {};
  for (const entry of entries(`${kernels}services`)) {
    const name = entry.name.replace(/\.ts$/, '');
    if (!isService(name)) continue;
    const path = `${kernels}services/${entry.name}`;
    const lines = entry.isDirectory() ? linesIn(path) : isSource(entry.name) ? linesOf(path) : 0;
    if (lines > 0) services[name] = (services[name] ?? 0) + lines;
  }
  const kernel = KERNEL_FOLDERS.reduce((all, folder) => all + linesIn(`${kernels}${folder}`), 0);
  return { kernel, services };
};

/** Other files there are shared: they count for none. */
const isService = (name: string): boolean => SERVICE_NAMES.some((service) => service === name);

const entries = (folder: string) =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
    : [];

const isSource = (name: string): boolean =>
  name.endsWith('.ts') && !name.endsWith('.test.ts') && !/^testing/.test(name);

const linesIn = (folder: string): number =>
  entries(folder).reduce((all, entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return LEFT_OUT.includes(entry.name) ? all : all + linesIn(path);
    return isSource(entry.name) ? all + linesOf(path) : all;
  }, 0);

const linesOf = (path: string): number => countLines(readFileSync(path, 'utf8'));

/** Lines of code: comments of both kinds and blank lines left out. Texts with comment signs do not occur in kernels. */
export const countLines = (source: string): number =>
  source
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .split('\n')
    .filter((line) => !/^\s*(\/\/.*)?$/.test(line)).length;
