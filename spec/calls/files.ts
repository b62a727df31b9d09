/**
 * The calls on files: `spec/files.ts` says what flags, limits and paths are. Errors are those of Linux.
 *
 * Each call takes effect at one moment between ecall and return, all of it: also what it reads of the caller's memory;
 * only the buffer of `read` and `stat` may change at any time between call and return. A call whose caller is killed
 * takes effect at some later time or never. All registers but `a0` survive. Numbers of bytes and offsets are checked as
 * Linux checks them: `length` of truncate and `offset` of seek are signed.
 * @see Linux, fs/namei.c, fs/open.c, fs/read_write.c
 */
import { MAX_PATH, MAX_TRANSFER, STAT_WORDS } from '../files.ts';
import type { CallBuffer, CallDescription } from './call.ts';

const path = (address: number): CallBuffer => ({ address, most: MAX_PATH });

const failed =
  'a service that it needs has failed, or the descriptor was opened before that (never without such a fault)';
const badPath =
  'a byte of a path cannot be read before its zero byte, within the first 64 bytes of it';
const longPath = 'a path has no zero byte within 64 bytes, or a name in it is longer than 12 bytes';
const noFile = 'the path is empty, or a directory on the way, or what it names, does not exist';
const notDirectory =
  'what stands before another name, or before a “/” at the end, is not a directory';
const notOpen = 'fd is not open';
const full = 'the disk is full: only beyond DISK_BUDGET';

export const FILE_CALLS: readonly CallDescription[] = [
  {
    name: 'open',
    group: 'files',
    args: ['path', 'flags'],
    buffers: [path(0)],
    effect:
      'Makes an open-file description with offset 0 and returns the lowest free descriptor, 3 or more. create: makes an ' +
      'empty file if nothing is there. truncate: a file that is there loses its contents, whatever the access mode. ' +
      'append: every write goes to the end. exclusive without create means nothing.',
    errors: {
      EINVAL: 'access mode 3; a bit that is no flag; or create together with directory',
      EFAULT: badPath,
      ENAMETOOLONG: longPath,
      ENOENT: `${noFile} (without create: with it, only a missing directory on the way)`,
      ENOTDIR: `${notDirectory}; or flag directory, and it is a file`,
      EISDIR:
        'it is a directory, and the mode writes, or the flags have truncate or create (with create and exclusive: ' +
        'EEXIST); or create, and the path ends with “/”',
      EEXIST: 'create and exclusive, and it exists',
      EMFILE: '16 descriptors are open',
      ENOSPC: full,
      EIO: failed,
    },
  },
  {
    name: 'close',
    group: 'files',
    args: ['fd'],
    effect: 'Frees the descriptor; the description goes with its last descriptor. Returns 0.',
    errors: { EBADF: notOpen, EIO: failed },
  },
  {
    name: 'read',
    group: 'files',
    args: ['fd', 'va', 'length'],
    buffers: [{ address: 1, length: 2, most: MAX_TRANSFER, writes: true }],
    effect:
      'Moves bytes from the offset on into memory at va and the offset behind them: length or 4096, if less, or what ' +
      'is left of the file, if less; holes read as 0. Returns how many; fewer only where the next byte cannot be ' +
      'stored, then at least one.',
    errors: {
      EBADF: `${notOpen}, or not for reading`,
      EISDIR: 'it is a directory',
      EFAULT: 'a byte of those to move cannot be stored by the caller: then nothing was moved',
      EIO: failed,
    },
  },
  {
    name: 'fwrite',
    group: 'files',
    args: ['fd', 'va', 'length'],
    buffers: [{ address: 1, length: 2, most: MAX_TRANSFER }],
    effect:
      'Moves bytes from memory at va into the file, at the offset (with append: at the end), and the offset behind ' +
      'them: length or 4096, if less, or what fits below 16384. What lies between the old end and the offset reads as ' +
      '0. Returns how many; fewer only where the next byte cannot be loaded or the disk is full, then at least one. ' +
      'With length 0 it does nothing.',
    errors: {
      EBADF: `${notOpen}, or not for writing`,
      EFAULT: 'a byte of those to move cannot be loaded by the caller: then nothing was moved',
      EFBIG: 'length is not 0, and it would begin at 16384 or beyond',
      ENOSPC: full,
      EIO: failed,
    },
  },
  {
    name: 'seek',
    group: 'files',
    args: ['fd', 'offset', 'whence'],
    effect:
      'Sets the offset to offset (whence 0), that far from where it is (1), or from the end of the file (2; of a ' +
      'directory: from any place). Returns the new one. It may lie beyond the end.',
    errors: {
      EBADF: notOpen,
      EINVAL:
        'whence is above 2; or the new offset would be negative or above 2^31 − 1; or whence is 2 on a directory (may)',
      EIO: failed,
    },
  },
  {
    name: 'dup',
    group: 'files',
    args: ['fd'],
    effect: 'Returns the lowest free descriptor, which shares the open-file description.',
    errors: { EBADF: notOpen, EMFILE: '16 descriptors are open', EIO: failed },
  },
  {
    name: 'truncate',
    group: 'files',
    args: ['fd', 'length'],
    effect: 'Makes the file length bytes long: the rest is lost, or zeros are appended. Returns 0.',
    errors: {
      EBADF: notOpen,
      EINVAL: 'length is negative; or fd is not open for writing',
      EFBIG: 'length is above 16384',
      ENOSPC: full,
      EIO: failed,
    },
  },
  {
    name: 'unlink',
    group: 'files',
    args: ['path'],
    buffers: [path(0)],
    effect: 'Takes the name away; the file goes with its last name and description. Returns 0.',
    errors: {
      EFAULT: badPath,
      ENAMETOOLONG: longPath,
      ENOENT: noFile,
      ENOTDIR: notDirectory,
      EISDIR: 'it is a directory; or the path is “/” or ends with “.” or “..”',
      EIO: failed,
    },
  },
  {
    name: 'link',
    group: 'files',
    args: ['from', 'to'],
    buffers: [path(0), path(1)],
    effect: 'Gives the file a second name. Returns 0.',
    errors: {
      EFAULT: badPath,
      ENAMETOOLONG: longPath,
      ENOENT: `from: ${noFile}; to: a directory on the way does not exist, or to does not exist and ends with “/”`,
      ENOTDIR: notDirectory,
      EEXIST: 'to exists, or is “/” or ends with “.” or “..”',
      EPERM: 'from is a directory',
      ENOSPC: full,
      EIO: failed,
    },
  },
  {
    name: 'rename',
    group: 'files',
    args: ['from', 'to'],
    buffers: [path(0), path(1)],
    effect:
      'Moves the name, in one step: what was called to is replaced. Where both name the same file, nothing happens. ' +
      'Returns 0.',
    errors: {
      EFAULT: badPath,
      ENAMETOOLONG: longPath,
      ENOENT: `from: ${noFile}; to: a directory on the way does not exist`,
      ENOTDIR: `${notDirectory}; or from is a directory and to a file; or from is a file and to ends with “/”`,
      EISDIR: 'from is a file and to a directory',
      ENOTEMPTY: 'to is a directory that holds something, from among it or not',
      EINVAL: 'to lies in the directory that is to be moved',
      EBUSY: 'one of them is “/” or ends with “.” or “..”',
      ENOSPC: full,
      EIO: failed,
    },
  },
  {
    name: 'mkdir',
    group: 'files',
    args: ['path'],
    buffers: [path(0)],
    effect: 'Makes an empty directory. Returns 0.',
    errors: {
      EFAULT: badPath,
      ENAMETOOLONG: longPath,
      ENOENT: 'the path is empty, or a directory on the way does not exist',
      ENOTDIR: notDirectory,
      EEXIST: 'it exists, or is “/” or ends with “.” or “..”',
      ENOSPC: full,
      EIO: failed,
    },
  },
  {
    name: 'rmdir',
    group: 'files',
    args: ['path'],
    buffers: [path(0)],
    effect: 'Takes an empty directory away. Returns 0.',
    errors: {
      EFAULT: badPath,
      ENAMETOOLONG: longPath,
      ENOENT: noFile,
      ENOTDIR: `${notDirectory}; or it is a file`,
      ENOTEMPTY: 'it holds something; or the path ends with “..”',
      EINVAL: 'the path ends with “.”',
      EBUSY: 'it is “/”',
      EIO: failed,
    },
  },
  {
    name: 'stat',
    group: 'files',
    args: ['path', 'va'],
    buffers: [path(0), { address: 1, most: 4 * STAT_WORDS, writes: true }],
    effect:
      'Stores two words at va, which need not be aligned: 1 for a file or 2 for a directory, and the size in bytes (of ' +
      'a directory any number). Returns 0.',
    errors: {
      EFAULT: `${badPath}; or the caller cannot store 8 bytes at va: then none is stored`,
      ENAMETOOLONG: longPath,
      ENOENT: noFile,
      ENOTDIR: notDirectory,
      EIO: failed,
    },
  },
  {
    name: 'sync',
    group: 'files',
    args: [],
    effect:
      'Returns 0 when all that was changed before is on the disk: it survives a service that fails. What was changed ' +
      'after the last sync may survive such a fault or not.',
    errors: { EIO: failed },
  },
];
