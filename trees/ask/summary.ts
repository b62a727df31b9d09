/** A tree at a glance. */
import type { ModuleTree } from '../tree.ts';
import { isProprietary } from './papers.ts';
import { usersOf } from './users.ts';

export interface TreeSummary {
  readonly label: string;
  readonly source: ModuleTree['source'];
  readonly modules: number;
  readonly builtin: number;
  readonly exports: number;
  /** Only modules with a GPL-compatible licence may use these. */
  readonly gplOnlyExports: number;
  readonly imports: number;
  /** Pairs of modules of which one uses the other. */
  readonly dependencies: number;
  readonly softDependencies: number;
  /** Of all modules, the one that needs most others. */
  readonly neediest: { readonly module: string; readonly needs: number } | null;
  /** Those that most others use directly, most used first. */
  readonly mostUsed: readonly { readonly module: string; readonly users: number }[];
  readonly proprietary: number;
  readonly unsigned: number;
  /** Once loaded, they cannot be unloaded: an init, no exit. */
  readonly permanent: number;
}

const MOST_USED = 5;

export const summarize = (tree: ModuleTree): TreeSummary => {
  const { label, source, modules, builtin } = tree;
  const sum = (of: (module: (typeof modules)[number]) => number): number =>
    modules.reduce((total, module) => total + of(module), 0);
  const [neediest] = [...modules].sort((a, b) => b.needs.length - a.needs.length);
  const mostUsed = [...usersOf(tree)]
    .map(([module, users]) => ({ module, users: users.length }))
    .sort((a, b) => b.users - a.users)
    .slice(0, MOST_USED);
  return {
    label,
    source,
    modules: modules.length,
    builtin: builtin.length,
    exports: sum(({ exports }) => exports.length),
    gplOnlyExports: sum(({ exports }) => exports.filter(({ gplOnly }) => gplOnly).length),
    imports: sum(({ imports }) => imports.length),
    dependencies: sum(({ depends }) => depends.length),
    softDependencies: sum(({ softdeps }) =>
      softdeps === undefined ? 0 : softdeps.pre.length + softdeps.post.length,
    ),
    neediest: neediest ? { module: neediest.name, needs: neediest.needs.length } : null,
    mostUsed,
    proprietary: source === 'tables' ? 0 : modules.filter(isProprietary).length,
    unsigned: modules.filter(({ signed }) => signed === false).length,
    permanent: modules.filter(({ init, exit }) => init === true && exit === false).length,
  };
};
