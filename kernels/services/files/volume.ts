/**
 * What every part of the file system works on: its segment, the block driver, and the routines that may be replaced.
 */
import { Errno } from '../../../spec/errno.ts';
import type { VirtualAddress, Word } from '../../../spec/riscv.ts';
import type { Client, Memory, Port, Request, Steps } from '../contract.ts';
import { DiskOperation } from '../disk.ts';

type Call = (v: Volume, client: Client, args: Request['args']) => Steps<number>;
type QuickCall = (v: Volume, client: Client, args: Request['args']) => number;

/** Parts of the file system by name: another record is another file system. Inodes and descriptions are numbers. */
export interface FileRoutines {
  readonly open: Call;
  readonly close: QuickCall;
  readonly read: Call;
  readonly fwrite: Call;
  readonly seek: QuickCall;
  readonly dup: QuickCall;
  readonly truncate: Call;
  readonly unlink: Call;
  readonly link: Call;
  readonly rename: Call;
  readonly mkdir: Call;
  readonly rmdir: Call;
  readonly stat: Call;
  readonly sync: (v: Volume) => Steps<number>;

  readonly freeDescriptor: (v: Volume, client: number) => number;
  /** A description has lost a descriptor. */
  readonly letGo: (v: Volume, description: number) => void;
  /** An inode has lost a name or a description. */
  readonly collect: (v: Volume, inode: number) => void;
  /** Where in the file a write through the description begins. */
  readonly writeOffset: (v: Volume, description: number) => number;
  /** Why what exists may not be opened so. */
  readonly refusal: (v: Volume, inode: number, flags: number, slash: boolean) => number;
  readonly isEmpty: (v: Volume, inode: number) => boolean;
  readonly isWithin: (v: Volume, directory: number, above: number) => boolean;
  /** Makes sure that what a file grows over reads as zeros. */
  readonly zeroTail: (v: Volume, inode: number) => Steps<number>;
  /** Clears the buffer of a block that is new. */
  readonly clearBlock: (v: Volume, address: VirtualAddress) => void;
  readonly allocate: (v: Volume) => number;
  /** The buffer of the cache to give up. */
  readonly victimOf: (v: Volume) => number;
}

export interface Volume {
  readonly memory: Memory;
  /** The segment. */
  readonly base: VirtualAddress;
  readonly disk: Port;
  readonly routines: FileRoutines;
}

/** Words and bytes of the segment, by offset. */
export const get = ({ memory, base }: Volume, at: number): Word => memory.load(base + at);
export const put = ({ memory, base }: Volume, at: number, value: Word): void =>
  memory.store(base + at, value);
export const getByte = ({ memory, base }: Volume, at: number): number => memory.loadByte(base + at);
export const putByte = ({ memory, base }: Volume, at: number, value: number): void =>
  memory.storeByte(base + at, value);

/** Asks the driver; once more where it fails: it may have been started again meanwhile. */
function* ask(
  { disk }: Volume,
  operation: number,
  sector: number,
  va: VirtualAddress,
): Steps<number> {
  if ((yield* disk(operation, sector, va, 1)) === 0) return 0;
  return (yield* disk(operation, sector, va, 1)) === 0 ? 0 : -Errno.EIO;
}

/** Reads a block from the disk to va. Answers 0 or −EIO. */
export const readBlock = (volume: Volume, block: number, va: VirtualAddress): Steps<number> =>
  ask(volume, DiskOperation.read, block, va);

export const writeBlock = (volume: Volume, block: number, va: VirtualAddress): Steps<number> =>
  ask(volume, DiskOperation.write, block, va);
