/** Who uses a module: the graph of dependencies, backwards. */
import type { ModuleTree } from '../tree.ts';

const known = new WeakMap<ModuleTree, ReadonlyMap<string, readonly string[]>>();

/** For each module that has any, those that use it directly, in the order of the tree. */
export const usersOf = (tree: ModuleTree): ReadonlyMap<string, readonly string[]> => {
  const before = known.get(tree);
  if (before) return before;
  const users = new Map<string, string[]>();
  for (const { name, depends } of tree.modules) {
    for (const used of depends) {
      const list = users.get(used);
      if (list) list.push(name);
      else users.set(used, [name]);
    }
  }
  known.set(tree, users);
  return users;
};
