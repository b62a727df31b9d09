/** Files of ramfs that are open, and their words. What is open stays, with or without a name. */
import { Errno } from '../../../../spec/errno.ts';
import {
  FILE_LIMITS,
  Kind,
  MAX_WORDS,
  OpenFor,
  READ,
  Right,
} from '../../../../spec/module-files.ts';
import { inodeAt, isDirectory } from './directories.ts';
import { blockOf, dropSetuid, forgetUnused, isReadOnly, newBlock } from './inodes.ts';
import {
  type Address,
  add,
  type Call,
  clear,
  type Disk,
  freePlace,
  InBlock,
  InInode,
  InMount,
  InOpen,
  OPEN,
  placeAt,
  read,
  write,
} from './layout.ts';

/** Why the caller cannot open it; 0: he can. */
const openRefusal = (disk: Disk, call: Call, inode: Address): number => {
  const { caller, how } = call;
  const kind = read(disk, inode, InInode.kind);
  const writes = (how & OpenFor.write) !== 0;
  if (writes && kind === Kind.directory) return -Errno.EISDIR;
  if (writes && kind === Kind.file && isReadOnly(disk, call)) return -Errno.EROFS;
  const wanted = (writes ? Right.write : 0) | (how & OpenFor.read ? Right.read : 0);
  if (!disk.routines.permits(disk, inode, caller, wanted)) return -Errno.EACCES;
  return kind === Kind.whiteout ? -Errno.ENXIO : 0;
};

export const open = (disk: Disk, call: Call): number => {
  const flags = call.how & 3;
  if (flags === 0) return -Errno.EINVAL;
  const place = freePlace(disk, OPEN);
  if (place === 0) return -Errno.ENFILE;
  const inode = inodeAt(disk, call);
  if (inode < 0) return inode;
  const refused = openRefusal(disk, call, inode);
  if (refused < 0) return refused;
  write(disk, place, InOpen.inode, inode);
  write(disk, place, InOpen.flags, flags);
  write(disk, place, InOpen.key, call.key);
  add(disk, inode, InInode.open, 1);
  add(disk, call.at, InMount.open, 1);
  return (place - placeAt(disk, OPEN, 0)) / (4 * OPEN.words);
};

/** The open file that a request means. 0: nobody who comes by this key has opened it. */
const openAt = (disk: Disk, { how, key }: Call): Address => {
  const at = placeAt(disk, OPEN, how & 15);
  return read(disk, at, InOpen.inode) !== 0 && read(disk, at, InOpen.key) === key ? at : 0;
};
const wordMeant = ({ how }: Call): number => how >>> 4;

export const close = (disk: Disk, call: Call): number => {
  const at = openAt(disk, call);
  if (at === 0) return -Errno.EBADF;
  const inode = read(disk, at, InOpen.inode);
  clear(disk, OPEN, at);
  add(disk, inode, InInode.open, -1);
  add(disk, read(disk, inode, InInode.mount), InMount.open, -1);
  forgetUnused(disk, inode);
  return 0;
};

/** The inode, if it was opened for this; or an errno. */
const openedFor = (disk: Disk, call: Call, flag: number): number => {
  const at = openAt(disk, call);
  const isFor = at !== 0 && (read(disk, at, InOpen.flags) & flag) !== 0;
  return isFor ? read(disk, at, InOpen.inode) : -Errno.EBADF;
};

export const readWord = (disk: Disk, call: Call): number => {
  const inode = openedFor(disk, call, OpenFor.read);
  if (inode < 0) return inode;
  if (isDirectory(disk, inode)) return -Errno.EISDIR;
  const word = wordMeant(call);
  if (word >= read(disk, inode, InInode.words)) return 0;
  const block = blockOf(disk, inode, word);
  const at = InBlock.words + 4 * (word % FILE_LIMITS.wordsPerBlock);
  return READ | (block === 0 ? 0 : read(disk, block, at));
};

export const writeWord = (disk: Disk, call: Call): number => {
  const inode = openedFor(disk, call, OpenFor.write);
  if (inode < 0) return inode;
  const word = wordMeant(call);
  if (word >= MAX_WORDS) return -Errno.EFBIG;
  const block = blockOf(disk, inode, word) || newBlock(disk, inode, word);
  if (block === 0) return -Errno.ENOSPC;
  const at = InBlock.words + 4 * (word % FILE_LIMITS.wordsPerBlock);
  write(disk, block, at, call.argument & (READ - 1));
  write(disk, inode, InInode.words, Math.max(word + 1, read(disk, inode, InInode.words)));
  if (call.caller !== 0) dropSetuid(disk, inode);
  return 0;
};
