/** A module by the name that a person typed; hyphens and underscores are the same. */
import { BadTree, quoted } from '../bad-tree.ts';
import { moduleName } from '../names.ts';
import type { ModuleFacts, ModuleTree } from '../tree.ts';

/** Modules by name, made once for each tree. */
const indexes = new WeakMap<ModuleTree, ReadonlyMap<string, ModuleFacts>>();

export const byName = (tree: ModuleTree): ReadonlyMap<string, ModuleFacts> => {
  const known = indexes.get(tree);
  if (known) return known;
  const index = new Map(tree.modules.map((module) => [module.name, module]));
  indexes.set(tree, index);
  return index;
};

export const isBuiltin = (tree: ModuleTree, asked: string): boolean =>
  tree.builtin.includes(moduleName(asked));

/** @throws BadTree that names the nearest, if there is no such module */
export const findModule = (tree: ModuleTree, asked: string): ModuleFacts => {
  const module = byName(tree).get(moduleName(asked));
  if (module) return module;
  if (isBuiltin(tree, asked)) {
    throw new BadTree(
      `${tree.label}: ${moduleName(asked)} is built into this kernel: it is always there, is never loaded or unloaded and needs no module.`,
    );
  }
  const near = nearestNames(moduleName(asked), [...byName(tree).keys()]);
  const hint = near.length === 0 ? 'name one of its modules' : `did you mean ${near.join(' or ')}?`;
  throw new BadTree(
    `${tree.label}: there is no module ${quoted(asked)}; ${hint}${near.length === 0 ? '.' : ''}`,
  );
};

const MOST_HINTS = 3;

/** Those with the fewest typing errors, if they are few; then those that contain the word. */
const nearestNames = (word: string, names: readonly string[]): readonly string[] => {
  const most = Math.max(1, Math.floor(word.length / 4));
  const ranked = names
    .filter((name) => Math.abs(name.length - word.length) <= most)
    .map((name) => ({ name, edits: editsBetween(word, name) }))
    .filter(({ edits }) => edits <= most)
    .sort((a, b) => a.edits - b.edits);
  if (ranked.length > 0) return ranked.slice(0, MOST_HINTS).map(({ name }) => name);
  const long = word.length >= 3 && word.length <= 64;
  return long ? names.filter((name) => name.includes(word)).slice(0, MOST_HINTS) : [];
};

/** Insertions, deletions, replacements, and swaps of neighbours (optimal string alignment). */
const editsBetween = (a: string, b: string): number => {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next[j] = Math.min(
        (row[j - 1] ?? 0) + (same ? 0 : 1),
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        swapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
};
