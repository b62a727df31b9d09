/** What ramfs does with names: makes and removes them, one or two at a time. Refusals stand in the order of Linux. */
import { Errno } from '../../../../spec/errno.ts';
import { Kind, type Names } from '../../../../spec/module-files.ts';
import { enter, inodeAt, isDirectory, isEmpty, mayChange, remove, spotOf } from './directories.ts';
import { forgetUnused, isReadOnly, newInode } from './inodes.ts';
import {
  type Address,
  type Call,
  type Disk,
  ENTRIES,
  InEntry,
  InInode,
  read,
  type Spot,
} from './layout.ts';

/** Something new of a kind at a place. */
const makeAt = (
  disk: Disk,
  { at, caller }: Pick<Call, 'at' | 'caller'>,
  spot: Pick<Spot, 'directory' | 'name'>,
  kind: number,
  mode: number,
): number => {
  const inode = newInode(disk, at, kind, caller, mode);
  if (inode === 0) return -Errno.ENOSPC;
  const entry = disk.routines.freePlace(disk, ENTRIES);
  if (entry === 0) {
    forgetUnused(disk, inode);
    return -Errno.ENOSPC;
  }
  enter(disk, spot, entry, inode);
  return 0;
};

/** A place for something new, which the caller may make there; or an errno. */
const placeFor = (disk: Disk, call: Call, names: Names): Spot | number => {
  const spot = names.length === 0 ? -Errno.EEXIST : spotOf(disk, call, names);
  if (typeof spot === 'number') return spot;
  if (spot.entry !== 0) return -Errno.EEXIST;
  if (isReadOnly(disk, call)) return -Errno.EROFS;
  return mayChange(disk, call, spot.directory) ? spot : -Errno.EACCES;
};

const make =
  (kind: number) =>
  (disk: Disk, call: Call): number => {
    const spot = placeFor(disk, call, call.names);
    return typeof spot === 'number' ? spot : makeAt(disk, call, spot, kind, call.how);
  };
export const create = make(Kind.file);
export const mkdir = make(Kind.directory);

export const whiteout = (disk: Disk, call: Call): number => {
  const { how, names } = call;
  const found = how & 1 && names.length > 0 ? spotOf(disk, call, names) : 0;
  if (typeof found !== 'number' && found.entry !== 0) return hide(disk, call, found);
  const spot = placeFor(disk, call, names);
  return typeof spot === 'number' ? spot : makeAt(disk, call, spot, Kind.whiteout, 0);
};

/** A whiteout takes the place of what is there. It is made first: without room for it nothing changes. */
const hide = (disk: Disk, call: Call, { directory, name, entry }: Spot): number => {
  if (isReadOnly(disk, call)) return -Errno.EROFS;
  if (!mayChange(disk, call, directory)) return -Errno.EACCES;
  const inode = read(disk, entry, InEntry.inode);
  if (isDirectory(disk, inode) && !isEmpty(disk, inode)) return -Errno.ENOTEMPTY;
  const made = newInode(disk, call.at, Kind.whiteout, call.caller, 0);
  if (made === 0) return -Errno.ENOSPC;
  remove(disk, directory, entry);
  enter(disk, { directory, name }, disk.routines.freePlace(disk, ENTRIES), made);
  return 0;
};

/** What is there already, to be removed by the caller; or an errno. */
const toRemove = (disk: Disk, call: Call): Spot | number => {
  const spot = spotOf(disk, call, call.names);
  if (typeof spot === 'number') return spot;
  if (isReadOnly(disk, call)) return -Errno.EROFS;
  if (spot.entry === 0) return -Errno.ENOENT;
  return mayChange(disk, call, spot.directory) ? spot : -Errno.EACCES;
};

const inodeOf = (disk: Disk, { entry }: Spot): Address => read(disk, entry, InEntry.inode);

export const unlink = (disk: Disk, call: Call): number => {
  const spot = call.names.length === 0 ? -Errno.EISDIR : toRemove(disk, call);
  if (typeof spot === 'number') return spot;
  if (isDirectory(disk, inodeOf(disk, spot))) return -Errno.EISDIR;
  remove(disk, spot.directory, spot.entry);
  return 0;
};

export const rmdir = (disk: Disk, call: Call): number => {
  const spot = call.names.length === 0 ? -Errno.EBUSY : toRemove(disk, call);
  if (typeof spot === 'number') return spot;
  const inode = inodeOf(disk, spot);
  if (!isDirectory(disk, inode)) return -Errno.ENOTDIR;
  if (!isEmpty(disk, inode)) return -Errno.ENOTEMPTY;
  remove(disk, spot.directory, spot.entry);
  return 0;
};

/** A whiteout has one name only, as where hard links are protected (fs.protected_hardlinks). */
export const link = (disk: Disk, call: Call): number => {
  const inode = inodeAt(disk, call);
  if (inode < 0) return inode;
  const spot = placeFor(disk, call, call.others);
  if (typeof spot === 'number') return spot;
  if (read(disk, inode, InInode.kind) !== Kind.file) return -Errno.EPERM;
  const entry = disk.routines.freePlace(disk, ENTRIES);
  if (entry === 0) return -Errno.ENOSPC;
  enter(disk, spot, entry, inode);
  return 0;
};

export const same = (disk: Disk, call: Call): number => {
  const [one, other] = [inodeAt(disk, call), inodeAt(disk, call, call.others)];
  if (one < 0) return one;
  return other < 0 ? other : Number(one === other);
};
