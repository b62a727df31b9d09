/**
 * Layer 4, buffering of input and output: files, kept in buffers of this layer, over the disk. The file system and the
 * block driver are the services that other kernels are linked of; here both live in one layer, one request at a time.
 *
 * What the driver does to its registers goes down to layer 1, which alone touches hardware. A command to the disk is one
 * call, for the frame that the disk moves data to or from is lent as long as that takes.
 *
 *     own pages   [ state | segment of the driver | segment of the file system ]
 */

import { Call } from '../../../spec/abi.ts';
import { FILE_CALLS } from '../../../spec/calls/files.ts';
import { Device, DeviceStatus, DiskRegister } from '../../../spec/devices.ts';
import { Errno } from '../../../spec/errno.ts';
import { PAGE_SHIFT, PAGE_SIZE, type VirtualAddress, type Word } from '../../../spec/riscv.ts';
import type { Client, Running, Service, World } from '../../services/contract.ts';
import { diskService } from '../../services/disk.ts';
import { filesService } from '../../services/files/index.ts';
import { defineLayer, type Self, type Steps } from '../link/contract.ts';
import { BUFFERING, CONSOLE, type Console, passedOn, type Space } from './interfaces.ts';

/**
 * Words of the first page: whether a request is being served; a command that the driver has given and not waited for
 * (0: none), and its address; how many spaces are gone of which nobody has told the file system yet, and which.
 */
const At = { mutex: 0, busy: 1, command: 2, address: 3, goneCount: 4, gone: 16 } as const;
/** Spaces that have room there: more end during one request only where the disk never answers, and nobody is served. */
const MAX_GONE = 1008;

/** Where the driver takes its registers to be: no memory is there. */
const REGISTERS: VirtualAddress = 0xfff0_0000;

const OPERATIONS = new Map<number, number>(
  FILE_CALLS.map(({ name }, operation) => [Call[name], operation]),
);

/** Both services, with the world that each of them expects. */
class Buffers {
  readonly #below: Console;
  readonly #self: Self;
  #disk: Running | undefined;
  #files: Running | undefined;

  constructor(below: Console, self: Self) {
    this.#below = below;
    this.#self = self;
    self.own.set(At.mutex, below.semaphore(1));
  }

  // ---- one request at a time

  *request(number: number, a0: Word, a1: Word, a2: Word): Steps {
    const operation = OPERATIONS.get(number);
    if (operation === undefined) return -Errno.ENOSYS;
    const space = this.#below.here();
    const mutex = this.#self.own.get(At.mutex);
    yield* this.#below.wait(mutex);
    this.#self.own.set(At.busy, 1);
    const isThere = space !== 0 && this.#below.here() === space;
    const result = isThere ? yield* this.#perform(space, operation, [a0, a1, a2]) : -Errno.EIO;
    this.#self.own.set(At.busy, 0);
    yield* this.#closeFiles();
    this.#below.signal(mutex);
    return result;
  }

  *#perform(space: Space, operation: number, args: readonly [Word, Word, Word]): Steps {
    this.#files ??= yield* started(filesService, this.#filesWorld());
    return yield* steps(this.#files.handle({ operation, args, client: this.#task(space) }));
  }

  /** At once, or behind the request that is being served, and before any other. Who ends waits for nobody's disk. */
  *forget(space: Space): Steps {
    const { own } = this.#self;
    const count = own.get(At.goneCount);
    if (count < MAX_GONE) {
      own.set(At.gone + count, space);
      own.set(At.goneCount, count + 1);
    }
    return own.get(At.busy) === 0 ? yield* this.#closeFiles() : 0;
  }

  /** Of all that are gone. It needs no disk. */
  *#closeFiles(): Steps {
    const { own } = this.#self;
    const count = own.get(At.goneCount);
    own.set(At.goneCount, 0);
    for (let at = 0; at < count; at++) {
      if (this.#files?.forget) yield* steps(this.#files.forget(own.get(At.gone + at)));
    }
    return 0;
  }

  // ---- what the services are given

  #task(space: Space): Client {
    const below = this.#below;
    return {
      id: space,
      // biome-ignore lint/correctness/useYield: nothing has to be waited for.
      *read(from, to, bytes) {
        return below.copyIn(from, to, bytes);
      },
      // biome-ignore lint/correctness/useYield: nothing has to be waited for.
      *write(from, to, bytes) {
        return below.copyOut(from, to, bytes);
      },
    };
  }

  /** The file system as a client of the driver: both in this layer's own pages. */
  #ownClient(): Client {
    const { memory, layer } = this.#self;
    // biome-ignore lint/correctness/useYield: nothing has to be waited for.
    function* move(from: VirtualAddress, to: VirtualAddress, bytes: number) {
      memory.copy(from, to, bytes);
      return 0;
    }
    return { id: layer, read: move, write: move };
  }

  #filesWorld(): World {
    const { memory, address } = this.#self;
    const driver = () => this.#driver();
    const client = this.#ownClient();
    return {
      memory,
      segment: address + (1 + diskService.pages) * PAGE_SIZE,
      ports: {
        *disk(operation, a0, a1 = 0, a2 = 0) {
          return yield* (yield* driver()).handle({ operation, args: [a0, a1, a2], client });
        },
      },
      devices: {},
      dmaAddress: (va) => va,
      *interrupt() {},
      frames: [],
    };
  }

  *#driver(): Generator<unknown, Running, void> {
    this.#disk ??= yield* started(diskService, this.#diskWorld());
    return this.#disk;
  }

  #diskWorld(): World {
    const { memory, address, frame } = this.#self;
    const interrupt = () => this.#carryOut();
    return {
      memory: {
        ...memory,
        load: (va) => (va < REGISTERS ? memory.load(va) : this.#readRegister(va - REGISTERS)),
        store: (va, value) =>
          va < REGISTERS ? memory.store(va, value) : this.#writeRegister(va - REGISTERS, value),
      },
      segment: address + PAGE_SIZE,
      ports: {},
      devices: { disk: REGISTERS },
      dmaAddress: (va) => frame * PAGE_SIZE + (va - address),
      interrupt,
      frames: [],
    };
  }

  // ---- the disk

  #readRegister(offset: number): Word {
    const given = this.#self.own.get(At.command) !== 0;
    if (given && offset === DiskRegister.status) return DeviceStatus.busy;
    return this.#below.readRegister(Device.disk, offset);
  }

  #writeRegister(offset: number, value: Word): void {
    if (offset === DiskRegister.command) this.#self.own.set(At.command, value);
    else if (offset === DiskRegister.address) this.#self.own.set(At.address, value);
    else this.#below.writeRegister(Device.disk, offset, value);
  }

  /** The driver waits: its command is carried out now. */
  *#carryOut(): Generator<unknown, void, void> {
    const { own } = this.#self;
    const address = own.get(At.address);
    const command = own.get(At.command);
    yield* this.#below.transfer(address >>> PAGE_SHIFT, address & (PAGE_SIZE - 1), command);
    own.set(At.command, 0);
  }
}

/** Services and layers yield for the same reason: what they yield is what layer 1 has yielded. */
const steps = <T>(service: Generator<unknown, T, void>): Generator<number, T, void> =>
  service as Generator<number, T, void>;

const started = (service: Service, world: World): Generator<number, Running, void> =>
  steps(service.start(world));

export const buffering = defineLayer({
  name: 'buffering',
  offers: BUFFERING,
  uses: Object.keys(CONSOLE),
  pages: 1 + diskService.pages + filesService.pages,
  start: (below: Console, self) => {
    const buffers = new Buffers(below, self);
    return {
      ...passedOn(below, CONSOLE),
      request: (number = 0, a0 = 0, a1 = 0, a2 = 0) => buffers.request(number, a0, a1, a2),
      forget: (space = 0) => buffers.forget(space),
    };
  },
});
