/**
 * Paths: from bytes in the client's memory to a place in the tree, with the error that Linux gives first.
 * A call has one path or two; each has its own area in the segment (`which`: 0 or 1) for its bytes, and for the name
 * that was parsed last.
 * @see Linux, fs/namei.c: link_path_walk
 */
import { Errno } from '../../../spec/errno.ts';
import { MAX_NAME, MAX_PATH } from '../../../spec/files.ts';
import type { VirtualAddress } from '../../../spec/riscv.ts';
import type { Client, Steps } from '../contract.ts';
import { clear, copyReadable } from '../copying.ts';
import { lookup } from './directories.ts';
import { type Inode, isDirectory, parentOf } from './inodes.ts';
import { At, NAME_STRIDE, PATH_STRIDE, ROOT } from './layout.ts';
import { getByte, putByte, type Volume } from './volume.ts';

/** What a part of a path is. `none`: the path is only '/'. */
export const Part = { none: 0, dot: 1, dots: 2, name: 3, long: 4 } as const;

/** Where a path leads: all but its last part, which may exist there or not. */
export interface Place {
  readonly directory: Inode;
  readonly part: number;
  /** The last part, if it is a name. */
  readonly name: VirtualAddress;
  /** It ends with '/'. */
  readonly slash: boolean;
}

const SLASH = 0x2f;
const DOT = 0x2e;
const pathAt = (which: number): number => At.paths + which * PATH_STRIDE;
const nameAt = (which: number): number => At.names + which * NAME_STRIDE;

/** Copies a path in. Answers 0, −EFAULT, −ENAMETOOLONG, or −ENOENT: it is empty. */
export function* copyPath(
  v: Volume,
  client: Client,
  va: VirtualAddress,
  which: number,
): Steps<number> {
  const at = pathAt(which);
  const copied = yield* copyReadable(client, va, v.base + at, MAX_PATH);
  for (let length = 0; length < copied; length++) {
    if (getByte(v, at + length) === 0) return length === 0 ? -Errno.ENOENT : 0;
  }
  return copied < MAX_PATH ? -Errno.EFAULT : -Errno.ENAMETOOLONG;
}

/** The first byte from `from` on that is (`slashes`: is not) a slash, or the end. Offsets in the path. */
const skip = (v: Volume, which: number, from: number, slashes: boolean): number => {
  let at = from;
  for (; at < MAX_PATH; at++) {
    const byte = getByte(v, pathAt(which) + at);
    if (byte === 0 || (byte === SLASH) !== slashes) break;
  }
  return at;
};

/** Takes a part of the path as the name, padded with zeros. Answers which `Part` it is. */
const parse = (v: Volume, which: number, start: number, end: number): number => {
  const length = end - start;
  if (length === 0) return Part.none;
  if (length > MAX_NAME) return Part.long;
  clear(v.memory, v.base + nameAt(which), MAX_NAME);
  let dots = 0;
  for (let at = 0; at < length; at++) {
    const byte = getByte(v, pathAt(which) + start + at);
    putByte(v, nameAt(which) + at, byte);
    if (byte === DOT) dots += 1;
  }
  return length <= 2 && dots === length ? length : Part.name;
};

/** What a part means in a directory: an inode, −ENOTDIR, −ENAMETOOLONG, −ENOENT or −EIO. */
function* step(v: Volume, directory: Inode, part: number, name: VirtualAddress): Steps<Inode> {
  if (!isDirectory(v, directory)) return -Errno.ENOTDIR;
  switch (part) {
    case Part.name:
      return yield* lookup(v, directory, name);
    case Part.long:
      return -Errno.ENAMETOOLONG;
    case Part.dots:
      return parentOf(v, directory);
    default:
      return directory;
  }
}

/** Walks all but the last part of the path that was copied in. A number is −errno. */
export function* walk(v: Volume, which: number): Steps<Place | number> {
  const name = v.base + nameAt(which);
  let directory: Inode = ROOT;
  let start = skip(v, which, 0, true);
  for (let parts = 0; parts < MAX_PATH; parts++) {
    const end = skip(v, which, start, false);
    const next = skip(v, which, end, true);
    const part = parse(v, which, start, end);
    if (next >= MAX_PATH || getByte(v, pathAt(which) + next) === 0) {
      if (!isDirectory(v, directory)) return -Errno.ENOTDIR;
      return { directory, part, name, slash: next > end };
    }
    directory = yield* step(v, directory, part, name);
    if (directory < 0) return directory;
    start = next;
  }
  return -Errno.ENAMETOOLONG;
}

/** Copies a path in and walks it. A number is −errno. */
export function* placeOf(v: Volume, client: Client, va: VirtualAddress): Steps<Place | number> {
  const error = yield* copyPath(v, client, va, 0);
  return error < 0 ? error : yield* walk(v, 0);
}

/** The same for two paths, which are copied in before anything waits for the disk. */
export function* placesOf(
  v: Volume,
  client: Client,
  from: VirtualAddress,
  to: VirtualAddress,
): Steps<{ readonly source: Place | number; readonly target: Place | number }> {
  const first = yield* copyPath(v, client, from, 0);
  const second = yield* copyPath(v, client, to, 1);
  const source = first < 0 ? first : yield* walk(v, 0);
  const target = second < 0 ? second : yield* walk(v, 1);
  return { source, target };
}

/** What is at the place: an inode, −ENOENT, −ENAMETOOLONG or −EIO. */
export const inodeAt = (v: Volume, { directory, part, name }: Place): Steps<Inode> =>
  step(v, directory, part, name);

/** The inode that a place names where it must be there; '/' at the end demands a directory. */
export function* existing(v: Volume, place: Place): Steps<Inode> {
  const inode = yield* inodeAt(v, place);
  return inode > 0 && place.slash && !isDirectory(v, inode) ? -Errno.ENOTDIR : inode;
}
