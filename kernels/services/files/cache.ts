/**
 * The buffer cache: blocks of the disk in memory. A buffer that differs from the disk is dirty; it is written when a sync
 * or a need for buffers makes it necessary. That may be at any time, since a dirty block never lies where the tree on
 * the disk has one (see blocks.ts).
 *
 * Rule: an address of a buffer is good until the next use of the cache.
 */
import { Errno } from '../../../spec/errno.ts';
import type { VirtualAddress } from '../../../spec/riscv.ts';
import type { Steps } from '../contract.ts';
import { clear } from '../copying.ts';
import { At, BLOCK, BUFFERS } from './layout.ts';
import { get, getByte, put, putByte, readBlock, type Volume, writeBlock } from './volume.ts';

const blockAt = (buffer: number): number => At.buffers + buffer * 8;
const dirtyAt = (buffer: number): number => At.buffers + buffer * 8 + 4;
const addressOf = ({ base }: Volume, buffer: number): VirtualAddress =>
  base + At.cache + buffer * BLOCK;

/** The buffer that holds the block, or −1. */
const bufferOf = (v: Volume, block: number): number => {
  const buffer = getByte(v, At.bufferOf + block) - 1;
  return buffer >= 0 && buffer < BUFFERS && get(v, blockAt(buffer)) === block ? buffer : -1;
};

/** Where the block is in memory, or 0. */
export const cached = (v: Volume, block: number): VirtualAddress | 0 => {
  const buffer = bufferOf(v, block);
  return buffer < 0 ? 0 : addressOf(v, buffer);
};

const label = (v: Volume, buffer: number, block: number, dirty: 0 | 1): VirtualAddress => {
  put(v, blockAt(buffer), block);
  put(v, dirtyAt(buffer), dirty);
  putByte(v, At.bufferOf + block, buffer + 1);
  return addressOf(v, buffer);
};

const unlabel = (v: Volume, buffer: number): void => {
  putByte(v, At.bufferOf + (get(v, blockAt(buffer)) & 0xff), 0);
  put(v, blockAt(buffer), 0);
  put(v, dirtyAt(buffer), 0);
};

const clean = function* (v: Volume, buffer: number): Steps<number> {
  const error = yield* writeBlock(v, get(v, blockAt(buffer)), addressOf(v, buffer));
  if (error === 0) put(v, dirtyAt(buffer), 0);
  return error;
};

/** A buffer to give up: the next clean one, or else the next. */
export const victimOf = (v: Volume): number => {
  const hand = get(v, At.hand) % BUFFERS;
  for (let i = 0; i < BUFFERS; i++) {
    const buffer = (hand + i) % BUFFERS;
    if (get(v, dirtyAt(buffer)) === 0) return buffer;
  }
  return hand;
};

/** Makes a buffer empty. Answers its number or −EIO. */
function* vacate(v: Volume): Steps<number> {
  const buffer = v.routines.victimOf(v);
  if (get(v, dirtyAt(buffer)) !== 0 && (yield* clean(v, buffer)) < 0) return -Errno.EIO;
  unlabel(v, buffer);
  put(v, At.hand, (buffer + 1) % BUFFERS);
  return buffer;
}

/** Has the block in memory. Answers its address or −EIO. */
export function* loaded(v: Volume, block: number): Steps<VirtualAddress> {
  const there = cached(v, block);
  if (there > 0) return there;
  const buffer = yield* vacate(v);
  if (buffer < 0) return buffer;
  const error = yield* readBlock(v, block, addressOf(v, buffer));
  return error < 0 ? error : label(v, buffer, block, 0);
}

export const clearBlock = (v: Volume, address: VirtualAddress): void =>
  clear(v.memory, address, BLOCK);

/** A dirty buffer of zeros for a block that is new. Answers its address or −EIO. */
export function* blank(v: Volume, block: number): Steps<VirtualAddress> {
  const buffer = yield* vacate(v);
  if (buffer < 0) return buffer;
  const address = label(v, buffer, block, 1);
  v.routines.clearBlock(v, address);
  return address;
}

/** What the buffer of one block holds is the contents of another from now on. It must be in memory. */
export const relabel = (v: Volume, from: number, to: number): VirtualAddress => {
  const buffer = bufferOf(v, from);
  unlabel(v, buffer);
  return label(v, buffer, to, 1);
};

export const markDirty = (v: Volume, block: number): void => {
  const buffer = bufferOf(v, block);
  if (buffer >= 0) put(v, dirtyAt(buffer), 1);
};

/** Forgets a block that is free now. */
export const forgetBlock = (v: Volume, block: number): void => {
  const buffer = bufferOf(v, block);
  if (buffer >= 0) unlabel(v, buffer);
};

/** Writes all that is dirty. Answers 0 or −EIO. */
export function* flush(v: Volume): Steps<number> {
  for (let buffer = 0; buffer < BUFFERS; buffer++) {
    if (get(v, dirtyAt(buffer)) !== 0 && (yield* clean(v, buffer)) < 0) return -Errno.EIO;
  }
  return 0;
}
