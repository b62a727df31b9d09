/**
 * What a service is: written once, and linked into the kernel or run as a process of its own, without knowing which.
 *
 * Rules: a service keeps its state in its segment, pages that it reads and writes through `memory` only, so that a wild
 * store can hit it and a restart clears it. It handles one request at a time. Whatever may take time or leaves the
 * service is a generator (`yield* disk(read, …)`): who drives it, and how, is the linker's business. It reaches only
 * what it declares: its segment, the services that it uses, its devices. All values are integers.
 */
import type { DeviceName } from '../../spec/devices.ts';
import { Errno } from '../../spec/errno.ts';
import type { VirtualAddress, Word } from '../../spec/riscv.ts';

export const SERVICE_NAMES = ['files', 'disk', 'console', 'network', 'memory'] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

/**
 * The answer of an operation that cannot be done before the service's next interrupt. The service does not wait, so that
 * it can do other requests; the caller's thread does (kernels/link/patience.ts), and asks again.
 */
export const NOT_YET = -Errno.EAGAIN;

/** Steps of a service: what it yields is between the linker's own functions and the linker. */
export type Steps<T> = Generator<unknown, T, void>;

/** Its own memory, through the MMU. An access out of range faults: in user space a crash, in the kernel the kernel's. */
export interface Memory {
  load(va: VirtualAddress): Word;
  store(va: VirtualAddress, value: Word): void;
  loadByte(va: VirtualAddress): number;
  storeByte(va: VirtualAddress, value: number): void;
}

/** Who asked: a task, or another service. */
export interface Client {
  /** The address space that it stands for, 1 or more; one number is never given twice within a run. */
  readonly id: number;
  /** Copies bytes of the client at `from` into this service's memory. Answers 0, or −EFAULT if it may not read them. */
  read(from: VirtualAddress, to: VirtualAddress, bytes: number): Steps<number>;
  /** Copies bytes of this service at `from` into the client's memory. Answers 0, or −EFAULT if it may not write there. */
  write(from: VirtualAddress, to: VirtualAddress, bytes: number): Steps<number>;
}

export interface Request {
  /** Index into `operations`. */
  readonly operation: number;
  readonly args: readonly [Word, Word, Word];
  readonly client: Client;
}

/** Calls an operation of another service; this service is the client. A service that has died answers −EIO. */
export type Port = (operation: number, a0: Word, a1?: Word, a2?: Word) => Steps<number>;

/** All that a service is given. */
export interface World {
  readonly memory: Memory;
  /** Where its segment begins. It holds zeros when the service starts, also when it starts again. */
  readonly segment: VirtualAddress;
  /** The services that it uses, by name. */
  readonly ports: Readonly<Partial<Record<ServiceName, Port>>>;
  /** Where the registers of its devices are. */
  readonly devices: Readonly<Partial<Record<DeviceName, VirtualAddress>>>;
  /** The DMA address of a byte of its segment: what its device must be told. */
  dmaAddress(va: VirtualAddress): Word;
  /** Waits for the next interrupt of one of its devices; one that came since the last wait counts. */
  interrupt(device: DeviceName): Steps<void>;
  /** Frames that were given to it to hand out (memory service). */
  readonly frames: readonly number[];
}

/** A service that has started. */
export interface Running {
  /** Answers with the result for a0: 0 or more, or a negative errno. */
  handle(request: Request): Steps<number>;
  /** The client's address space is gone. */
  forget?(client: number): Steps<void>;
}

export interface Service {
  readonly name: ServiceName;
  /** What it can be asked, by name; the index is the number in a request. */
  readonly operations: readonly string[];
  readonly uses: readonly ServiceName[];
  readonly devices: readonly DeviceName[];
  /** Pages of its segment, 1 to 64. */
  readonly pages: number;
  /** Runs once before the first request, and again after a crash. */
  start(world: World): Steps<Running>;
}
