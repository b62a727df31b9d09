/**
 * From a host's stack text to lines of a kernel's source. A *told* stack has one frame a line, innermost first, with the
 * frames of the machine and of the checker left out: `    at unmap (first.ts:57:9)`.
 */
import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FlattenMap, originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import type { Bundle } from './bundle.ts';
import { BUNDLE_NAME } from './names.ts';

interface Frame {
  readonly name: string;
  readonly url: string;
  readonly line: number;
  readonly column: number;
}

const FRAME = /^\s+at (?:(.*?) \()?(.+?):(\d+):(\d+)\)?$/;

const framesOf = (stack: string): readonly Frame[] =>
  stack.split('\n').flatMap((row) => {
    const [, name = '', url = '', line = '', column = ''] = FRAME.exec(row) ?? [];
    return url === '' ? [] : { name, url, line: Number(line), column: Number(column) };
  });

const told = ({ name, url, line, column }: Frame): string =>
  name === '' ? `    at ${url}:${line}:${column}` : `    at ${name} (${url}:${line}:${column})`;

/** The innermost line of the kernel in a told stack. */
export const siteOf = (stack: string): { file: string; line: number } | undefined => {
  const [frame] = framesOf(stack);
  return frame && { file: frame.url, line: frame.line };
};

/** Turns stack texts of one kernel into told stacks. */
export type Tell = (stack: string) => string;

/** For a bundled kernel: names are paths as the user would give them. */
export const bundleTeller = (bundle: Bundle): Tell => {
  const map = FlattenMap(bundle.map);
  const folder = dirname(bundle.file);
  return tellOnly((frame) => {
    if (frame.url !== BUNDLE_NAME) return undefined;
    const { source, line, column } = originalPositionFor(map, {
      line: frame.line,
      column: frame.column - 1,
    });
    if (source === null || !/\.\w+$/.test(source)) return undefined;
    return { ...frame, url: join(folder, source), line, column: column + 1 };
  });
};

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const OURS = ['hardware', join('properties', 'execute')].map((folder) => folder + sep);

/** For shipped kernels: names are paths within the package; compiled files are traced back to their sources. */
export const shippedTeller = (): Tell => {
  const maps = new Map<string, TraceMap | undefined>();
  return tellOnly((frame) => {
    // A path instead of an address: Node has traced it to its source already (--enable-source-maps).
    const path = isAbsolute(frame.url) ? frame.url : pathOf(frame.url);
    if (path === undefined) return undefined;
    const name = relative(ROOT, path);
    if (name.startsWith('..') || name.startsWith('node_modules')) return undefined;
    if (OURS.some((folder) => name.startsWith(folder))) return undefined;
    if (!maps.has(path)) maps.set(path, mapBeside(path));
    const map = maps.get(path);
    if (!map) return { ...frame, url: name };
    const original = originalPositionFor(map, { line: frame.line, column: frame.column - 1 });
    if (original.source === null) return { ...frame, url: name };
    const source = relative(join(ROOT, '..'), join(dirname(path), original.source));
    return { ...frame, url: source, line: original.line, column: original.column + 1 };
  });
};

const pathOf = (url: string): string | undefined =>
  url.startsWith('file:') ? fileURLToPath(url) : undefined;

const mapBeside = (path: string): TraceMap | undefined => {
  try {
    return path.endsWith('.js') ? new TraceMap(readFileSync(`${path}.map`, 'utf8')) : undefined;
  } catch {
    return undefined;
  }
};

const tellOnly =
  (place: (frame: Frame) => Frame | undefined): Tell =>
  (stack) =>
    framesOf(stack)
      .flatMap((frame) => place(frame) ?? [])
      .map(told)
      .join('\n');

const LONGEST = 300;

/** The text of a halt record in one line: what was said first, and where in the kernel. */
export const tellMessage = (message: string, tell: Tell): string => {
  const first = printable(message.split('\n', 1)[0] ?? '');
  const text = first.length > LONGEST ? `${first.slice(0, LONGEST)}…` : first;
  const site = message.includes('\n') ? siteOf(tell(message)) : undefined;
  return site ? `${text} (${site.file}:${site.line})` : text;
};

/** Without control characters: what someone else's code prints must not act on a terminal. */
export const printable = (text: string): string => text.replace(/[^\P{C}\n\t]/gu, '�');
