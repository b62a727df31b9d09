/** Renaming in ramfs. What the new name stood for goes; with RENAME_WHITEOUT one stays behind. */
import { Errno } from '../../../../spec/errno.ts';
import { Kind, Right } from '../../../../spec/module-files.ts';
import { enter, isDirectory, isEmpty, leave, mayChange, remove, spotOf } from './directories.ts';
import { isReadOnly, newInode } from './inodes.ts';
import { type Address, type Call, type Disk, ENTRIES, InEntry, read, type Spot } from './layout.ts';

const startsWith = (names: readonly number[], begin: readonly number[]): boolean =>
  begin.every((name, index) => names[index] === name);

/** Whether one of two paths leads through the other: a directory cannot become a part of itself. */
const within = ({ names, others }: Call): number => {
  if (others.length > names.length && startsWith(others, names)) return -Errno.EINVAL;
  return names.length > others.length && startsWith(names, others) ? -Errno.ENOTEMPTY : 0;
};

/** Whether the caller may, and the kinds fit. */
const refusal = (disk: Disk, call: Call, from: Spot, to: Spot): number => {
  const inode = read(disk, from.entry, InEntry.inode);
  const old = to.entry && read(disk, to.entry, InEntry.inode);
  if (!mayChange(disk, call, from.directory)) return -Errno.EACCES;
  if (!mayChange(disk, call, to.directory)) return -Errno.EACCES;
  const moves = isDirectory(disk, inode);
  if (old && moves && !isDirectory(disk, old)) return -Errno.ENOTDIR;
  if (old && !moves && isDirectory(disk, old)) return -Errno.EISDIR;
  const isOther = moves && from.directory !== to.directory;
  if (isOther && !disk.routines.permits(disk, inode, call.caller, Right.write))
    return -Errno.EACCES;
  if (old && moves && !isEmpty(disk, old)) return -Errno.ENOTEMPTY;
  const isDeeper = call.others.length > call.names.length;
  return moves && isDeeper && !isEmpty(disk, inode) ? -Errno.ENAMETOOLONG : 0;
};

/** What is to stay behind: 0, nothing; or an errno. */
const whiteoutFor = (disk: Disk, { at, caller, how }: Call, to: Spot): number => {
  if ((how & 1) === 0) return 0;
  const hasEntry = to.entry !== 0 || disk.routines.freePlace(disk, ENTRIES) !== 0;
  const inode = hasEntry ? newInode(disk, at, Kind.whiteout, caller, 0) : 0;
  return inode === 0 ? -Errno.ENOSPC : inode;
};

const move = (disk: Disk, from: Spot, to: Spot, behind: Address): void => {
  if (to.entry !== 0) remove(disk, to.directory, to.entry);
  const inode = leave(disk, from.directory, from.entry);
  enter(disk, to, disk.routines.freePlace(disk, ENTRIES), inode);
  if (behind !== 0) enter(disk, from, disk.routines.freePlace(disk, ENTRIES), behind);
};

export const rename = (disk: Disk, call: Call): number => {
  const { names, others } = call;
  const from = names.length === 0 ? undefined : spotOf(disk, call, names);
  if (typeof from === 'number') return from;
  const to = others.length === 0 ? undefined : spotOf(disk, call, others);
  if (typeof to === 'number') return to;
  if (!from || !to) return -Errno.EBUSY;
  if (isReadOnly(disk, call)) return -Errno.EROFS;
  if (from.entry === 0) return -Errno.ENOENT;
  const refused = within(call);
  if (refused < 0) return refused;
  const inode = read(disk, from.entry, InEntry.inode);
  if (to.entry !== 0 && read(disk, to.entry, InEntry.inode) === inode) return 0;
  const cannot = disk.routines.refusesRename(disk, call, from, to);
  if (cannot < 0) return cannot;
  const behind = whiteoutFor(disk, call, to);
  if (behind < 0) return behind;
  move(disk, from, to, behind);
  return 0;
};

export { refusal as refusesRename };
