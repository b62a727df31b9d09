/** Inodes of ramfs: made within the limits of their mount, gone with their last name and their last user; rights. */
import {
  FILE_LIMITS,
  Kind,
  MODE_BITS,
  MountOption,
  Right,
  SETUID,
} from '../../../../spec/module-files.ts';
import type { Word } from '../../../../spec/riscv.ts';
import {
  type Address,
  add,
  BLOCKS,
  type Call,
  clear,
  type Disk,
  freePlace,
  INODES,
  InBlock,
  InInode,
  InMount,
  read,
  write,
} from './layout.ts';

/** Whether one more is more than the mount may have. */
const isAtLimit = (disk: Disk, mount: Address, what: 'inodes' | 'blocks'): boolean => {
  const { shift, mask } = MountOption[what];
  const limit = (read(disk, mount, InMount.options) >>> shift) & mask;
  return limit !== 0 && read(disk, mount, InMount[what]) >= limit;
};

/** One without a name yet. 0: there is no room. */
export const newInode = (
  disk: Disk,
  mount: Address,
  kind: number,
  owner: number,
  mode: number,
): Address => {
  const inode = isAtLimit(disk, mount, 'inodes') ? 0 : disk.routines.freePlace(disk, INODES);
  if (inode === 0) return 0;
  write(disk, inode, InInode.kind, kind);
  write(disk, inode, InInode.mode, mode & MODE_BITS);
  write(disk, inode, InInode.owner, owner);
  write(disk, inode, InInode.links, kind === Kind.directory ? 1 : 0);
  write(disk, inode, InInode.mount, mount);
  add(disk, mount, InMount.inodes, 1);
  return inode;
};

/** It has lost a name or a user: without any it is gone. */
export const forgetUnused = (disk: Disk, inode: Address): void => {
  const isDirectory = read(disk, inode, InInode.kind) === Kind.directory;
  if (read(disk, inode, InInode.links) > (isDirectory ? 1 : 0)) return;
  if (read(disk, inode, InInode.open) > 0) return;
  disk.routines.freeBlocks(disk, inode, 0);
  add(disk, read(disk, inode, InInode.mount), InMount.inodes, -1);
  clear(disk, INODES, inode);
};

/** The block with a word of a file. 0: it is a hole. */
export const blockOf = (disk: Disk, inode: Address, word: number): Address =>
  read(disk, inode, InInode.blocks + 4 * Math.floor(word / FILE_LIMITS.wordsPerBlock));

/** A block of zeros for a word of a file. 0: there is no room. */
export const newBlock = (disk: Disk, inode: Address, word: number): Address => {
  const mount = read(disk, inode, InInode.mount);
  const block = isAtLimit(disk, mount, 'blocks') ? 0 : freePlace(disk, BLOCKS);
  if (block === 0) return 0;
  write(disk, block, InBlock.taken, 1);
  write(disk, inode, InInode.blocks + 4 * Math.floor(word / FILE_LIMITS.wordsPerBlock), block);
  add(disk, mount, InMount.blocks, 1);
  return block;
};

/** Gives back the blocks behind so many words. */
export const freeBlocks = (disk: Disk, inode: Address, words: number): void => {
  for (let index = 0; index < FILE_LIMITS.blocksPerFile; index++) {
    const field = InInode.blocks + 4 * index;
    const block = read(disk, inode, field);
    if (block === 0 || index * FILE_LIMITS.wordsPerBlock < words) continue;
    write(disk, inode, field, 0);
    clear(disk, BLOCKS, block);
    add(disk, read(disk, inode, InInode.mount), InMount.blocks, -1);
  }
};

/** The superuser may do all but run what nobody may. */
export const permits = (disk: Disk, inode: Address, caller: number, wanted: number): boolean => {
  const mode = read(disk, inode, InInode.mode);
  if (caller === 0) {
    const runs = read(disk, inode, InInode.kind) === Kind.directory || (mode & 0o111) !== 0;
    return runs || (wanted & Right.search) === 0;
  }
  const isOwner = caller === read(disk, inode, InInode.owner);
  return ((isOwner ? mode >>> 6 : mode) & 7 & wanted) === wanted;
};

/** Whether the caller may change what only the owner may change. */
export const isOwner = (disk: Disk, inode: Address, { caller }: Call): boolean =>
  caller === 0 || caller === read(disk, inode, InInode.owner);

/** Whoever changes a file does not get what was allowed to its old contents. */
export const dropSetuid = (disk: Disk, inode: Address): void => {
  const mode: Word = read(disk, inode, InInode.mode);
  if (read(disk, inode, InInode.kind) === Kind.file)
    write(disk, inode, InInode.mode, mode & ~SETUID);
};

export const isReadOnly = (disk: Disk, { at }: Call): boolean =>
  (read(disk, at, InMount.options) & MountOption.readOnly) !== 0;
