/**
 * The order in which modules are loaded so that one works: what `modprobe --show-depends` prints. Before a module come
 * those it needs; around each, its soft dependencies, with all that they need.
 * Source: kmod, libkmod-module.c, kmod_module_get_probe_list.
 */
import { BadTree } from '../bad-tree.ts';
import { moduleName } from '../names.ts';
import type { ModuleFacts, ModuleTree } from '../tree.ts';
import { byName, findModule, isBuiltin } from './find.ts';

/**
 * @returns names in the order of loading, the module itself included; nothing for what is built in. As in modprobe's
 * list, a module that soft dependencies lead to more than once stands there again: loading it again changes nothing.
 */
export const planLoad = (tree: ModuleTree, asked: string): readonly string[] => {
  if (isBuiltin(tree, asked)) return [];
  const modules = byName(tree);
  const [order, visited] = [[] as string[], new Set<string>()];

  /** @param key for modprobe a module that was found by an alias is another than the one found by its name */
  const load = (module: ModuleFacts, key: string): void => {
    if (visited.has(key)) return;
    visited.add(key);
    requireNoCycle(tree, module);
    for (const name of module.needs.toReversed()) surround(modules.get(name));
    surround(module);
  };
  const surround = (module: ModuleFacts | undefined): void => {
    if (module === undefined) return;
    for (const soft of module.softdeps?.pre ?? []) answer(soft.asked, soft.modules);
    order.push(module.name);
    for (const soft of module.softdeps?.post ?? []) answer(soft.asked, soft.modules);
  };
  const answer = (wanted: string, names: readonly string[]): void => {
    for (const name of names) {
      const module = modules.get(name);
      if (module) load(module, moduleName(wanted) === name ? name : `${name}\0${wanted}`);
    }
  };

  const module = findModule(tree, asked);
  load(module, module.name);
  return order;
};

/** Modules that need each other cannot be loaded: whichever comes first lacks the other's symbols. */
const requireNoCycle = (tree: ModuleTree, module: ModuleFacts): void => {
  const modules = byName(tree);
  for (const name of [module.name, ...module.needs]) {
    const found = modules.get(name);
    if (!found?.needs.includes(name)) continue;
    const others = found.needs.filter(
      (one) => one !== name && modules.get(one)?.needs.includes(name),
    );
    const who = [name, ...others].join(', ');
    throw new BadTree(
      `${tree.label}: ${module.name} cannot be loaded: ${who} ${others.length > 0 ? 'need each other' : 'needs itself'} (${found.path}); remove one of the dependencies, or run depmod again.`,
    );
  }
};
