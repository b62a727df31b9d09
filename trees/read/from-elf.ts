/** A tree from the files of its modules: symbols are resolved as depmod does it. */
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf, bytesOfFile } from '../elf/bytes.ts';
import { aliasesOf, type FileFacts, factsOfFile } from '../elf/module.ts';
import { Known } from '../elf/symbols.ts';
import { moduleName, plainPath } from '../names.ts';
import type { ExportedSymbol, ModuleFacts, ModuleTree } from '../tree.ts';
import { decompressed, isCompressed } from './compressed.ts';
import { orBadTree, tableText } from './folder.ts';
import { needsOf } from './ranks.ts';
import { answerer, softNames } from './soft.ts';
import { builtinOf, kernelExportsOf, linesOf } from './tables.ts';

interface Named {
  readonly name: string;
  readonly path: string;
  readonly facts: FileFacts;
}

/** @param files paths of modules from the root */
export const treeFromElf = async (
  root: string,
  label: string,
  files: readonly string[],
): Promise<ModuleTree> => {
  const named: Named[] = [];
  const known = new Known();
  for (const [name, path] of inOrder(root, files)) {
    const file = join(root, path);
    const facts = isCompressed(path) ? await readCompressed(file, known) : readPlain(file, known);
    named.push({ name, path, facts });
  }
  const kernelExports = kernelExportsOf(root);
  return {
    label,
    source: 'elf',
    modules: resolved(named),
    builtin: builtinOf(root),
    ...(kernelExports !== undefined && { kernelExports }),
  };
};

/** As `modules.order` has them, then the others. Of two files of one name the first is taken, as depmod does. */
const inOrder = (root: string, files: readonly string[]): ReadonlyMap<string, string> => {
  const place = new Map(linesOf(tableText(root, 'modules.order')).map((path, at) => [path, at]));
  const last = place.size;
  const at = (path: string): number => place.get(plainPath(path)) ?? last;
  const sorted = [...files].sort((a, b) => at(a) - at(b));
  const byName = new Map<string, string>();
  for (const path of sorted) {
    const name = moduleName(path);
    if (!byName.has(name)) byName.set(name, path);
  }
  return byName;
};

const readPlain = (file: string, known: Known): FileFacts =>
  orBadTree(file, () => {
    const fd = openSync(file, 'r');
    try {
      return factsOfFile(bytesOfFile(file, fd, fstatSync(fd).size), known);
    } finally {
      closeSync(fd);
    }
  });

const readCompressed = async (file: string, known: Known): Promise<FileFacts> => {
  const content = orBadTree(file, () => readFileSync(file));
  return factsOfFile(bytesOf(file, await decompressed(file, content)), known);
};

const resolved = (named: readonly Named[]): ModuleFacts[] => {
  const owners = new Map<string, number>();
  for (const [at, { facts }] of named.entries()) {
    for (const { name } of facts.exports) owners.set(name, at);
  }
  const depends = named.map(({ facts }, at) => ownersOf(facts, owners, at));
  const needs = needsOf(depends);
  const soft = named.map(({ facts }) => softNames(facts.softdepLines[0] ?? ''));
  const answer = answerer(soft, new Set(named.map(({ name }) => name)), (start) =>
    named.map(({ name, facts }) => [name, aliasesOf(facts.modinfo, start)]),
  );
  const names = (list: readonly number[] = []): string[] =>
    list.map((one) => named[one]?.name ?? '');
  return named.map(({ name, path, facts }, at) => {
    const { softdepLines: _lines, modinfo: _text, ...rest } = facts;
    const softdeps = answer(soft[at] ?? softNames(''));
    return {
      name,
      path,
      depends: names(depends[at]),
      needs: names(needs[at]),
      ...(softdeps !== undefined && { softdeps }),
      ...rest,
    };
  });
};

const ownersOf = (
  { imports }: { readonly imports: readonly Pick<ExportedSymbol, 'name'>[] },
  owners: ReadonlyMap<string, number>,
  self: number,
): number[] => {
  const list: number[] = [];
  for (const { name } of imports) {
    const owner = owners.get(name);
    if (owner !== undefined && owner !== self && !list.includes(owner)) list.push(owner);
  }
  return list;
};
