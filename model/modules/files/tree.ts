/**
 * Trees of files as values: what ramfs holds. Nothing is counted: names, space and users of a file are looked up where
 * they matter, and what no name leads to, and nobody has open, is no more.
 */
import { FILE_LIMITS, Kind, type Names, Right, type Stat } from '../../../spec/module-files.ts';

/** Of an inode; fresh ones are never used again. */
export type NodeId = number;

export interface FileNode {
  readonly kind: number;
  readonly mode: number;
  readonly owner: number;
  readonly opaque: boolean;
  /** Of a directory: what its names stand for. */
  readonly entries: ReadonlyMap<number, NodeId>;
  /** Of a file: its size, words that are not 0, and blocks that it has. */
  readonly size: number;
  readonly words: ReadonlyMap<number, number>;
  readonly blocks: ReadonlySet<number>;
  /** The number of its mount. */
  readonly tree: number;
}

export interface Tree {
  readonly root: NodeId;
  readonly mounter: number;
  readonly readOnly: boolean;
  readonly nosuid: boolean;
  /** Infinity: as many as there are. */
  readonly inodes: number;
  readonly blocks: number;
}

export interface OpenFile {
  readonly node: NodeId;
  readonly reads: boolean;
  readonly writes: boolean;
  /** Of the request by which it was opened. */
  readonly key: number;
}

export interface Disk {
  readonly nodes: ReadonlyMap<NodeId, FileNode>;
  readonly trees: ReadonlyMap<number, Tree>;
  readonly open: ReadonlyMap<number, OpenFile>;
  readonly fresh: NodeId;
}

export const emptyDisk: Disk = { nodes: new Map(), trees: new Map(), open: new Map(), fresh: 1 };

export const newNode = (tree: number, kind: number, owner: number, mode: number): FileNode => ({
  kind,
  mode,
  owner,
  opaque: false,
  entries: new Map(),
  size: 0,
  words: new Map(),
  blocks: new Set(),
  tree,
});

export const nodeOf = ({ nodes }: Disk, id: NodeId): FileNode => {
  const node = nodes.get(id);
  if (!node) throw new Error(`there is no node ${id}`);
  return node;
};

export const withNode = (disk: Disk, id: NodeId, change: Partial<FileNode>): Disk => ({
  ...disk,
  nodes: new Map(disk.nodes).set(id, { ...nodeOf(disk, id), ...change }),
});

/** A name in a directory stands for a node from now on; undefined: for none. */
export const withEntry = (
  disk: Disk,
  directory: NodeId,
  name: number,
  node: NodeId | undefined,
): Disk => {
  const entries = new Map(nodeOf(disk, directory).entries);
  if (node === undefined) entries.delete(name);
  else entries.set(name, node);
  return withNode(disk, directory, { entries });
};

export const isDirectory = ({ kind }: FileNode): boolean => kind === Kind.directory;

/** Without what nobody can reach any more. */
export const swept = (disk: Disk): Disk => {
  const reached = new Set<NodeId>();
  const reach = (id: NodeId): void => {
    if (reached.has(id)) return;
    reached.add(id);
    for (const child of nodeOf(disk, id).entries.values()) reach(child);
  };
  for (const { root } of disk.trees.values()) reach(root);
  for (const { node } of disk.open.values()) reach(node);
  if (reached.size === disk.nodes.size) return disk;
  return { ...disk, nodes: new Map([...disk.nodes].filter(([id]) => reached.has(id))) };
};

// ---- what there is

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((a, b) => a + b, 0);

const nodesIn = ({ nodes }: Disk, tree: number): readonly FileNode[] =>
  [...nodes.values()].filter((node) => node.tree === tree);

/** Whether the tree may have one inode more. */
export const hasInode = (disk: Disk, tree: number): boolean =>
  disk.nodes.size < FILE_LIMITS.inodes &&
  nodesIn(disk, tree).length < (disk.trees.get(tree)?.inodes ?? Number.POSITIVE_INFINITY);

export const hasBlock = (disk: Disk, tree: number): boolean => {
  const blocks = (nodes: Iterable<FileNode>): number =>
    sum([...nodes].map((node) => node.blocks.size));
  const limit = disk.trees.get(tree)?.blocks ?? Number.POSITIVE_INFINITY;
  return blocks(disk.nodes.values()) < FILE_LIMITS.blocks && blocks(nodesIn(disk, tree)) < limit;
};

export const hasEntry = ({ nodes }: Disk): boolean =>
  sum([...nodes.values()].map(({ entries }) => entries.size)) < FILE_LIMITS.entries;

const linksOf = (disk: Disk, id: NodeId): number => {
  const node = nodeOf(disk, id);
  if (isDirectory(node))
    return 2 + [...node.entries.values()].filter((one) => isDirectory(nodeOf(disk, one))).length;
  return sum(
    [...disk.nodes.values()].map(
      ({ entries }) => [...entries.values()].filter((one) => one === id).length,
    ),
  );
};

export const statOfNode = (disk: Disk, id: NodeId): Stat => {
  const { kind, mode, owner, opaque, size } = nodeOf(disk, id);
  return { kind, mode, owner, opaque, words: size, links: linksOf(disk, id) };
};

/** The lowest number up to a limit that is not taken. Undefined: all are. */
export const lowestFree = (taken: ReadonlyMap<number, unknown>, limit: number) =>
  Array.from({ length: limit }, (_, number) => number).find((number) => !taken.has(number));

// ---- rights

/** Whether attributes allow a user something: a set of `Right`. */
export const allows = (
  { kind, mode, owner }: Pick<Stat, 'kind' | 'mode' | 'owner'>,
  user: number,
  wanted: number,
): boolean => {
  const ofClass = user === owner ? (mode >>> 6) & 7 : mode & 7;
  const anyRuns = kind === Kind.directory || (mode & 0o111) > 0;
  const granted = user === 0 ? Right.read | Right.write | (anyRuns ? Right.search : 0) : ofClass;
  return (granted & wanted) === wanted;
};

/** Whether one path leads through the other, further on. */
export const isUnder = (names: Names, above: Names): boolean =>
  names.length > above.length && above.every((name, index) => names[index] === name);
