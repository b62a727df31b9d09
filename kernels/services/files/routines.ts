/** The routines of the reference file system. */
import { allocate } from './blocks.ts';
import { clearBlock, victimOf } from './cache.ts';
import { commit } from './commit.ts';
import { freeDescriptor, letGo } from './descriptors.ts';
import { collect, zeroTail } from './inodes.ts';
import { isEmpty, isWithin, link, mkdir, rename, rmdir, stat, unlink } from './names.ts';
import { open, refusal } from './open.ts';
import { close, dup, fwrite, read, seek, truncate, writeOffset } from './transfer.ts';
import type { FileRoutines } from './volume.ts';

export const fileRoutines: FileRoutines = {
  open,
  close,
  read,
  fwrite,
  seek,
  dup,
  truncate,
  unlink,
  link,
  rename,
  mkdir,
  rmdir,
  stat,
  sync: commit,
  freeDescriptor,
  letGo,
  collect,
  writeOffset,
  refusal,
  isEmpty,
  isWithin,
  zeroTail,
  clearBlock,
  allocate,
  victimOf,
};
