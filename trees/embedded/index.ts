/** The tree of a real kernel, shipped as compressed facts: Debian’s Linux 6.1.0-56-amd64 (scripts/module-facts.ts). */
import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import type { ModuleTree } from '../tree.ts';
import { expand } from './expand.ts';
import type { CompactTree } from './form.ts';

export const EMBEDDED_KERNEL = '6.1.0-56-amd64';
/** Beside this file; a build copies it. */
export const EMBEDDED_FILE = `linux-${EMBEDDED_KERNEL}.json.br`;

let tree: ModuleTree | undefined;

export const embeddedTree = (): ModuleTree => {
  tree ??= expand(compactTree());
  return tree;
};

const compactTree = (): CompactTree => {
  const packed = readFileSync(new URL(EMBEDDED_FILE, import.meta.url));
  return JSON.parse(brotliDecompressSync(packed).toString()) as CompactTree;
};
