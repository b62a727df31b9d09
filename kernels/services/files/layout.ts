/**
 * Where everything is: on the disk, and in the segment.
 *
 * The disk, in blocks of one sector. It is a tree that is never changed where it lies (see commit.ts):
 *
 *     block 0, 1   superblocks, of which the sound one with the higher generation counts
 *     any other    a block of the inode table, a block of a file or directory, or free
 *
 *     superblock   magic, version, checksum, generation, blocks, then for each block of the table its place (0: all
 *                  zeros) and its checksum
 *     inode        kind, links, bytes, parent (of directories), 32 block numbers of one byte (0: a hole), unused
 *     entry        name of 12 bytes, padded with zeros; number of the inode
 *
 * A disk of zeros is an empty file system. There is no map of free blocks: what the tree does not reach is free.
 * The size of a directory is 16 bytes for each of its entries; '.' and '..' are none of them.
 */
import { SECTOR_SIZE } from '../../../spec/devices.ts';
import { MAX_DESCRIPTORS, MAX_FILE_SIZE, MAX_PATH } from '../../../spec/files.ts';
import { PAGE_SIZE } from '../../../spec/riscv.ts';

export const BLOCK = SECTOR_SIZE;
/** Blocks that the file system uses of a disk: numbers fit a byte. With fewer than MIN_BLOCKS it refuses the disk. */
export const MAX_BLOCKS = 256;
export const MIN_BLOCKS = 64;
export const SUPERBLOCKS = 2;

/** Offsets in bytes in a superblock. `table` and `sums`: a word for each block of the table. */
export const SuperAt = {
  magic: 0,
  version: 4,
  checksum: 8,
  generation: 12,
  blocks: 16,
  table: 32,
  sums: 64,
} as const;
export const MAGIC = 0x6b66_7331;
export const VERSION = 1;

export const INODE_BYTES = 64;
export const TABLE_BLOCKS = 6;
/** Inodes are 1 to INODES − 1; 0 is none. */
export const INODES = (TABLE_BLOCKS * BLOCK) / INODE_BYTES;
export const ROOT = 1;
/** Offsets in bytes in an inode. */
export const InodeAt = { kind: 0, links: 4, size: 8, parent: 12, blocks: 16 } as const;
export const Kind = { free: 0, file: 1, directory: 2 } as const;
/** Blocks of a file. */
export const FILE_BLOCKS = MAX_FILE_SIZE / BLOCK;

export const ENTRY_BYTES = 16;
export const ENTRIES_PER_BLOCK = BLOCK / ENTRY_BYTES;
/** Entries of a directory, at most: more than any disk must hold. */
export const MAX_ENTRIES = 128;

/** Buffers of the cache. */
export const BUFFERS = 32;
/** Clients that may have files open at once. */
export const CLIENTS = 64;
export const ROW_BYTES = 4 + MAX_DESCRIPTORS * 4;
export const DESCRIPTIONS = CLIENTS * MAX_DESCRIPTORS;
export const DESCRIPTION_BYTES = 16;
/** Offsets in bytes in a description. Inode 0: a directory that has been removed. */
export const DescriptionAt = { descriptors: 0, inode: 4, flags: 8, offset: 12 } as const;

/** Offsets in bytes in the segment. */
export const At = {
  /** `MountState`. */
  state: 0,
  /** Not 0 from the first change of a call to its end. */
  changing: 4,
  /** Bit t: block t of the table differs from the disk. */
  dirty: 8,
  /** The buffer from which the next search for one begins. */
  hand: 12,
  /** Blocks that the tree uses, and blocks that neither it nor the one on the disk uses. */
  used: 20,
  free: 24,
  /** Rows that were ever used. */
  rows: 28,
  /** What `stat` stores. */
  stat: 32,
  superblock: 0x200,
  /** A byte for each block: `BlockState`; and the buffer that holds it + 1, or 0. */
  blocks: 0x400,
  bufferOf: 0x500,
  /** Two words for each buffer: its block (0: none), and whether it differs from the disk. */
  buffers: 0x600,
  /** A word for each inode: descriptions that are open on it. */
  opens: 0x700,
  /** A byte for each inode: what the repair has found out about it. */
  seen: 0x7c0,
  /** Two paths, and the name of each that was parsed last. */
  paths: 0x800,
  names: 0x880,
  /** A block of zeros: what a hole reads as. */
  zeros: 0xa00,
  table: 0x1000,
  /** MAX_TRANSFER bytes and 3 more: what is moved begins so that words of file and area go together. */
  transfer: 0x1c00,
  /** A row of descriptors for each client: its id, then for each descriptor its description + 1, or 0. */
  descriptors: 0x3000,
  descriptions: 0x4200,
  cache: 0x8200,
} as const;

export const PAGES = Math.ceil((At.cache + BUFFERS * BLOCK) / PAGE_SIZE);
export const PATH_STRIDE = MAX_PATH;
export const NAME_STRIDE = 16;
export const MountState = { fresh: 0, mounted: 1, refused: 2, stale: 3 } as const;
/** Bits: the tree in memory uses it; the tree on the disk does, so that it must not be overwritten. */
export const BlockState = { used: 1, kept: 2 } as const;
