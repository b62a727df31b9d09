/**
 * What a file system that is a module can be asked: the words of requests and answers. Two modules understand them:
 * `ramfs`, which keeps files in its data, and `unionfs`, which shows two mounted trees as one.
 *
 *     request    31     24 23      19 18    15 14   12 11           0
 *                [  key   | operation | caller | mount |    how      ]
 *     argument   31 30 29           15 14           0
 *                [  0  |  other path  |     path    ]        of what is about paths
 *     path       14      10 9       5 4        0
 *                [  third  |  second | first    ]            a name is 1 to 31; 0: the path ends before
 *     stat       30       29  28 27   22 21  16 15   12 11   0
 *                [ opaque |  kind | links | words | owner | mode ]
 *
 * Callers are user numbers; 0 may do everything. Nobody is in a group: who is not the owner is one of the others. Every
 * operation answers 0 or more, or a negative errno: of several that apply, the one that Linux finds first.
 *
 * Left out: symbolic links, times, the sticky bit and groups, extended attributes but the one that makes a directory
 * opaque, and file systems that are mounted on directories: every mount has a number and is a tree of its own.
 * @see Linux, fs/namei.c, fs/open.c, fs/attr.c; Documentation/filesystems/overlayfs.rst
 */
import type { Word } from './riscv.ts';

/** What each of them finds at the point `filesystem`. */
export const FILE_SYSTEM_KEY = { ramfs: 1, unionfs: 2 } as const;

/** Their numbers are their places in this list. `how` and the argument stand in brackets; answers behind the colon. */
export const FILE_OPERATIONS = [
  /** [`MountOption`; of a union: layers] An empty tree that is the caller's, or a union. */
  'mount',
  /** [] Its mounter only. EBUSY while a file of it is open. */
  'umount',
  /** []: options `readOnly` and `nosuid`, and from bit 4 how many file systems lie below each other under it. */
  'statfs',
  /** [; path]: stat. */
  'stat',
  /** [a name; path]: the next name of the directory and its kind (`nextAnswer`); 0: there is none. */
  'next',
  /** [mode; path] Makes an empty file. */
  'create',
  'mkdir',
  /** [1: in place of what is there, if that is no directory that is not empty; path] */
  'whiteout',
  'unlink',
  'rmdir',
  /** [1: a whiteout stays behind; path, other path] The first becomes the second. */
  'rename',
  /** [; path, other path] The second is made: another name of the first. */
  'link',
  /** [; path, other path]: 1, both lead to one file; 0. */
  'same',
  'chmod',
  /** [a user; path] */
  'chown',
  /** [1 or 0; path] The attribute by which a directory of an upper tree hides that of the lower. */
  'opaque',
  /** [words; path] */
  'truncate',
  /** [`OpenFor`; path]: the lowest number that is free. Directories can be opened, and keep the tree mounted. */
  'open',
  /** [number] */
  'close',
  /** [number, and which word from bit 4]: the word with `READ` set; 0: the file ends before. */
  'read',
  /** [the same; the word] */
  'write',
  /** [; path]: as which user the file would run. */
  'exec',
] as const;
export type FileOperation = (typeof FILE_OPERATIONS)[number];

/** Kinds as numbers in `stat` and `next`. A whiteout is a character device 0/0. */
export const Kind = { file: 1, directory: 2, whiteout: 3 } as const;
export const OpenFor = { read: 1, write: 2 } as const;
export const Right = { read: 4, write: 2, search: 1 } as const;
export const SETUID = 0o4000;
/** Bits of a mode that mean something here. */
export const MODE_BITS = 0o4777;
export const READ = 1 << 30;

/** In `how` of `mount`. Limits are those of tmpfs: nr_blocks and nr_inodes; 0: none. */
export const MountOption = {
  readOnly: 1,
  nosuid: 2,
  blocks: { shift: 2, mask: 31 },
  inodes: { shift: 7, mask: 31 },
} as const;

/** A union in which others lie below each other deeper than that is refused (FILESYSTEM_MAX_STACK_DEPTH). */
export const MAX_STACK_DEPTH = 2;

/** All mounts of one module together. */
export const FILE_LIMITS = {
  mounts: 8,
  /** Files that are open. */
  open: 16,
  inodes: 48,
  entries: 64,
  blocks: 48,
  wordsPerBlock: 8,
  blocksPerFile: 4,
} as const;
export const MAX_WORDS = FILE_LIMITS.wordsPerBlock * FILE_LIMITS.blocksPerFile;

export interface FileRequest {
  readonly operation: FileOperation;
  readonly caller: number;
  readonly mount: number;
  readonly how: number;
}

export const requestWord = (key: number, it: FileRequest): Word =>
  ((key << 24) |
    (FILE_OPERATIONS.indexOf(it.operation) << 19) |
    (it.caller << 15) |
    (it.mount << 12) |
    (it.how & 0xfff)) >>>
  0;

/** Nothing: no operation has this number. */
export const requestOf = (word: Word): FileRequest | undefined => {
  const operation = FILE_OPERATIONS[(word >>> 19) & 31];
  if (operation === undefined) return undefined;
  return { operation, caller: (word >>> 15) & 15, mount: (word >>> 12) & 7, how: word & 0xfff };
};

export type Names = readonly number[];

export const pathWord = (names: Names): Word =>
  names.reduce((word, name, index) => word | (name << (5 * index)), 0);
export const pathsWord = (names: Names, others: Names): Word =>
  pathWord(names) | (pathWord(others) << 15);

export const namesOf = (path: Word): Names => {
  const names = [path & 31, (path >>> 5) & 31, (path >>> 10) & 31];
  const end = names.indexOf(0);
  return end < 0 ? names : names.slice(0, end);
};
export const otherNamesOf = (argument: Word): Names => namesOf((argument >>> 15) & 0x7fff);

export interface Stat {
  readonly kind: number;
  readonly mode: number;
  readonly owner: number;
  readonly links: number;
  /** Its size. */
  readonly words: number;
  readonly opaque: boolean;
}

export const statWord = ({ kind, mode, owner, links, words, opaque }: Stat): Word =>
  ((opaque ? 1 : 0) << 30) | (kind << 28) | (links << 22) | (words << 16) | (owner << 12) | mode;

export const statOf = (word: Word): Stat => ({
  opaque: ((word >>> 30) & 1) === 1,
  kind: (word >>> 28) & 3,
  links: (word >>> 22) & 63,
  words: (word >>> 16) & 63,
  owner: (word >>> 12) & 15,
  mode: word & 0xfff,
});

/** What `next` answers. */
export const nextAnswer = (name: number, kind: number): number => (kind << 5) | name;
export const nextName = (answer: number): number => answer & 31;
export const nextKind = (answer: number): number => answer >>> 5;

/**
 * The argument with which a union is mounted: mounts of ramfs, or for the lower tree one of another union.
 *
 *     7              6   4 3        2   0
 *     [ lower union | lower | has upper | upper ]
 */
export interface Layers {
  /** Without one the union is read-only. */
  readonly upper: number | undefined;
  readonly lower: number;
  readonly lowerIsUnion: boolean;
}
export const layersWord = ({ upper, lower, lowerIsUnion }: Layers): Word =>
  (lowerIsUnion ? 128 : 0) | (lower << 4) | (upper === undefined ? 0 : 8 | upper);
export const layersOf = (word: Word): Layers => ({
  upper: word & 8 ? word & 7 : undefined,
  lower: (word >>> 4) & 7,
  lowerIsUnion: (word & 128) !== 0,
});

/** In `how` of what is about an open file. */
export const openFileHow = (number: number, word = 0): number => (word << 4) | number;
