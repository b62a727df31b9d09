/**
 * Where ramfs keeps what it knows, in its data section: five tables. A place whose first word is 0 is nobody's; records
 * point to each other by address.
 *
 *     word 0       mounts: 8 × 8
 *     word 64      open files: 16 × 4
 *     word 128     inodes: 48 × 16
 *     word 896     entries of directories: 64 × 4
 *     word 1152    blocks: 48 × 9
 *     word 1584    end: two pages
 */
import {
  FILE_LIMITS,
  type FileOperation,
  type FileRequest,
  type Names,
} from '../../../../spec/module-files.ts';
import type { VirtualAddress, Word } from '../../../../spec/riscv.ts';
import type { Memory, ModuleSteps } from '../../program.ts';

/** The address of a record. 0: none. */
export type Address = VirtualAddress;

/** The tables as its routines see them. */
export interface Disk {
  readonly memory: Memory;
  readonly data: Address;
  readonly routines: RamfsRoutines;
}

/** A request to a mount that is there. */
export interface Call extends FileRequest {
  /** The mount's record. */
  readonly at: Address;
  /** Of the request: files belong to those who come by the same key. */
  readonly key: number;
  readonly names: Names;
  readonly others: Names;
  readonly argument: Word;
}

/** A name in a directory that may be searched, and its entry. 0: nothing has this name. */
export interface Spot {
  readonly directory: Address;
  readonly name: number;
  readonly entry: Address;
}

type Operation = (disk: Disk, call: Call) => number | ModuleSteps;

/** What it does by each request, and routines that these share. */
export interface RamfsRoutines extends Readonly<Record<FileOperation, Operation>> {
  /** A place of nobody. 0: there is none. */
  freePlace(disk: Disk, table: Table): Address;
  permits(disk: Disk, inode: Address, caller: number, wanted: number): boolean;
  /** Gives back the blocks behind so many words. */
  freeBlocks(disk: Disk, inode: Address, words: number): void;
  /** Puts an entry into a directory. */
  chain(disk: Disk, directory: Address, entry: Address): void;
  /** What lies behind so many words is gone. */
  cut(disk: Disk, inode: Address, words: number): void;
  /** Whether the caller may rename, and the kinds fit: 0, or an errno. */
  refusesRename(disk: Disk, call: Call, from: Spot, to: Spot): number;
  holdModule(): ModuleSteps;
  releaseModule(): ModuleSteps;
  /** All that a mount has is gone. */
  discard(disk: Disk, at: Address): void;
}

interface Table {
  /** In words. */
  readonly first: number;
  readonly words: number;
  readonly places: number;
}
export const MOUNTS: Table = { first: 0, words: 8, places: FILE_LIMITS.mounts };
export const OPEN: Table = { first: 64, words: 4, places: FILE_LIMITS.open };
export const INODES: Table = { first: 128, words: 16, places: FILE_LIMITS.inodes };
export const ENTRIES: Table = { first: 896, words: 4, places: FILE_LIMITS.entries };
export const BLOCKS: Table = {
  first: 1152,
  words: 1 + FILE_LIMITS.wordsPerBlock,
  places: FILE_LIMITS.blocks,
};

/** Fields of records, in bytes. */
export const InMount = {
  root: 0,
  options: 4,
  mounter: 8,
  inodes: 12,
  blocks: 16,
  open: 20,
} as const;
export const InOpen = { inode: 0, flags: 4, key: 8 } as const;
export const InInode = {
  kind: 0,
  mode: 4,
  owner: 8,
  links: 12,
  words: 16,
  opaque: 20,
  /** Of a directory: its first entry. */
  entries: 24,
  /** How often it is open. */
  open: 28,
  mount: 32,
  /** Addresses of its blocks: `blocksPerFile`. 0: a hole. */
  blocks: 36,
} as const;
export const InEntry = { name: 0, inode: 4, next: 8 } as const;
/** Behind a word that says that it is taken. */
export const InBlock = { taken: 0, words: 4 } as const;

export const placeAt = ({ data }: Disk, table: Table, index: number): Address =>
  data + 4 * (table.first + table.words * index);

export const read = ({ memory }: Disk, at: Address, field = 0): Word =>
  memory.load(at + field) >>> 0;

export const write = ({ memory }: Disk, at: Address, field: number, value: Word): void =>
  memory.store(at + field, value);

export const add = (disk: Disk, at: Address, field: number, by: number): void =>
  write(disk, at, field, read(disk, at, field) + by);

/** A place of nobody, which its taker must mark. 0: there is none. */
export const freePlace = (disk: Disk, table: Table): Address => {
  for (let index = 0; index < table.places; index++) {
    const at = placeAt(disk, table, index);
    if (read(disk, at) === 0) return at;
  }
  return 0;
};

export const clear = (disk: Disk, table: Table, at: Address): void => {
  for (let word = 0; word < table.words; word++) write(disk, at, 4 * word, 0);
};
