/**
 * The order in which modules are loaded so that one works: what `modprobe --show-depends` prints. Before a module come
 * those it needs; around each, its soft dependencies, with all that they need.
 * Source: kmod, libkmod-module.c, kmod_module_get_probe_list.
 */
import { BadTree } from '../bad-tree.ts';
import { moduleName } from '../names.ts';
import type { ModuleFacts, ModuleTree, SoftDependency } from '../tree.ts';
import { byName, findModule, isBuiltin } from './find.ts';

type Step =
  /** With all that it needs, unless it was asked for by this key before. */
  | { readonly kind: 'load'; readonly module: ModuleFacts; readonly key: string }
  /** It alone, between its soft dependencies. */
  | { readonly kind: 'surround'; readonly module: ModuleFacts }
  | { readonly kind: 'place'; readonly name: string };

/**
 * @returns names in the order of loading, the module itself included; nothing for what is built in. As in modprobe's
 * list, a module that soft dependencies lead to more than once stands there again: loading it again changes nothing.
 */
export const planLoad = (tree: ModuleTree, asked: string): readonly string[] => {
  if (isBuiltin(tree, asked)) return [];
  const modules = byName(tree);
  const [order, visited] = [[] as string[], new Set<string>()];
  const root = findModule(tree, asked);
  // A stack of its own: soft dependencies may form a chain as long as the tree.
  const stack: Step[] = [{ kind: 'load', module: root, key: root.name }];
  for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
    if (step.kind === 'place') order.push(step.name);
    else if (step.kind === 'surround') {
      const { name, softdeps: { pre = [], post = [] } = {} } = step.module;
      const place: Step = { kind: 'place', name };
      stack.push(...[...answers(modules, pre), place, ...answers(modules, post)].reverse());
    } else if (!visited.has(step.key)) {
      visited.add(step.key);
      requireNoCycle(tree, step.module);
      const needed = step.module.needs.flatMap((name) => modules.get(name) ?? []);
      for (const module of [step.module, ...needed]) stack.push({ kind: 'surround', module });
    }
  }
  return order;
};

/** For modprobe a module that was found by an alias is another than the one found by its name. */
const answers = (
  modules: ReadonlyMap<string, ModuleFacts>,
  soft: readonly SoftDependency[],
): readonly Step[] =>
  soft.flatMap(({ asked, modules: names }) =>
    names.flatMap((name): readonly Step[] => {
      const module = modules.get(name);
      const key = moduleName(asked) === name ? name : `${name}\0${asked}`;
      return module === undefined ? [] : [{ kind: 'load', module, key }];
    }),
  );

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
