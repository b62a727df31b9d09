/** The graph of what a module needs, as DOT and as SVG. Graphviz itself (compiled to WebAssembly) lays it out. */
import type { ModuleTree } from '../tree.ts';
import { byName, findModule } from './find.ts';
import { type Link, softLinks, symbolsBetween } from './why.ts';

export const GRAPH_FORMATS = ['svg', 'dot'] as const;
export type GraphFormat = (typeof GRAPH_FORMATS)[number];

export interface ModuleGraph {
  readonly module: string;
  /** The module first, then as they are reached. */
  readonly nodes: readonly string[];
  readonly edges: readonly Link[];
}

/** All that modprobe would load with a module, and why. */
export const graphOf = (tree: ModuleTree, asked: string): ModuleGraph => {
  const modules = byName(tree);
  const { name: root } = findModule(tree, asked);
  const nodes = new Set([root]);
  const edges: Link[] = [];
  for (const name of nodes) {
    const hard = modules.get(name)?.depends ?? [];
    for (const to of hard) edges.push({ from: name, to, symbols: symbolsBetween(tree, name, to) });
    for (const link of softLinks(tree, name)) {
      if (!hard.includes(link.to) && !edges.some((one) => same(one, link))) edges.push(link);
    }
    for (const { from, to } of edges) if (from === name) nodes.add(to);
  }
  return { module: root, nodes: [...nodes], edges };
};

const same = (a: Link, b: Link): boolean => a.from === b.from && a.to === b.to;

const STYLE = `  graph [rankdir=TB, nodesep=0.25, ranksep=0.5, bgcolor="white"];
  node [shape=box, style="rounded,filled", fillcolor="#eef3fb", color="#5b7db1", fontname="Helvetica,Arial,sans-serif", fontsize=11, height=0.3, margin="0.22,0.06"];
  edge [color="#5b7db1", arrowsize=0.6];
`;
const ROOT = 'fillcolor="#2f5597", fontcolor="white"';
const SOFT = 'style=dashed, color="#9a9a9a"';

/** An arrow goes from who needs to what is needed; a dashed one is a soft dependency. */
export const graphDot = ({ module, nodes, edges }: ModuleGraph): string => {
  const node = (name: string): string => `  ${id(name)}${name === module ? ` [${ROOT}]` : ''};\n`;
  const edge = ({ from, to, symbols, soft }: Link): string => {
    const tip = symbols.length > 0 ? `tooltip=${id(symbols.join(', '))}` : '';
    const attributes = [soft ? SOFT : '', tip].filter((text) => text !== '').join(', ');
    return `  ${id(from)} -> ${id(to)}${attributes === '' ? '' : ` [${attributes}]`};\n`;
  };
  return `digraph ${id(module)} {\n${STYLE}${nodes.map(node).join('')}${edges.map(edge).join('')}}\n`;
};

/** A name of a module may hold anything that a file's name may. */
const id = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

export const graphSvg = async (graph: ModuleGraph): Promise<string> => {
  // Only who wants a picture waits for the library: it is large.
  const { Graphviz } = await import('@hpcc-js/wasm-graphviz');
  const graphviz = await Graphviz.load();
  return graphviz.dot(graphDot(graph));
};
