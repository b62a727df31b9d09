/**
 * The block driver: sectors of the disk for its client. It moves them by DMA into and out of the page that is its whole
 * segment, and sleeps until the device interrupts. It keeps no state between requests, so a restart loses nothing.
 *
 * Left out: a clock. A device that never answers keeps it waiting; whoever watches the driver has to notice.
 */
import { DeviceStatus, DiskCommand, DiskRegister, SECTOR_SIZE } from '../../spec/devices.ts';
import { Errno } from '../../spec/errno.ts';
import { PAGE_SIZE, type Word } from '../../spec/riscv.ts';
import type { Request, Service, Steps, World } from './contract.ts';
import { deviceOf } from './given.ts';

/**
 * `read(sector, va, count)` and `write(sector, va, count)` move sectors to and from the client's memory at va and answer
 * 0, or −EIO where the device refuses, −EFAULT for the client's memory, −EINVAL for more sectors than any disk has.
 * `sectors()` says how many the disk has.
 */
export const DiskOperation = { read: 0, write: 1, sectors: 2 } as const;

/** Sectors that the buffer holds: so many are copied to or from the client at once. */
const BATCH = PAGE_SIZE / SECTOR_SIZE;
const MAX_COUNT = 65_536;
/** Interrupts that it sits through for one command before it gives up: left-over ones are one or two. */
const PATIENCE = 16;

function* settled(world: Disk, registers: Word): Steps<Word> {
  for (let waits = 0; waits < PATIENCE; waits++) {
    const status = world.memory.load(registers + DiskRegister.status);
    if (status !== DeviceStatus.busy) return status;
    yield* world.interrupt('disk');
  }
  return DeviceStatus.error;
}

function* command(world: Disk, operation: number, sector: Word, slot: number): Steps<number> {
  const { memory, segment } = world;
  const registers = deviceOf(world, 'disk');
  yield* world.routines.settled(world, registers); // what the driver before a restart asked for may still be under way
  memory.store(registers + DiskRegister.sector, sector);
  memory.store(registers + DiskRegister.address, world.dmaAddress(segment + slot * SECTOR_SIZE));
  const code = operation === DiskOperation.read ? DiskCommand.read : DiskCommand.write;
  memory.store(registers + DiskRegister.command, code);
  return (yield* world.routines.settled(world, registers)) === DeviceStatus.done ? 0 : -Errno.EIO;
}

function* commands(world: Disk, operation: number, sector: Word, count: number): Steps<number> {
  for (let slot = 0; slot < count; slot++) {
    const error = yield* world.routines.command(world, operation, sector + slot, slot);
    if (error < 0) return error;
  }
  return 0;
}

function* transfer(world: Disk, { operation, args, client }: Request): Steps<number> {
  const [sector, va, count] = args;
  if (count > MAX_COUNT) return -Errno.EINVAL;
  const buffer = world.segment;
  for (let done = 0; done < count; done += BATCH) {
    const batch = Math.min(count - done, BATCH);
    const bytes = batch * SECTOR_SIZE;
    const at = va + done * SECTOR_SIZE;
    const writes = operation === DiskOperation.write;
    if (writes && (yield* client.read(at, buffer, bytes)) !== 0) return -Errno.EFAULT;
    const error = yield* commands(world, operation, sector + done, batch);
    if (error < 0) return error;
    if (!writes && (yield* client.write(buffer, at, bytes)) !== 0) return -Errno.EFAULT;
  }
  return 0;
}

function* handle(world: Disk, request: Request): Steps<number> {
  switch (request.operation) {
    case DiskOperation.read:
    case DiskOperation.write:
      return yield* transfer(world, request);
    case DiskOperation.sectors:
      return world.memory.load(deviceOf(world, 'disk') + DiskRegister.sectors);
    default:
      return -Errno.ENOSYS;
  }
}

/** Parts of the driver by name: another record is another driver. */
export interface DiskRoutines {
  /** Waits while the device is busy. Answers its status then. */
  readonly settled: (world: Disk, registers: Word) => Steps<Word>;
  /** One command for one sector, which lies at `slot` in the buffer. */
  readonly command: (world: Disk, operation: number, sector: Word, slot: number) => Steps<number>;
}

interface Disk extends World {
  readonly routines: DiskRoutines;
}

export const diskRoutines: DiskRoutines = { settled, command };

/** A driver with other routines in place of some of the reference's. */
export const buildDisk = (replaced: Partial<DiskRoutines> = {}): Service => ({
  name: 'disk',
  operations: Object.keys(DiskOperation),
  uses: [],
  devices: ['disk'],
  pages: 1,
  *start(given) {
    const world: Disk = { ...given, routines: { ...diskRoutines, ...replaced } };
    return { handle: (request) => handle(world, request) };
  },
});

export const diskService: Service = buildDisk();
