/** Making, removing, linking and renaming. Rules stand in the order in which Linux looks at them (fs/namei.c). */
import { Errno } from '../../../spec/errno.ts';
import { Kind, MODE_BITS, type Names, Right } from '../../../spec/module-files.ts';
import { answers, type DiskOutcome, type FileCall, refusal } from './call.ts';
import { find, mayChange, type Place, placeOf, treeOf } from './paths.ts';
import {
  allows,
  type Disk,
  type FileNode,
  hasEntry,
  hasInode,
  isDirectory,
  isUnder,
  newNode,
  nodeOf,
  swept,
  withEntry,
} from './tree.ts';

/** A fresh node under a name, whatever that stood for. */
const enter = (disk: Disk, { directory, name }: Place, node: FileNode): Disk => {
  const nodes = new Map(disk.nodes).set(disk.fresh, node);
  return withEntry({ ...disk, nodes, fresh: disk.fresh + 1 }, directory, name, disk.fresh);
};

/** Where the caller may make something that is not there yet. */
const placeFor = (disk: Disk, call: FileCall, names: Names): Place | number => {
  if (names.length === 0) return -Errno.EEXIST;
  const place = placeOf(disk, call, names);
  if (typeof place === 'number') return place;
  const refused = refusal(
    [place.node !== undefined, Errno.EEXIST],
    [treeOf(disk, call.mount).readOnly, Errno.EROFS],
    [!mayChange(disk, call, place.directory), Errno.EACCES],
  );
  return refused < 0 ? refused : place;
};

const make = (disk: Disk, call: FileCall, kind: number, mode: number): DiskOutcome => {
  const place = placeFor(disk, call, call.names);
  if (typeof place === 'number') return answers(disk, place);
  if (!hasInode(disk, call.mount) || !hasEntry(disk)) return answers(disk, -Errno.ENOSPC);
  return answers(enter(disk, place, newNode(call.mount, kind, call.caller, mode)));
};

export const create = (disk: Disk, call: FileCall): DiskOutcome =>
  make(disk, call, Kind.file, call.how & MODE_BITS);
export const mkdir = (disk: Disk, call: FileCall): DiskOutcome =>
  make(disk, call, Kind.directory, call.how & MODE_BITS);

/** In place of something, it needs an inode while the other is still there. */
export const whiteout = (disk: Disk, call: FileCall): DiskOutcome => {
  const place = call.how & 1 && call.names.length > 0 ? placeOf(disk, call, call.names) : 0;
  if (typeof place === 'number' || place.node === undefined)
    return make(disk, call, Kind.whiteout, 0);
  const refused = refusal(
    [treeOf(disk, call.mount).readOnly, Errno.EROFS],
    [!mayChange(disk, call, place.directory), Errno.EACCES],
    [nodeOf(disk, place.node).entries.size > 0, Errno.ENOTEMPTY],
    [!hasInode(disk, call.mount), Errno.ENOSPC],
  );
  if (refused < 0) return answers(disk, refused);
  return answers(swept(enter(disk, place, newNode(call.mount, Kind.whiteout, call.caller, 0))));
};

const remove = (
  disk: Disk,
  call: FileCall,
  unless: (node: FileNode) => readonly (readonly [boolean, number])[],
): DiskOutcome => {
  const place = placeOf(disk, call, call.names);
  if (typeof place === 'number') return answers(disk, place);
  const { directory, name, node } = place;
  const refused = refusal(
    [treeOf(disk, call.mount).readOnly, Errno.EROFS],
    [node === undefined, Errno.ENOENT],
    [!mayChange(disk, call, directory), Errno.EACCES],
    ...(node === undefined ? [] : unless(nodeOf(disk, node))),
  );
  if (refused < 0) return answers(disk, refused);
  return answers(swept(withEntry(disk, directory, name, undefined)));
};

export const unlink = (disk: Disk, call: FileCall): DiskOutcome =>
  call.names.length === 0
    ? answers(disk, -Errno.EISDIR)
    : remove(disk, call, (node) => [[isDirectory(node), Errno.EISDIR]]);

export const rmdir = (disk: Disk, call: FileCall): DiskOutcome =>
  call.names.length === 0
    ? answers(disk, -Errno.EBUSY)
    : remove(disk, call, (node) => [
        [!isDirectory(node), Errno.ENOTDIR],
        [node.entries.size > 0, Errno.ENOTEMPTY],
      ]);

export const link = (disk: Disk, call: FileCall): DiskOutcome => {
  const node = find(disk, call, call.names);
  if (node < 0) return answers(disk, node);
  const place = placeFor(disk, call, call.others);
  if (typeof place === 'number') return answers(disk, place);
  const refused = refusal(
    [nodeOf(disk, node).kind !== Kind.file, Errno.EPERM],
    [!hasEntry(disk), Errno.ENOSPC],
  );
  if (refused < 0) return answers(disk, refused);
  return answers(withEntry(disk, place.directory, place.name, node));
};

export const same = (disk: Disk, call: FileCall): DiskOutcome => {
  const [one, other] = [find(disk, call, call.names), find(disk, call, call.others)];
  if (one < 0 || other < 0) return answers(disk, Math.min(one, 0) || other);
  return answers(disk, one === other ? 1 : 0);
};

/** What stands against a renaming once both places are known, and the first of them holds something else. */
const renameRefusal = (disk: Disk, call: FileCall, from: Place, to: Place): number => {
  const moved = nodeOf(disk, from.node ?? 0);
  const old = to.node === undefined ? undefined : nodeOf(disk, to.node);
  const moves = isDirectory(moved);
  const goesAway = moves && from.directory !== to.directory;
  return refusal(
    [!mayChange(disk, call, from.directory), Errno.EACCES],
    [!mayChange(disk, call, to.directory), Errno.EACCES],
    [old !== undefined && moves && !isDirectory(old), Errno.ENOTDIR],
    [old !== undefined && !moves && isDirectory(old), Errno.EISDIR],
    [goesAway && !allows(moved, call.caller, Right.write), Errno.EACCES],
    [(old?.entries.size ?? 0) > 0, Errno.ENOTEMPTY],
    [call.others.length > call.names.length && moved.entries.size > 0, Errno.ENAMETOOLONG],
  );
};

/** A whiteout that is to stay behind needs an inode and, if the new name is one more, an entry. */
const hasRoom = (disk: Disk, { how, mount }: FileCall, to: Place): boolean =>
  (how & 1) === 0 || (hasInode(disk, mount) && (to.node !== undefined || hasEntry(disk)));

export const rename = (disk: Disk, call: FileCall): DiskOutcome => {
  const { names, others, mount, caller } = call;
  const from = names.length === 0 ? undefined : placeOf(disk, call, names);
  if (typeof from === 'number') return answers(disk, from);
  const to = others.length === 0 ? undefined : placeOf(disk, call, others);
  if (typeof to === 'number') return answers(disk, to);
  if (!from || !to) return answers(disk, -Errno.EBUSY);
  const refused = refusal(
    [treeOf(disk, mount).readOnly, Errno.EROFS],
    [from.node === undefined, Errno.ENOENT],
    [isUnder(others, names), Errno.EINVAL],
    [isUnder(names, others), Errno.ENOTEMPTY],
  );
  if (refused < 0 || from.node === to.node) return answers(disk, refused);
  const cannot = renameRefusal(disk, call, from, to);
  if (cannot < 0) return answers(disk, cannot);
  if (!hasRoom(disk, call, to)) return answers(disk, -Errno.ENOSPC);
  const without = withEntry(disk, from.directory, from.name, undefined);
  const moved = withEntry(without, to.directory, to.name, from.node);
  const behind = call.how & 1;
  const left = behind ? enter(moved, from, newNode(mount, Kind.whiteout, caller, 0)) : moved;
  return answers(swept(left));
};
