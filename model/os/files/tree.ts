/**
 * The abstract file system: nodes, open-file descriptions, and a table of descriptors for each owner (an address
 * space). A value that is never changed: each call makes a new one, which shares what stayed the same, so that keeping
 * two of them costs nothing.
 *
 * Left out: blocks, caches, what is on the disk.
 * @see POSIX.1-2024, 3.243 open file description
 */
import { DISK_BUDGET, FIRST_DESCRIPTOR, MAX_DESCRIPTORS } from '../../../spec/files.ts';

export type NodeId = number;
export type DescriptionId = number;
/** Who has a table of descriptors: the number of an address space. */
export type Owner = number;
/** A descriptor: FIRST_DESCRIPTOR or more. */
export type Descriptor = number;

export interface FileNode {
  readonly kind: 'file';
  /** Contents, holes as zeros. Never changed in place. */
  readonly bytes: Uint8Array;
  /** It was made longer without being written there. */
  readonly sparse: boolean;
  /** Names that it has. */
  readonly links: number;
}
export interface DirectoryNode {
  readonly kind: 'directory';
  /** The root is its own parent. */
  readonly parent: NodeId;
  readonly entries: ReadonlyMap<string, NodeId>;
}
export type FsNode = FileNode | DirectoryNode;

export interface Description {
  readonly node: NodeId;
  /** As given to open. */
  readonly flags: number;
  /** Bytes from the start of the file, 0 to 2^31 − 1. */
  readonly offset: number;
  /** Descriptors that share it. */
  readonly descriptors: number;
}

export type DescriptorTable = ReadonlyMap<Descriptor, DescriptionId>;

export interface FileSystem {
  readonly nodes: ReadonlyMap<NodeId, FsNode>;
  readonly descriptions: ReadonlyMap<DescriptionId, Description>;
  readonly tables: ReadonlyMap<Owner, DescriptorTable>;
  /** The next number for a node or a description. */
  readonly next: number;
}

export const ROOT: NodeId = 1;

/** An empty root directory, nothing open. */
export const emptyFileSystem = (): FileSystem => ({
  nodes: new Map([[ROOT, { kind: 'directory', parent: ROOT, entries: new Map() }]]),
  descriptions: new Map(),
  tables: new Map(),
  next: ROOT + 1,
});

const NO_TABLE: DescriptorTable = new Map();
export const tableOf = (fs: FileSystem, owner: Owner): DescriptorTable =>
  fs.tables.get(owner) ?? NO_TABLE;

/** A copy of the map with one entry set, or taken away. */
export const withEntry = <K, V>(
  map: ReadonlyMap<K, V>,
  key: K,
  value: V | undefined,
): Map<K, V> => {
  const copy = new Map(map);
  if (value === undefined) copy.delete(key);
  else copy.set(key, value);
  return copy;
};

export const withNode = (fs: FileSystem, id: NodeId, node: FsNode | undefined): FileSystem => ({
  ...fs,
  nodes: withEntry(fs.nodes, id, node),
});

export const withDescription = (
  fs: FileSystem,
  id: DescriptionId,
  description: Description | undefined,
): FileSystem => ({ ...fs, descriptions: withEntry(fs.descriptions, id, description) });

const withTable = (fs: FileSystem, owner: Owner, table: DescriptorTable): FileSystem => ({
  ...fs,
  tables: withEntry(fs.tables, owner, table.size > 0 ? table : undefined),
});

/** The lowest free descriptor, or `undefined` where all are open. */
export const freeDescriptor = (fs: FileSystem, owner: Owner): Descriptor | undefined => {
  const table = tableOf(fs, owner);
  for (let fd = FIRST_DESCRIPTOR; fd < FIRST_DESCRIPTOR + MAX_DESCRIPTORS; fd++) {
    if (!table.has(fd)) return fd;
  }
  return undefined;
};

/** Lets a descriptor stand for the description, which counts it. */
export const install = (
  fs: FileSystem,
  owner: Owner,
  fd: Descriptor,
  id: DescriptionId,
  description: Description,
): FileSystem => {
  const counted = { ...description, descriptors: description.descriptors + 1 };
  const opened = withDescription(fs, id, counted);
  return withTable(opened, owner, withEntry(tableOf(fs, owner), fd, id));
};

/** A file goes with its last name and its last description. */
export const collect = (fs: FileSystem, id: NodeId): FileSystem => {
  const node = fs.nodes.get(id);
  if (node?.kind !== 'file' || node.links > 0) return fs;
  for (const { node: open } of fs.descriptions.values()) if (open === id) return fs;
  return withNode(fs, id, undefined);
};

/** Takes the descriptor away, and the description with its last one. */
export const uninstall = (fs: FileSystem, owner: Owner, fd: Descriptor): FileSystem => {
  const table = tableOf(fs, owner);
  const id = table.get(fd);
  const description = id === undefined ? undefined : fs.descriptions.get(id);
  if (id === undefined || !description) return fs;
  const closed = withTable(fs, owner, withEntry(table, fd, undefined));
  const descriptors = description.descriptors - 1;
  if (descriptors > 0) return withDescription(closed, id, { ...description, descriptors });
  return collect(withDescription(closed, id, undefined), description.node);
};

/** The owner has ended: all that it had open is closed. */
export const closeAll = (fs: FileSystem, owner: Owner): FileSystem => {
  let left = fs;
  for (const fd of tableOf(fs, owner).keys()) left = uninstall(left, owner, fd);
  return left;
};

/** Does the disk hold more than every disk must be able to hold? A file counts once for each name. */
export const beyondBudget = (fs: FileSystem): boolean => {
  let names = 0;
  let bytes = 0;
  for (const node of fs.nodes.values()) {
    names += node.kind === 'file' ? Math.max(node.links, 1) : 1;
    if (node.kind === 'file') bytes += node.bytes.length;
  }
  return names - 1 > DISK_BUDGET.files || bytes > DISK_BUDGET.bytes;
};
