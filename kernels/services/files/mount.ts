/**
 * Mounting: finds the tree on the disk, or an empty one on a disk of zeros; refuses what is none.
 *
 * Refused are: a disk that is too small, or smaller than the file system on it; no sound superblock; a block of the
 * inode table that is out of range, used twice or has a wrong checksum; a root that is no directory. All else that can
 * be wrong is repaired (repair.ts).
 */
import { Errno } from '../../../spec/errno.ts';
import type { Steps } from '../contract.ts';
import { clear, copyWithin } from '../copying.ts';
import { DiskOperation } from '../disk.ts';
import { isBlock, isUsed, keep, recount, use } from './blocks.ts';
import { checksumOf } from './commit.ts';
import { isDirectory, setKind, setParent } from './inodes.ts';
import {
  At,
  BLOCK,
  Kind,
  MAGIC,
  MAX_BLOCKS,
  MIN_BLOCKS,
  MountState,
  ROOT,
  SUPERBLOCKS,
  SuperAt,
  TABLE_BLOCKS,
  VERSION,
} from './layout.ts';
import { repair } from './repair.ts';
import { get, put, readBlock, type Volume } from './volume.ts';

/** Where superblock `slot` was read to. */
const candidateAt = (slot: number): number => At.transfer + slot * BLOCK;

const isZero = (v: Volume, at: number): boolean => {
  for (let word = 0; word < BLOCK; word += 4) if (get(v, at + word) !== 0) return false;
  return true;
};

/** May the superblock that was read be trusted? */
const isSound = (v: Volume, slot: number, sectors: number): boolean => {
  const at = candidateAt(slot);
  const blocks = get(v, at + SuperAt.blocks);
  return (
    get(v, at + SuperAt.magic) === MAGIC &&
    get(v, at + SuperAt.version) === VERSION &&
    get(v, at + SuperAt.checksum) === checksumOf(v, v.base + at, SuperAt.checksum) &&
    get(v, at + SuperAt.generation) % SUPERBLOCKS === slot &&
    blocks >= MIN_BLOCKS &&
    blocks <= Math.min(sectors, MAX_BLOCKS)
  );
};

/** The superblocks to try, the newer first. */
const candidates = (v: Volume, sectors: number): number[] =>
  [0, 1]
    .filter((slot) => isSound(v, slot, sectors))
    .sort(
      (a, b) =>
        get(v, candidateAt(b) + SuperAt.generation) - get(v, candidateAt(a) + SuperAt.generation),
    );

/** Empties the block map and reads the table that the superblock names. Answers 0, −EINVAL: it is unsound, or −EIO. */
function* readTable(v: Volume, slot: number): Steps<number> {
  const { memory, base } = v;
  copyWithin(memory, base + candidateAt(slot), base + At.superblock, BLOCK);
  clear(memory, base + At.blocks, MAX_BLOCKS);
  clear(memory, base + At.table, TABLE_BLOCKS * BLOCK);
  for (let index = 0; index < TABLE_BLOCKS; index++) {
    const block = get(v, At.superblock + SuperAt.table + index * 4);
    if (block === 0) continue;
    if (!isBlock(v, block) || isUsed(v, block)) return -Errno.EINVAL;
    use(v, block);
    keep(v, block);
    const to = base + At.table + index * BLOCK;
    if ((yield* readBlock(v, block, to)) < 0) return -Errno.EIO;
    const sum = get(v, At.superblock + SuperAt.sums + index * 4);
    if (checksumOf(v, to) !== sum) return -Errno.EINVAL;
  }
  return isDirectory(v, ROOT) ? 0 : -Errno.EINVAL;
}

/** An empty file system. Nothing is written until the first sync. */
const format = (v: Volume, sectors: number): void => {
  put(v, At.superblock + SuperAt.magic, MAGIC);
  put(v, At.superblock + SuperAt.version, VERSION);
  put(v, At.superblock + SuperAt.blocks, Math.min(sectors, MAX_BLOCKS));
  setKind(v, ROOT, Kind.directory);
  setParent(v, ROOT, ROOT);
  put(v, At.dirty, 0);
};

/** Reads what is on the disk. Answers 0, −EIO, or another error: refused. */
function* readDisk(v: Volume): Steps<number> {
  const sectors = (yield* v.disk(DiskOperation.sectors, 0)) | 0;
  if (sectors < 0) return -Errno.EIO;
  if (sectors < MIN_BLOCKS) return -Errno.EINVAL;
  for (let slot = 0; slot < SUPERBLOCKS; slot++) {
    if ((yield* readBlock(v, slot, v.base + candidateAt(slot))) < 0) return -Errno.EIO;
  }
  if (isZero(v, candidateAt(0)) && isZero(v, candidateAt(1))) {
    format(v, sectors);
    recount(v);
    return 0;
  }
  for (const slot of candidates(v, sectors)) {
    const error = yield* readTable(v, slot);
    if (error === 0) return yield* repair(v);
    if (error === -Errno.EIO) return error;
  }
  return -Errno.EINVAL;
}

/** Mounts if it is not mounted yet. Answers 0 or −EIO: the disk is refused, for good, or fails. */
export function* mounted(v: Volume): Steps<number> {
  const state = get(v, At.state);
  if (state === MountState.mounted) return 0;
  if (state === MountState.refused) return -Errno.EIO;
  if (state === MountState.stale) clear(v.memory, v.base, At.cache);
  put(v, At.state, MountState.stale);
  const error = yield* readDisk(v);
  if (error === -Errno.EIO) return error;
  put(v, At.state, error === 0 ? MountState.mounted : MountState.refused);
  return error === 0 ? 0 : -Errno.EIO;
}
