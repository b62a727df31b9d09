/**
 * Repair of a tree at mount. Afterwards, whatever the disk held: every inode in use is reached from the root, directories
 * by exactly one entry, which is in their parent; links are counted; every block belongs to one file at most and lies on
 * the disk; nothing is beyond the end of a file; names are sound and unique.
 *
 * Dropped are entries that break this; freed are inodes and blocks that are not reached (so a file that was unlinked but
 * open at a crash goes). All blocks that any inode names are kept from being written until the next sync.
 */
import { MAX_FILE_SIZE, MAX_NAME } from '../../../spec/files.ts';
import { wordIn } from '../../../spec/riscv.ts';
import type { Steps } from '../contract.ts';
import { clear, copyWithin } from '../copying.ts';
import { isBlock, isUsed, keep, recount, use } from './blocks.ts';
import { entriesOf, entryAt, find, remove } from './directories.ts';
import {
  discard,
  type Inode,
  isDirectory,
  isInode,
  kindOf,
  linksOf,
  parentOf,
  pointer,
  setKind,
  setLinks,
  setParent,
  setPointer,
  setSize,
  sizeOf,
} from './inodes.ts';
import {
  At,
  BLOCK,
  ENTRY_BYTES,
  FILE_BLOCKS,
  INODES,
  Kind,
  MAX_ENTRIES,
  NAME_STRIDE,
  ROOT,
} from './layout.ts';
import { get, getByte, put, putByte, type Volume } from './volume.ts';

/** What has become of an inode so far. */
const Seen = { not: 0, reached: 1, searched: 2 } as const;
const seen = (v: Volume, inode: Inode): number => getByte(v, At.seen + inode);
const see = (v: Volume, inode: Inode, state: number): void => putByte(v, At.seen + inode, state);

/** Entries that name the inode, counted where transfers begin only after the mount. */
const countAt = (inode: Inode): number => At.transfer + inode * 4;
const counted = (v: Volume, inode: Inode): number => get(v, countAt(inode));

/** Bytes, at most, by kind. */
const LARGEST = [0, MAX_FILE_SIZE, MAX_ENTRIES * ENTRY_BYTES];

/** Brings size, kind and block numbers into their ranges. */
const tidy = (v: Volume, inode: Inode): void => {
  if (kindOf(v, inode) > Kind.directory) setKind(v, inode, Kind.free);
  const kind = kindOf(v, inode);
  const most = wordIn(LARGEST, kind);
  if (sizeOf(v, inode) > most) setSize(v, inode, most);
  if (kind === Kind.directory && sizeOf(v, inode) % ENTRY_BYTES !== 0) {
    setSize(v, inode, entriesOf(v, inode) * ENTRY_BYTES);
  }
  const blocks = Math.ceil(sizeOf(v, inode) / BLOCK);
  for (let index = 0; index < FILE_BLOCKS; index++) {
    const block = pointer(v, inode, index);
    if (block === 0) continue;
    if (index < blocks && isBlock(v, block)) keep(v, block);
    else setPointer(v, inode, index, 0);
  }
};

/** The inode is in the tree: its blocks are its own, but for those that another has already. */
const reach = (v: Volume, inode: Inode): void => {
  see(v, inode, Seen.reached);
  for (let index = 0; index < FILE_BLOCKS; index++) {
    const block = pointer(v, inode, index);
    if (block === 0) continue;
    if (isUsed(v, block)) setPointer(v, inode, index, 0);
    else use(v, block);
  }
};

const SLASH = 0x2f;
const DOT = 0x2e;

/** Is it a name that `open` could have made: not empty, padded with zeros, no '/', neither '.' nor '..'? */
const isNameAt = (v: Volume, at: number): boolean => {
  let length = 0;
  let dots = 0;
  for (; length < MAX_NAME && getByte(v, at + length) !== 0; length++) {
    const byte = getByte(v, at + length);
    if (byte === SLASH) return false;
    if (byte === DOT) dots += 1;
  }
  for (let rest = length; rest < MAX_NAME; rest++) if (getByte(v, at + rest) !== 0) return false;
  return length > 2 || (length > 0 && dots < length);
};

/** Is the entry sound? What it names is reached then. Answers 1, 0 or −EIO. */
function* accept(v: Volume, directory: Inode, index: number): Steps<number> {
  const entry = yield* entryAt(v, directory, index);
  if (entry < 0) return entry;
  const inode = v.memory.load(entry + MAX_NAME);
  copyWithin(v.memory, entry, v.base + At.names, NAME_STRIDE);
  if (!isNameAt(v, At.names)) return 0;
  if (!isInode(inode) || kindOf(v, inode) === Kind.free) return 0;
  const first = yield* find(v, directory, v.base + At.names);
  if (first < 0) return first;
  const again = seen(v, inode) !== Seen.not;
  if (first !== index || (again && isDirectory(v, inode))) return 0;
  if (!again) {
    reach(v, inode);
    if (isDirectory(v, inode) && parentOf(v, inode) !== directory) setParent(v, inode, directory);
  }
  put(v, countAt(inode), counted(v, inode) + 1);
  return 1;
}

/** Every entry once: each look takes it away or goes on to the next. Answers 0 or an error. */
function* search(v: Volume, directory: Inode): Steps<number> {
  see(v, directory, Seen.searched);
  let index = 0;
  for (let left = entriesOf(v, directory); left > 0; left--) {
    const sound = yield* accept(v, directory, index);
    if (sound < 0) return sound;
    const error = sound === 0 ? yield* remove(v, directory, index) : 0;
    if (error < 0) return error;
    index += sound;
  }
  return 0;
}

/** The next directory to search, or 0. */
const unsearched = (v: Volume): Inode => {
  for (let inode = 1; inode < INODES; inode++) {
    if (seen(v, inode) === Seen.reached && isDirectory(v, inode)) return inode;
  }
  return 0;
};

/** Frees an inode that is not reached. Its blocks may be those of another. */
const drop = (v: Volume, inode: Inode): void => {
  for (let index = 0; index < FILE_BLOCKS; index++) {
    if (pointer(v, inode, index) !== 0) setPointer(v, inode, index, 0);
  }
  discard(v, inode);
};

/** Settles what was found out about the inode. */
const settle = (v: Volume, inode: Inode): void => {
  if (seen(v, inode) === Seen.not) {
    if (kindOf(v, inode) !== Kind.free) drop(v, inode);
  } else if (linksOf(v, inode) !== counted(v, inode)) setLinks(v, inode, counted(v, inode));
};

/** Answers 0, −ENOSPC: there is no room for what it has to write, or −EIO. */
export function* repair(v: Volume): Steps<number> {
  clear(v.memory, v.base + At.transfer, INODES * 4);
  for (let inode = 1; inode < INODES; inode++) tidy(v, inode);
  reach(v, ROOT);
  if (parentOf(v, ROOT) !== ROOT) setParent(v, ROOT, ROOT);
  let directory: Inode = ROOT;
  for (let round = 1; round < INODES && directory > 0; round++) {
    const error = yield* search(v, directory);
    if (error < 0) return error;
    directory = unsearched(v);
  }
  for (let inode = 1; inode < INODES; inode++) settle(v, inode);
  recount(v);
  return 0;
}
