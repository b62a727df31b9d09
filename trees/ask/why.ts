/** Why one module needs another: the shortest chain of dependencies, with the symbols that make each link. */
import type { ModuleTree } from '../tree.ts';
import { byName, findModule } from './find.ts';

export interface Link {
  readonly from: string;
  readonly to: string;
  /** Symbols of `to` that `from` imports; empty for a soft dependency, and where only tables were read. */
  readonly symbols: readonly string[];
  /** `from` works without `to`. */
  readonly soft?: true;
}

/**
 * @returns the chain, empty from a module to itself; nothing if there is none. A chain with soft dependencies only
 * where there is no other.
 */
export const whyNeeded = (
  tree: ModuleTree,
  from: string,
  to: string,
): readonly Link[] | undefined => {
  const [start, end] = [findModule(tree, from).name, findModule(tree, to).name];
  return chain(tree, start, end, hardLinks) ?? chain(tree, start, end, allLinks);
};

/** Without symbols, which are looked up for the chain that was found. */
type Links = (tree: ModuleTree, name: string) => readonly Link[];

const hardLinks: Links = (tree, name) =>
  (byName(tree).get(name)?.depends ?? []).map((to) => ({ from: name, to, symbols: [] }));

const allLinks: Links = (tree, name) => [...hardLinks(tree, name), ...softLinks(tree, name)];

/** What modprobe loads beside a module. */
export const softLinks: Links = (tree, name) => {
  const { pre = [], post = [] } = byName(tree).get(name)?.softdeps ?? {};
  return [...pre, ...post]
    .flatMap(({ modules }) => modules)
    .filter((to) => to !== name)
    .map((to) => ({ from: name, to, symbols: [], soft: true }));
};

const chain = (
  tree: ModuleTree,
  start: string,
  end: string,
  links: Links,
): readonly Link[] | undefined => {
  const reached = new Map<string, Link | undefined>([[start, undefined]]);
  for (const name of reached.keys()) {
    if (name === end) return back(tree, end, reached);
    for (const link of links(tree, name)) if (!reached.has(link.to)) reached.set(link.to, link);
  }
  return undefined;
};

const back = (
  tree: ModuleTree,
  end: string,
  reached: ReadonlyMap<string, Link | undefined>,
): readonly Link[] => {
  const found: Link[] = [];
  for (let link = reached.get(end); link !== undefined; link = reached.get(link.from)) {
    found.push({ ...link, symbols: symbolsBetween(tree, link.from, link.to) });
  }
  return found.reverse();
};

/** In the order of the importing file. */
export const symbolsBetween = (tree: ModuleTree, from: string, to: string): readonly string[] => {
  const exported = new Set(
    byName(tree)
      .get(to)
      ?.exports.map(({ name }) => name),
  );
  const imports = byName(tree).get(from)?.imports ?? [];
  return imports.filter(({ name }) => exported.has(name)).map(({ name }) => name);
};
