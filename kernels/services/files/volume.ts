/** What every part of the file system works on: its segment, and the block driver. */
import { Errno } from '../../../spec/errno.ts';
import type { VirtualAddress, Word } from '../../../spec/riscv.ts';
import type { Memory, Port, Steps } from '../contract.ts';
import { DiskOperation } from '../disk.ts';

export interface Volume {
  readonly memory: Memory;
  /** The segment. */
  readonly base: VirtualAddress;
  readonly disk: Port;
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
