/** What ramfs does with what a path leads to: its attributes, its size, and what a directory holds. */
import { Errno } from '../../../../spec/errno.ts';
import {
  FILE_LIMITS,
  Kind,
  MAX_WORDS,
  MODE_BITS,
  MountOption,
  nextAnswer,
  Right,
  SETUID,
  statWord,
} from '../../../../spec/module-files.ts';
import { entriesOf, inodeAt, isDirectory } from './directories.ts';
import { blockOf, dropSetuid, freeBlocks, isOwner, isReadOnly } from './inodes.ts';
import {
  type Address,
  type Call,
  type Disk,
  InBlock,
  InEntry,
  InInode,
  InMount,
  read,
  write,
} from './layout.ts';

export const stat = (disk: Disk, call: Call): number => {
  const inode = inodeAt(disk, call);
  if (inode < 0) return inode;
  return statWord({
    kind: read(disk, inode, InInode.kind),
    mode: read(disk, inode, InInode.mode),
    owner: read(disk, inode, InInode.owner),
    links: read(disk, inode, InInode.links),
    words: read(disk, inode, InInode.words),
    opaque: read(disk, inode, InInode.opaque) === 1,
  });
};

export const next = (disk: Disk, call: Call): number => {
  const directory = inodeAt(disk, call);
  if (directory < 0) return directory;
  if (!isDirectory(disk, directory)) return -Errno.ENOTDIR;
  if (!disk.routines.permits(disk, directory, call.caller, Right.read)) return -Errno.EACCES;
  let [first, inode] = [32, 0];
  for (const entry of entriesOf(disk, directory)) {
    const name = read(disk, entry, InEntry.name);
    if (name > (call.how & 31) && name < first)
      [first, inode] = [name, read(disk, entry, InEntry.inode)];
  }
  return inode === 0 ? 0 : nextAnswer(first, read(disk, inode, InInode.kind));
};

/** Has the owner, or the superuser, change what is at the path. */
const owned =
  (change: (disk: Disk, call: Call, inode: Address) => number) =>
  (disk: Disk, call: Call): number => {
    const inode = inodeAt(disk, call);
    if (inode < 0) return inode;
    if (isReadOnly(disk, call)) return -Errno.EROFS;
    return isOwner(disk, inode, call) ? change(disk, call, inode) : -Errno.EPERM;
  };

export const chmod = owned((disk, { how }, inode) => {
  write(disk, inode, InInode.mode, how & MODE_BITS);
  return 0;
});

/** Nobody but the superuser gives files away. */
export const chown = owned((disk, { caller, how }, inode) => {
  const owner = how & 15;
  if (caller !== 0 && owner !== caller) return -Errno.EPERM;
  write(disk, inode, InInode.owner, owner);
  dropSetuid(disk, inode);
  return 0;
});

export const opaque = owned((disk, { how }, inode) => {
  if (!isDirectory(disk, inode)) return -Errno.ENOTDIR;
  write(disk, inode, InInode.opaque, how & 1);
  return 0;
});

export const truncate = (disk: Disk, call: Call): number => {
  const inode = inodeAt(disk, call);
  if (inode < 0) return inode;
  if (isDirectory(disk, inode)) return -Errno.EISDIR;
  if (read(disk, inode, InInode.kind) !== Kind.file) return -Errno.EINVAL;
  if (isReadOnly(disk, call)) return -Errno.EROFS;
  if (!disk.routines.permits(disk, inode, call.caller, Right.write)) return -Errno.EACCES;
  if (call.how > MAX_WORDS) return -Errno.EFBIG;
  if (call.caller !== 0) dropSetuid(disk, inode);
  disk.routines.cut(disk, inode, call.how);
  write(disk, inode, InInode.words, call.how);
  return 0;
};

/** What lies behind so many words is gone: should the file grow again, there will be zeros. */
export const cut = (disk: Disk, inode: Address, words: number): void => {
  const block = words < MAX_WORDS ? blockOf(disk, inode, words) : 0;
  const first = words % FILE_LIMITS.wordsPerBlock;
  for (let word = first; block !== 0 && word < FILE_LIMITS.wordsPerBlock; word++)
    write(disk, block, InBlock.words + 4 * word, 0);
  freeBlocks(disk, inode, words);
};

/** A file that is to run as its owner does, unless its mount says that nobody is to believe that. */
export const exec = (disk: Disk, call: Call): number => {
  const inode = inodeAt(disk, call);
  if (inode < 0) return inode;
  const isFile = read(disk, inode, InInode.kind) === Kind.file;
  if (!isFile || !disk.routines.permits(disk, inode, call.caller, Right.search))
    return -Errno.EACCES;
  const isTrusted = (read(disk, call.at, InMount.options) & MountOption.nosuid) === 0;
  const isSetuid = (read(disk, inode, InInode.mode) & SETUID) !== 0;
  return isTrusted && isSetuid ? read(disk, inode, InInode.owner) : call.caller;
};
