/**
 * Where unionfs keeps what it knows, in its data section. Files and directories are not there: those are in the layers.
 *
 *     word 0      mounts: 8 × 12
 *     word 96     open files: 16 × 5
 *     word 176    the words of the file that is copied up: 32
 */
import {
  FILE_LIMITS,
  type FileOperation,
  type FileRequest,
  layersOf,
  MAX_WORDS,
  MountOption,
  type Names,
  type Stat,
} from '../../../../spec/module-files.ts';
import type { VirtualAddress, Word } from '../../../../spec/riscv.ts';
import type { Memory, ModuleCall } from '../../program.ts';

/** The address of a record. 0: none. */
export type Address = VirtualAddress;

/** What takes steps, for layers are asked in it. Errors are negative numbers. */
export type Steps<T = number> = Generator<ModuleCall | undefined, T, number>;

/** The tables as its routines see them, and the way to ask a union that is the lower layer of another. */
export interface Union {
  readonly memory: Memory;
  readonly data: Address;
  readonly routines: UnionRoutines;
  readonly serve: (union: Union, request: Word, argument: Word) => number | Steps;
}

/** A mount that is a layer of a union. */
export interface Layer {
  readonly mount: number;
  readonly isUnion: boolean;
  /** Nobody is to believe its setuid bits. */
  readonly nosuid: boolean;
}

/** A union that is mounted. */
export interface Mounted {
  readonly at: Address;
  readonly upper: Layer | undefined;
  readonly lower: Layer;
  /** On his account layers are asked. */
  readonly mounter: number;
  readonly readOnly: boolean;
  readonly nosuid: boolean;
}

/** A request to a union that is there. */
export interface Call extends FileRequest {
  readonly mounted: Mounted;
  /** Of the request: files belong to those who come by the same key. */
  readonly key: number;
  readonly names: Names;
  readonly others: Names;
  readonly argument: Word;
}

/** What lies at a path, as stat words. 0: nothing. */
export interface Sight {
  /** In the upper layer: a whiteout as well. */
  readonly upper: Word;
  /** In the lower one, where it shows: alone, or as the other part of a merged directory. */
  readonly lower: Word;
}

/** A place in a directory, and what lies there. */
export interface Spot {
  readonly names: Names;
  readonly parent: Sight;
  readonly sight: Sight;
}

/** On whose account the upper layer is asked. */
export type Above = Pick<Mounted, 'upper' | 'mounter'>;
type Operation = (union: Union, call: Call) => number | Steps;
type Copying = (union: Union, mounted: Mounted, path: Word, stat: Stat) => Steps;

/** What it does by each request, and routines that these share. */
export interface UnionRoutines extends Readonly<Record<FileOperation, Operation>> {
  // ---- rights
  callerMay(sight: Sight, call: Call, wanted: number): boolean;
  mounterMay(sight: Sight, call: Call, wanted: number): boolean;
  /** Whether both may add and remove names there: 0, or an errno. */
  permissionToChange(union: Union, call: Call, parent: Sight, wanted: number): number;
  isReadOnly(mounted: Mounted): boolean;
  isTrusted(mounted: Mounted, sight: Sight): boolean;

  // ---- layers
  /** Whether an entry of the upper layer leaves that of the lower one to be seen. */
  letsThrough(upper: Word): boolean;
  makeOpaque(union: Union, on: Above, path: Word): Steps;
  takeAway(union: Union, mounted: Mounted, spot: Spot, operation: 'unlink' | 'rmdir'): Steps;
  /** Whether a directory can be renamed. */
  canMove(sight: Sight): boolean;

  // ---- copying up
  copyUp(union: Union, mounted: Mounted, names: Names): Steps;
  readonly copyDirectory: Copying;
  readonly copyFile: Copying;
  readonly copyOwner: Copying;
  copiedMode(mounted: Mounted, stat: Stat): number;
  copyWords(union: Union, mounted: Mounted, number: number, words: number): Steps;
  /** Who reads the lower file reads the copy from now on. */
  redirect(union: Union, mounted: Mounted, path: Word): Steps;

  // ---- mounts
  isShallow(depth: number): boolean;
  /** The root that was opened is not needed. */
  closeUnused(
    union: Union,
    layer: Pick<Layer, 'mount' | 'isUnion'>,
    caller: number,
    number: number,
  ): Steps;
  holdModule(): Steps;
  releaseModule(): Steps;
}

interface Table {
  /** In words. */
  readonly first: number;
  readonly words: number;
  readonly places: number;
}
export const MOUNTS: Table = { first: 0, words: 12, places: FILE_LIMITS.mounts };
export const OPEN: Table = { first: 96, words: 5, places: FILE_LIMITS.open };
export const BUFFER: Table = { first: 176, words: 1, places: MAX_WORDS };

/** Fields of records, in bytes. */
export const InMount = {
  taken: 0,
  /** As they stand in the argument of `mount`. */
  layers: 4,
  options: 8,
  mounter: 12,
  depth: 16,
  /** 1 and 2: setuid bits of the upper and of the lower layer are not to be believed. */
  untrusted: 20,
  /** Numbers of the roots, which are open while it is mounted. */
  upperRoot: 24,
  lowerRoot: 28,
  /** Files of it that are open. */
  open: 32,
} as const;
export const UNTRUSTED = { upper: 1, lower: 2 } as const;
/** `layer` is 0 (nobody's), or where the file is open; `path`: what it is called there. */
export const InOpen = { layer: 0, mount: 4, number: 8, path: 12, key: 16 } as const;
export const OPEN_IN = { upper: 1, lower: 2 } as const;

export const placeAt = ({ data }: Union, table: Table, index: number): Address =>
  data + 4 * (table.first + table.words * index);

export const placesOf = (union: Union, table: Table): readonly Address[] =>
  Array.from({ length: table.places }, (_, index) => placeAt(union, table, index));

export const read = ({ memory }: Union, at: Address, field = 0): Word =>
  memory.load(at + field) >>> 0;

export const write = ({ memory }: Union, at: Address, field: number, value: Word): void =>
  memory.store(at + field, value);

export const add = (union: Union, at: Address, field: number, by: number): void =>
  write(union, at, field, read(union, at, field) + by);

/** The place with the lowest number that is nobody's. 0: there is none. */
export const freePlace = (union: Union, table: Table): Address => {
  for (let index = 0; index < table.places; index++) {
    const at = placeAt(union, table, index);
    if (read(union, at) === 0) return at;
  }
  return 0;
};

export const clear = (union: Union, table: Table, at: Address): void => {
  for (let word = 0; word < table.words; word++) write(union, at, 4 * word, 0);
};

export const mountedAt = (union: Union, at: Address): Mounted => {
  const { upper, lower, lowerIsUnion } = layersOf(read(union, at, InMount.layers));
  const options = read(union, at, InMount.options);
  const untrusted = read(union, at, InMount.untrusted);
  const nosuid = (untrusted & UNTRUSTED.upper) !== 0;
  return {
    at,
    upper: upper === undefined ? undefined : { mount: upper, isUnion: false, nosuid },
    lower: {
      mount: lower,
      isUnion: lowerIsUnion,
      nosuid: (untrusted & UNTRUSTED.lower) !== 0,
    },
    mounter: read(union, at, InMount.mounter),
    readOnly: upper === undefined || (options & MountOption.readOnly) !== 0,
    nosuid: (options & MountOption.nosuid) !== 0,
  };
};
