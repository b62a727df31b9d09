/**
 * What the calls on files mean beyond the call table: flags, limits and the form of `stat`. Files equal those of Linux
 * wherever both allow something: the same calls give the same results, contents and errors there.
 *
 * A path is a string of bytes in the caller's memory, ended by a zero byte. Names are separated by one or more '/'; '.'
 * and '..' mean what they usually do (the root is its own parent). It begins at the root whether or not it begins with
 * '/': the working directory is always the root. A '/' at its end demands a directory. There are no permissions, no
 * symbolic links, no times.
 * Each address space has a table of descriptors; opening takes the lowest free one, the first being 3. Descriptors made
 * by `dup` share one open-file description: its offset and its flags. The table is empty after spawn; threads share it;
 * it is closed when the address space ends. A file whose last link is gone lives until its last description is closed.
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/ POSIX.1-2024, System Interfaces
 */

/** Flags of `open`, as Linux numbers them on RISC-V. One of the first three, and any of the others. */
export const OpenFlag = {
  readOnly: 0,
  writeOnly: 1,
  readWrite: 2,
  create: 0o100,
  exclusive: 0o200,
  truncate: 0o1000,
  append: 0o2000,
  directory: 0o200000,
} as const;
/** The bits that tell the access mode; 3 is none. */
export const ACCESS_MODE = 3;

/** `whence` of `seek`. */
export const Whence = { set: 0, current: 1, end: 2 } as const;

/** What `stat` stores: two words. The second is the size in bytes of a file; of a directory any number. */
export const FileKind = { file: 1, directory: 2 } as const;
export const STAT_WORDS = 2;

/** The first descriptor; 0 to 2 are never open. */
export const FIRST_DESCRIPTOR = 3;
/** Descriptors open at once in one address space, at most: one more is EMFILE. */
export const MAX_DESCRIPTORS = 16;
/** Bytes of a path with its zero byte, at most: a longer one is ENAMETOOLONG. */
export const MAX_PATH = 64;
/** Bytes of one name, at most: a longer one is ENAMETOOLONG. */
export const MAX_NAME = 12;
/** Bytes of a file, at most: what would reach beyond is EFBIG (a write stops there, if it can write anything at all). */
export const MAX_FILE_SIZE = 16_384;
/** Bytes that one read or write moves at most; more is cut off, as Linux cuts off at 0x7ffff000. */
export const MAX_TRANSFER = 4096;
/** Files and directories that a disk must be able to hold at once, and bytes in them, before ENOSPC is allowed. */
export const DISK_BUDGET = { files: 40, bytes: 40_960 } as const;
