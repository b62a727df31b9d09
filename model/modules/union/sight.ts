/**
 * What can be seen in a union: at each place what lies in the upper layer and what of the lower one shows beside or
 * below it. A layer is a tree of a disk, or another union; so a part is a node, or again such a place.
 */
import { Errno } from '../../../spec/errno.ts';
import { Kind, type Names, Right, type Stat } from '../../../spec/module-files.ts';
import { treeOf } from '../files/paths.ts';
import { allows, type Disk, type NodeId, nodeOf, statOfNode } from '../files/tree.ts';
import type { Layer, UnionMount, Unions } from './world.ts';

type Part = NodeId | Sight;

export interface Sight {
  readonly union: UnionMount;
  /** A whiteout as well. */
  readonly upper: NodeId | undefined;
  readonly lower: Part | undefined;
}

/** A layer's own whiteouts and opaque directories are seen in it, those of a union below are not. */
const statOfPart = (disk: Disk, part: Part): Stat => {
  const stat = typeof part === 'number' ? statOfNode(disk, part) : shown(disk, part);
  if (!stat) throw new Error('nothing is shown');
  return stat;
};

/** The attributes that show. Undefined: nothing is there. */
export const shown = (disk: Disk, { upper, lower }: Sight): Stat | undefined => {
  if (upper === undefined) return lower === undefined ? undefined : plain(statOfPart(disk, lower));
  const stat = statOfNode(disk, upper);
  if (stat.kind === Kind.whiteout) return undefined;
  return plain(lower === undefined ? stat : { ...stat, links: 1 });
};

const plain = (stat: Stat): Stat => ({ ...stat, opaque: false });

export const isDirectory = (disk: Disk, sight: Sight): boolean =>
  shown(disk, sight)?.kind === Kind.directory;

/** The node that has the attributes and the words which show. */
export const topNode = (sight: Part): NodeId => {
  if (typeof sight === 'number') return sight;
  const part = sight.upper ?? sight.lower;
  if (part === undefined) throw new Error('nothing is shown');
  return topNode(part);
};

export const rootOf = (disk: Disk, unions: Unions, union: UnionMount): Sight => {
  const root = ({ mount, isUnion }: Layer): Part => {
    const inner = unions.mounts.get(mount);
    return isUnion && inner ? rootOf(disk, unions, inner) : treeOf(disk, mount).root;
  };
  return {
    union,
    upper: union.upper && treeOf(disk, union.upper.mount).root,
    lower: root(union.lower),
  };
};

/** Whether a user may do something with what shows: he, and the mounter on whose account it is done. */
export const permits = (disk: Disk, sight: Sight, user: number, wanted: number): boolean => {
  const stat = shown(disk, sight);
  if (!stat || !allows(stat, user, wanted)) return false;
  const isCopied = sight.upper === undefined && (wanted & Right.write) > 0;
  const ofMounter = isCopied ? (wanted | Right.read) & ~Right.write : wanted;
  return allows(stat, sight.union.mounter, ofMounter);
};

/** A directory that the user may search: 0; or an errno. */
export const canSearch = (disk: Disk, sight: Sight, user: number): number => {
  if (!isDirectory(disk, sight)) return -Errno.ENOTDIR;
  return permits(disk, sight, user, Right.search) ? 0 : -Errno.EACCES;
};

/** What a layer has under a name for a user: nothing (undefined), a part, or an errno. */
const inLayer = (disk: Disk, directory: Part, name: number, user: number): Part | undefined => {
  if (typeof directory === 'number') {
    const node = nodeOf(disk, directory);
    return allows(node, user, Right.search) ? node.entries.get(name) : -Errno.EACCES;
  }
  const cannot = canSearch(disk, directory, user);
  if (cannot < 0) return cannot;
  const child = childOf(disk, directory, name);
  return typeof child === 'number' || shown(disk, child) ? child : undefined;
};

/** What is under a name, for the mounter; or an errno. */
export const childOf = (disk: Disk, parent: Sight, name: number): Sight | number => {
  const { union } = parent;
  const upper =
    parent.upper === undefined ? undefined : inLayer(disk, parent.upper, name, union.mounter);
  if (typeof upper === 'object') throw new Error('an upper layer is no union');
  if (upper !== undefined && upper < 0) return upper;
  const above = upper === undefined ? undefined : nodeOf(disk, upper);
  const hides = above && (above.kind !== Kind.directory || above.opaque);
  if (parent.lower === undefined || hides) return { union, upper, lower: undefined };
  const lower = inLayer(disk, parent.lower, name, union.mounter);
  if (typeof lower === 'number' && lower < 0) return lower;
  const kind = lower === undefined ? 0 : statOfPart(disk, lower).kind;
  const shows = above ? kind === Kind.directory : kind !== Kind.whiteout;
  return { union, upper, lower: shows ? lower : undefined };
};

/** What names lead to, for a user; or an errno. */
export const follow = (disk: Disk, root: Sight, names: Names, user: number): Sight | number => {
  let sight = root;
  for (const name of names) {
    const cannot = canSearch(disk, sight, user);
    if (cannot < 0) return cannot;
    const child = childOf(disk, sight, name);
    if (typeof child === 'number') return child;
    if (!shown(disk, child)) return -Errno.ENOENT;
    sight = child;
  }
  return sight;
};

/** Whether the lower layer has something there that would show if nothing hid it; it may, where nobody can know. */
export const liesBelow = (disk: Disk, { lower, union }: Sight, name: number): boolean => {
  const part = lower === undefined ? undefined : inLayer(disk, lower, name, union.mounter);
  if (part === undefined) return false;
  if (typeof part === 'number' && part < 0) return true;
  return statOfPart(disk, part).kind !== Kind.whiteout;
};

/** Names of a layer's directory and their kinds, for a user; or an errno. */
const listLayer = (disk: Disk, part: Part, user: number): Map<number, number> | number => {
  if (typeof part === 'number') {
    const node = nodeOf(disk, part);
    if (!allows(node, user, Right.read)) return -Errno.EACCES;
    return new Map([...node.entries].map(([name, id]) => [name, nodeOf(disk, id).kind]));
  }
  return permits(disk, part, user, Right.read) ? list(disk, part) : -Errno.EACCES;
};

/** Names that show in a directory, and their kinds: those above, then those below that nothing above hides. */
export const list = (disk: Disk, { union, upper, lower }: Sight): Map<number, number> | number => {
  const none = new Map<number, number>();
  const above = upper === undefined ? none : listLayer(disk, upper, union.mounter);
  if (typeof above === 'number') return above;
  const below = lower === undefined ? none : listLayer(disk, lower, union.mounter);
  if (typeof below === 'number') return below;
  const all = new Map([...below, ...above]);
  return new Map([...all].filter(([, kind]) => kind !== Kind.whiteout));
};
