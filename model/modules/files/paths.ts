/** Where paths lead in a tree, for a caller. */
import { Errno } from '../../../spec/errno.ts';
import { type Names, Right } from '../../../spec/module-files.ts';
import type { FileCall } from './call.ts';
import { allows, type Disk, isDirectory, type NodeId, nodeOf, type Tree } from './tree.ts';

export const treeOf = ({ trees }: Disk, number: number): Tree => {
  const tree = trees.get(number);
  if (!tree) throw new Error(`no tree ${number}`);
  return tree;
};

/** A directory that the caller may search: 0; or an errno. */
const canSearch = (disk: Disk, id: NodeId, caller: number): number => {
  const node = nodeOf(disk, id);
  if (!isDirectory(node)) return -Errno.ENOTDIR;
  return allows(node, caller, Right.search) ? 0 : -Errno.EACCES;
};

/** The node there; or an errno, below 0. */
export const find = (disk: Disk, { mount, caller }: FileCall, names: Names): NodeId => {
  let id = treeOf(disk, mount).root;
  for (const name of names) {
    const cannot = canSearch(disk, id, caller);
    if (cannot < 0) return cannot;
    const child = nodeOf(disk, id).entries.get(name);
    if (child === undefined) return -Errno.ENOENT;
    id = child;
  }
  return id;
};

/** A name in a directory, and what it stands for. */
export interface Place {
  readonly directory: NodeId;
  readonly name: number;
  readonly node: NodeId | undefined;
}

/** Of a path that is not the root's; or an errno. */
export const placeOf = (disk: Disk, call: FileCall, names: Names): Place | number => {
  const directory = find(disk, call, names.slice(0, -1));
  if (directory < 0) return directory;
  const cannot = canSearch(disk, directory, call.caller);
  if (cannot < 0) return cannot;
  const name = names.at(-1) ?? 0;
  return { directory, name, node: nodeOf(disk, directory).entries.get(name) };
};

/** Whether the caller may add and remove names there. */
export const mayChange = (disk: Disk, { caller }: FileCall, directory: NodeId): boolean =>
  allows(nodeOf(disk, directory), caller, Right.write | Right.search);
