/**
 * Inodes: their fields, and the blocks of a file. All inodes are in memory while mounted.
 *
 * Rules: a block beyond the end of a file is a hole. Bytes of its last block beyond the end may be anything: who makes a
 * file longer zeroes them first (`zeroTail`), so that making it shorter needs no access to the disk.
 */
import { Errno } from '../../../spec/errno.ts';
import type { VirtualAddress } from '../../../spec/riscv.ts';
import type { Steps } from '../contract.ts';
import { clear } from '../copying.ts';
import { grow, isKept, release } from './blocks.ts';
import { blank, cached, loaded, markDirty, relabel } from './cache.ts';
import { At, BLOCK, FILE_BLOCKS, INODE_BYTES, INODES, InodeAt, Kind } from './layout.ts';
import { get, getByte, put, putByte, type Volume } from './volume.ts';

export type Inode = number;

const inodeAt = (inode: Inode): number => At.table + inode * INODE_BYTES;

export const isInode = (inode: Inode): boolean => inode > 0 && inode < INODES;
export const kindOf = (v: Volume, inode: Inode): number => get(v, inodeAt(inode) + InodeAt.kind);
export const isDirectory = (v: Volume, inode: Inode): boolean =>
  kindOf(v, inode) === Kind.directory;
export const linksOf = (v: Volume, inode: Inode): number => get(v, inodeAt(inode) + InodeAt.links);
/** Bytes. */
export const sizeOf = (v: Volume, inode: Inode): number => get(v, inodeAt(inode) + InodeAt.size);
/** Of a directory. */
export const parentOf = (v: Volume, inode: Inode): Inode => {
  const parent = get(v, inodeAt(inode) + InodeAt.parent);
  return isInode(parent) ? parent : 0;
};

/** The inode differs from the disk. */
const touch = (v: Volume, inode: Inode): void => {
  const block = Math.floor((inode * INODE_BYTES) / BLOCK);
  put(v, At.dirty, get(v, At.dirty) | (1 << block));
  put(v, At.changing, 1);
};

const setField = (v: Volume, inode: Inode, field: number, value: number): void => {
  put(v, inodeAt(inode) + field, value);
  touch(v, inode);
};
export const setKind = (v: Volume, inode: Inode, kind: number): void =>
  setField(v, inode, InodeAt.kind, kind);
export const setLinks = (v: Volume, inode: Inode, links: number): void =>
  setField(v, inode, InodeAt.links, links);
export const setSize = (v: Volume, inode: Inode, size: number): void =>
  setField(v, inode, InodeAt.size, size);
export const setParent = (v: Volume, inode: Inode, parent: Inode): void =>
  setField(v, inode, InodeAt.parent, parent);

/** Number of the block that holds bytes index × 512 on; 0: a hole. */
export const pointer = (v: Volume, inode: Inode, index: number): number =>
  getByte(v, inodeAt(inode) + InodeAt.blocks + index);
export const setPointer = (v: Volume, inode: Inode, index: number, block: number): void => {
  putByte(v, inodeAt(inode) + InodeAt.blocks + index, block);
  touch(v, inode);
};

/** A block of a file, to be read: its address in memory or −EIO. */
export function* blockOf(v: Volume, inode: Inode, index: number): Steps<VirtualAddress> {
  const block = pointer(v, inode, index);
  if (block === 0) return v.base + At.zeros;
  return cached(v, block) || (yield* loaded(v, block));
}

/** A block of a file, to be changed: its address in memory, −ENOSPC or −EIO. */
export function* ownBlock(v: Volume, inode: Inode, index: number): Steps<VirtualAddress> {
  const old = pointer(v, inode, index);
  if (old === 0) return yield* newBlock(v, inode, index);
  const address = cached(v, old) || (yield* loaded(v, old));
  if (address < 0) return address;
  if (!isKept(v, old)) {
    markDirty(v, old);
    return address;
  }
  const block = v.routines.allocate(v);
  if (block < 0) return block;
  const moved = relabel(v, old, block);
  release(v, old);
  setPointer(v, inode, index, block);
  return moved;
}

function* newBlock(v: Volume, inode: Inode, index: number): Steps<VirtualAddress> {
  const block = grow(v);
  if (block < 0) return block;
  const address = yield* blank(v, block);
  if (address > 0) setPointer(v, inode, index, block);
  else release(v, block);
  return address;
}

/** Zeroes what lies behind the end in the last block. Answers 0 or an error. */
export function* zeroTail(v: Volume, inode: Inode): Steps<number> {
  const size = sizeOf(v, inode);
  const index = Math.floor(size / BLOCK);
  const from = size % BLOCK;
  if (from === 0 || index >= FILE_BLOCKS || pointer(v, inode, index) === 0) return 0;
  const address = yield* ownBlock(v, inode, index);
  if (address < 0) return address;
  clear(v.memory, address + from, BLOCK - from);
  return 0;
}

/** Makes a file shorter, or a directory. */
export const shorten = (v: Volume, inode: Inode, size: number): void => {
  for (let index = Math.ceil(size / BLOCK); index < FILE_BLOCKS; index++) {
    const block = pointer(v, inode, index);
    if (block === 0) continue;
    release(v, block);
    setPointer(v, inode, index, 0);
  }
  setSize(v, inode, size);
};

/** A free inode with nothing in it, or −ENOSPC. It stays free until it gets a kind. */
export const freeInode = (v: Volume): Inode => {
  for (let inode = 1; inode < INODES; inode++) if (kindOf(v, inode) === Kind.free) return inode;
  return -Errno.ENOSPC;
};

export const opensOf = (v: Volume, inode: Inode): number => get(v, At.opens + inode * 4);
export const setOpens = (v: Volume, inode: Inode, opens: number): void =>
  put(v, At.opens + inode * 4, opens);

/** Frees the inode and its blocks. */
export const discard = (v: Volume, inode: Inode): void => {
  shorten(v, inode, 0);
  setLinks(v, inode, 0);
  setParent(v, inode, 0);
  setKind(v, inode, Kind.free);
};

/** A file goes with its last name and its last description. */
export const collect = (v: Volume, inode: Inode): void => {
  if (isDirectory(v, inode) || linksOf(v, inode) > 0 || opensOf(v, inode) > 0) return;
  discard(v, inode);
};
