/**
 * Sync: the tree in memory becomes the one on the disk, in one step.
 *
 * Order of writes: (1) all dirty blocks of files and directories, (2) the changed blocks of the inode table, each to a
 * place where the tree on the disk has nothing, (3) the superblock, one sector, into the one of its two places that holds
 * the older generation. A crash before the end of (3) leaves the old superblock and the whole tree that it names; after
 * it the new one counts. So whatever a completed sync covered is there after a crash, and nothing half done ever is. A
 * superblock that was torn while it was written is known by its checksum, and then the other one counts.
 * @see Hitz, Lau, Malcolm: File System Design for an NFS File Server Appliance (WAFL), section 3
 */
import { Errno } from '../../../spec/errno.ts';
import type { VirtualAddress, Word } from '../../../spec/riscv.ts';
import type { Steps } from '../contract.ts';
import { isKept, keepOnlyUsed, keepUsed, RESERVE, release } from './blocks.ts';
import { flush } from './cache.ts';
import { At, BLOCK, SUPERBLOCKS, SuperAt, TABLE_BLOCKS } from './layout.ts';
import { get, put, type Volume, writeBlock } from './volume.ts';

/** FNV-1a over the words of a block, but for the word at offset `except`. */
export const checksumOf = (v: Volume, from: VirtualAddress, except = -1): Word => {
  let hash = 0x811c_9dc5;
  for (let at = 0; at < BLOCK; at += 4) {
    if (at !== except) hash = Math.imul(hash ^ v.memory.load(from + at), 0x0100_0193);
  }
  return hash >>> 0;
};

/** Writes one block of the table to a place that may be written. */
function* writeTable(v: Volume, index: number): Steps<number> {
  const place = At.superblock + SuperAt.table + index * 4;
  const old = get(v, place);
  if (old === 0 || isKept(v, old)) {
    const block = v.routines.allocate(v);
    if (block < 0) return -Errno.EIO;
    release(v, old);
    put(v, place, block);
  }
  const from = v.base + At.table + index * BLOCK;
  put(v, At.superblock + SuperAt.sums + index * 4, checksumOf(v, from));
  return yield* writeBlock(v, get(v, place), from);
}

function* writeSuperblock(v: Volume): Steps<number> {
  const generation = get(v, At.superblock + SuperAt.generation) + 1;
  const from = v.base + At.superblock;
  put(v, At.superblock + SuperAt.generation, generation);
  put(v, At.superblock + SuperAt.checksum, checksumOf(v, from, SuperAt.checksum));
  keepUsed(v); // from here on it is not known which of the two trees a crash goes back to
  const error = yield* writeBlock(v, generation % SUPERBLOCKS, from);
  if (error < 0) put(v, At.superblock + SuperAt.generation, generation - 1);
  return error;
}

/** Answers 0 when all is on the disk, or −EIO; then nothing is lost, and it can be tried again. */
export function* commit(v: Volume): Steps<number> {
  const dirty = get(v, At.dirty);
  if (dirty === 0) return 0;
  const error = yield* flush(v);
  if (error < 0) return error;
  for (let index = 0; index < TABLE_BLOCKS; index++) {
    if ((dirty & (1 << index)) !== 0 && (yield* writeTable(v, index)) < 0) return -Errno.EIO;
  }
  if ((yield* writeSuperblock(v)) < 0) return -Errno.EIO;
  put(v, At.dirty, 0);
  keepOnlyUsed(v);
  return 0;
}

/** Before a change: frees blocks that only the tree on the disk uses, if there are too few. Answers 0 or −EIO. */
export function* makeRoom(v: Volume): Steps<number> {
  return get(v, At.free) < RESERVE ? yield* commit(v) : 0;
}
