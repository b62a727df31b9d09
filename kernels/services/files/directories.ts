/**
 * Directories: files of entries, without gaps. An entry that is taken away leaves its place to the last one.
 * Names are given as the address of 12 bytes in the segment, padded with zeros: three words to compare.
 */
import { Errno } from '../../../spec/errno.ts';
import type { VirtualAddress } from '../../../spec/riscv.ts';
import type { Steps } from '../contract.ts';
import {
  blockOf,
  type Inode,
  isInode,
  kindOf,
  ownBlock,
  setSize,
  shorten,
  sizeOf,
} from './inodes.ts';
import { ENTRIES_PER_BLOCK, ENTRY_BYTES, Kind, MAX_ENTRIES } from './layout.ts';
import type { Volume } from './volume.ts';

/** Offset of the inode in an entry. */
const INODE = 12;

export const entriesOf = (v: Volume, directory: Inode): number =>
  Math.min(Math.floor(sizeOf(v, directory) / ENTRY_BYTES), MAX_ENTRIES);

const blockIndex = (index: number): number => Math.floor(index / ENTRIES_PER_BLOCK);
const offset = (index: number): number => (index % ENTRIES_PER_BLOCK) * ENTRY_BYTES;

/** An entry, to be read: its address in memory or −EIO. */
export function* entryAt(v: Volume, directory: Inode, index: number): Steps<VirtualAddress> {
  const block = yield* blockOf(v, directory, blockIndex(index));
  return block < 0 ? block : block + offset(index);
}

/** An entry, to be changed: its address in memory, −ENOSPC or −EIO. */
function* ownEntry(v: Volume, directory: Inode, index: number): Steps<VirtualAddress> {
  const block = yield* ownBlock(v, directory, blockIndex(index));
  return block < 0 ? block : block + offset(index);
}

/** The index of the entry with this name, −ENOENT or −EIO. */
export function* find(v: Volume, directory: Inode, name: VirtualAddress): Steps<number> {
  const { memory } = v;
  const first = memory.load(name);
  const second = memory.load(name + 4);
  const third = memory.load(name + 8);
  const entries = entriesOf(v, directory);
  for (let from = 0; from < entries; from += ENTRIES_PER_BLOCK) {
    const block = yield* blockOf(v, directory, blockIndex(from));
    if (block < 0) return block;
    const end = Math.min(entries - from, ENTRIES_PER_BLOCK);
    for (let i = 0; i < end; i++) {
      const entry = block + i * ENTRY_BYTES;
      if (memory.load(entry) !== first) continue;
      if (memory.load(entry + 4) === second && memory.load(entry + 8) === third) return from + i;
    }
  }
  return -Errno.ENOENT;
}

/** The inode that an entry names, or −EIO, also where it names none. */
function* inodeIn(v: Volume, directory: Inode, index: number): Steps<Inode> {
  const entry = yield* entryAt(v, directory, index);
  if (entry < 0) return entry;
  const inode = v.memory.load(entry + INODE);
  return isInode(inode) && kindOf(v, inode) !== Kind.free ? inode : -Errno.EIO;
}

/** The inode with this name, −ENOENT or −EIO. */
export function* lookup(v: Volume, directory: Inode, name: VirtualAddress): Steps<Inode> {
  const index = yield* find(v, directory, name);
  return index < 0 ? index : yield* inodeIn(v, directory, index);
}

const write = (v: Volume, entry: VirtualAddress, name: VirtualAddress, inode: Inode): void => {
  for (let at = 0; at < INODE; at += 4) v.memory.store(entry + at, v.memory.load(name + at));
  v.memory.store(entry + INODE, inode);
};

/** Adds an entry; the name must not be there. Answers 0, −ENOSPC or −EIO. */
export function* add(
  v: Volume,
  directory: Inode,
  name: VirtualAddress,
  inode: Inode,
): Steps<number> {
  const index = entriesOf(v, directory);
  if (index >= MAX_ENTRIES) return -Errno.ENOSPC;
  const entry = yield* ownEntry(v, directory, index);
  if (entry < 0) return entry;
  write(v, entry, name, inode);
  setSize(v, directory, (index + 1) * ENTRY_BYTES);
  return 0;
}

/** Gives an entry another name and inode. Answers 0 or −EIO. */
export function* replace(
  v: Volume,
  directory: Inode,
  index: number,
  name: VirtualAddress,
  inode: Inode,
): Steps<number> {
  const entry = yield* ownEntry(v, directory, index);
  if (entry < 0) return entry;
  write(v, entry, name, inode);
  return 0;
}

/** Takes an entry away. Answers 0 or −EIO. */
export function* remove(v: Volume, directory: Inode, index: number): Steps<number> {
  const { memory } = v;
  const last = entriesOf(v, directory) - 1;
  if (index !== last) {
    const from = yield* entryAt(v, directory, last);
    if (from < 0) return from;
    const words = [0, 4, 8, INODE].map((at) => memory.load(from + at));
    const entry = yield* ownEntry(v, directory, index);
    if (entry < 0) return entry;
    for (const [at, word] of words.entries()) memory.store(entry + at * 4, word);
  }
  shorten(v, directory, last * ENTRY_BYTES);
  return 0;
}
