/**
 * Which blocks are free. Two trees are on the disk at once: the one that the last sync wrote, which a crash goes back to,
 * and the one that is being changed. They share what has not changed. A block is free when neither uses it; so what the
 * last sync wrote stays whole until the next one is complete.
 *
 * A change thus takes new blocks even where it needs no more of them. So that it always finds some, the tree may not grow
 * beyond all blocks less RESERVE, and before each change a sync makes that many free (commit.ts).
 */
import { Errno } from '../../../spec/errno.ts';
import { forgetBlock } from './cache.ts';
import { At, BlockState, MAX_BLOCKS, SUPERBLOCKS, SuperAt, TABLE_BLOCKS } from './layout.ts';
import { get, getByte, put, putByte, type Volume } from './volume.ts';

/** Blocks that the table takes at a sync, besides those that it has; and those that one call takes, at most. */
export const RESERVE = 2 * TABLE_BLOCKS + 12;

/** Blocks of the disk. */
const blocksOf = (v: Volume): number =>
  Math.min(get(v, At.superblock + SuperAt.blocks), MAX_BLOCKS);

const stateOf = (v: Volume, block: number): number => getByte(v, At.blocks + block);
const setState = (v: Volume, block: number, state: number): void =>
  putByte(v, At.blocks + block, state);

/** Can a block be in the tree? */
export const isBlock = (v: Volume, block: number): boolean =>
  block >= SUPERBLOCKS && block < blocksOf(v);
export const isUsed = (v: Volume, block: number): boolean =>
  (stateOf(v, block) & BlockState.used) !== 0;
/** Does the tree on the disk use it, so that it must not be written? */
export const isKept = (v: Volume, block: number): boolean =>
  (stateOf(v, block) & BlockState.kept) !== 0;

/** A free block for what replaces something, the lowest; or −ENOSPC. */
export const allocate = (v: Volume): number => {
  const blocks = blocksOf(v);
  for (let block = SUPERBLOCKS; block < blocks; block++) {
    if (stateOf(v, block) !== 0) continue;
    setState(v, block, BlockState.used);
    put(v, At.used, get(v, At.used) + 1);
    put(v, At.free, get(v, At.free) - 1);
    return block;
  }
  return -Errno.ENOSPC;
};

/** A free block for what is more than before, or −ENOSPC. */
export const grow = (v: Volume): number =>
  get(v, At.used) >= blocksOf(v) - SUPERBLOCKS - RESERVE ? -Errno.ENOSPC : v.routines.allocate(v);

/** The tree does not use the block any more. */
export const release = (v: Volume, block: number): void => {
  const state = stateOf(v, block);
  if ((state & BlockState.used) === 0) return;
  setState(v, block, state & ~BlockState.used);
  put(v, At.used, get(v, At.used) - 1);
  if (state === BlockState.used) put(v, At.free, get(v, At.free) + 1);
  forgetBlock(v, block);
};

/** For the repair: the block is in the tree on the disk; it is in the tree in memory as well. */
export const keep = (v: Volume, block: number): void =>
  setState(v, block, stateOf(v, block) | BlockState.kept);
export const use = (v: Volume, block: number): void =>
  setState(v, block, stateOf(v, block) | BlockState.used);

/** The tree in memory is about to be, or may already be, the one on the disk. */
export const keepUsed = (v: Volume): void => {
  for (let block = 0; block < MAX_BLOCKS; block++) if (isUsed(v, block)) keep(v, block);
};

/** The tree in memory is the one on the disk: what only the old one used is free. */
export const keepOnlyUsed = (v: Volume): void => {
  const both = BlockState.used | BlockState.kept;
  for (let block = 0; block < MAX_BLOCKS; block++) setState(v, block, isUsed(v, block) ? both : 0);
  recount(v);
};

/** Counts used and free blocks. */
export const recount = (v: Volume): void => {
  const blocks = blocksOf(v);
  let used = 0;
  let free = 0;
  for (let block = SUPERBLOCKS; block < blocks; block++) {
    const state = stateOf(v, block);
    if ((state & BlockState.used) !== 0) used += 1;
    if (state === 0) free += 1;
  }
  put(v, At.used, used);
  put(v, At.free, free);
};
