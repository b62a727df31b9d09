/**
 * Test support: a little world that drives a service without a kernel. Its segment faults by throwing, its clients have
 * pages that can be taken away, and its devices act whenever somebody waits for their interrupt.
 */
import {
  type DeviceName,
  DeviceStatus,
  DISK_SECTORS,
  DiskCommand,
  DiskRegister,
  MAX_NETWORK_FRAME,
  NETWORK_QUEUE,
  NetworkCommand,
  NetworkRegister,
  SECTOR_SIZE,
} from '../../spec/devices.ts';
import { Errno } from '../../spec/errno.ts';
import { PAGE_SIZE, type VirtualAddress, type Word, wordIn } from '../../spec/riscv.ts';
import type {
  Client,
  Memory,
  Port,
  Request,
  Running,
  Service,
  ServiceName,
  Steps,
  World,
} from './contract.ts';

const SEGMENT = 0x9000_0000;
const REGISTERS = 0xf000_0000;
/** Steps of one request before it counts as an endless loop. */
const PATIENCE = 100_000;

/** Drives a service's steps to their end. */
const finish = <T>(steps: Steps<T>): T => {
  for (let count = 0; count < PATIENCE; count++) {
    const step = steps.next();
    if (step.done) return step.value;
  }
  throw new Error('the service never ends');
};

/** A device as its driver sees it. */
export interface TestDevice {
  load(register: number): Word;
  store(register: number, value: Word): void;
  /** Time passes until it raises its interrupt. */
  wait(): void;
}

/** The segment of a service, and the registers of its one device. */
class TestMemory implements Memory {
  readonly bytes: Uint8Array;
  readonly #words: Uint32Array;
  readonly #device: TestDevice | undefined;

  constructor(pages: number, device?: TestDevice) {
    this.bytes = new Uint8Array(pages * PAGE_SIZE);
    this.#words = new Uint32Array(this.bytes.buffer);
    this.#device = device;
  }

  /** Where an address is in `bytes`; throws for what is not in the segment, or not aligned. */
  place(va: VirtualAddress, bytes: number, alignment = 1): number {
    const at = va - SEGMENT;
    if (!(at >= 0 && at + bytes <= this.bytes.length) || at % alignment !== 0) {
      throw new Error(`the service touches 0x${va.toString(16)}, which is not its own`);
    }
    return at;
  }
  load(va: VirtualAddress): Word {
    if (this.#device && va >= REGISTERS) return this.#device.load(va - REGISTERS);
    return wordIn(this.#words, this.place(va, 4, 4) / 4);
  }
  store(va: VirtualAddress, value: Word): void {
    if (this.#device && va >= REGISTERS) this.#device.store(va - REGISTERS, value);
    else this.#words[this.place(va, 4, 4) / 4] = value;
  }
  loadByte(va: VirtualAddress): number {
    return wordIn(this.bytes, this.place(va, 1));
  }
  storeByte(va: VirtualAddress, value: number): void {
    this.bytes[this.place(va, 1)] = value;
  }
}

/** A task with eight pages of memory from `BASE` on, of which some may be missing. */
export class TestClient implements Client {
  static readonly BASE = 0x1_0000;
  readonly bytes = new Uint8Array(8 * PAGE_SIZE);
  /** Pages that it may not touch, by their index. */
  readonly missing = new Set<number>();
  readonly id: number;
  #service: TestMemory | undefined;

  constructor(id: number) {
    this.id = id;
  }
  /** The memory that it is copied to and from, in the request under way. */
  serve(service: TestMemory): this {
    this.#service = service;
    return this;
  }
  #mayTouch(va: VirtualAddress, bytes: number): boolean {
    const at = va - TestClient.BASE;
    if (at < 0 || at + bytes > this.bytes.length) return false;
    for (let page = Math.floor(at / PAGE_SIZE); page * PAGE_SIZE < at + bytes; page++) {
      if (this.missing.has(page)) return false;
    }
    return true;
  }
  // biome-ignore lint/correctness/useYield: a task's memory is there.
  *read(from: VirtualAddress, to: VirtualAddress, bytes: number): Steps<number> {
    if (!this.#service || !this.#mayTouch(from, bytes)) return -Errno.EFAULT;
    const at = from - TestClient.BASE;
    const place = this.#service.place(to, bytes);
    this.#service.bytes.set(this.bytes.subarray(at, at + bytes), place);
    return 0;
  }
  // biome-ignore lint/correctness/useYield: a task's memory is there.
  *write(from: VirtualAddress, to: VirtualAddress, bytes: number): Steps<number> {
    if (!this.#service || !this.#mayTouch(to, bytes)) return -Errno.EFAULT;
    const place = this.#service.place(from, bytes);
    this.bytes.set(this.#service.bytes.subarray(place, place + bytes), to - TestClient.BASE);
    return 0;
  }
  /** Stores text and a zero byte at an address. Answers the address. */
  text(at: VirtualAddress, text: string): VirtualAddress {
    this.bytes.set(new TextEncoder().encode(`${text}\0`), at - TestClient.BASE);
    return at;
  }
}

/** A service that stands for a client: its segment is what is copied. */
const asClient = (id: number, own: TestMemory, service: TestMemory): Client => ({
  id,
  // biome-ignore lint/correctness/useYield: its memory is there.
  *read(from, to, bytes) {
    const at = own.place(from, bytes);
    service.bytes.set(own.bytes.subarray(at, at + bytes), service.place(to, bytes));
    return 0;
  },
  // biome-ignore lint/correctness/useYield: its memory is there.
  *write(from, to, bytes) {
    const at = service.place(from, bytes);
    own.bytes.set(service.bytes.subarray(at, at + bytes), own.place(to, bytes));
    return 0;
  },
});

/** A service that runs. */
export class Started {
  readonly memory: TestMemory;
  readonly #service: Service;
  readonly #running: Running;

  constructor(service: Service, memory: TestMemory, running: Running) {
    this.#service = service;
    this.memory = memory;
    this.#running = running;
  }
  /** Asks for an operation by name. */
  ask(client: TestClient, name: string, a0: Word = 0, a1: Word = 0, a2: Word = 0): number {
    const operation = this.#service.operations.indexOf(name);
    const args = [a0 >>> 0, a1 >>> 0, a2 >>> 0] as const;
    return finish(this.#running.handle({ operation, args, client: client.serve(this.memory) }));
  }
  forget(client: number): void {
    if (this.#running.forget) finish(this.#running.forget(client));
  }
  /** A port to it for the service with that memory. */
  portFor(own: () => TestMemory): Port {
    const { memory } = this;
    const handle = (request: Request): Steps<number> => this.#running.handle(request);
    return (operation, a0, a1 = 0, a2 = 0) =>
      handle({ operation, args: [a0, a1, a2], client: asClient(0x4000_0000, own(), memory) });
  }
}

interface Surroundings {
  readonly device?: TestDevice & { attach?(memory: TestMemory): void };
  readonly ports?: (own: () => TestMemory) => Partial<Record<ServiceName, Port>>;
  readonly frames?: readonly number[];
}

/** Starts a service in a world of its own. */
export const start = (service: Service, around: Surroundings = {}): Started => {
  const { device, ports, frames = [] } = around;
  const memory = new TestMemory(service.pages, device);
  device?.attach?.(memory);
  const devices: Partial<Record<DeviceName, VirtualAddress>> = {};
  for (const name of service.devices) devices[name] = REGISTERS;
  const world: World = {
    memory,
    segment: SEGMENT,
    ports: ports?.(() => memory) ?? {},
    devices,
    dmaAddress: (va) => va,
    *interrupt() {
      yield;
      device?.wait();
    },
    frames,
  };
  return new Started(service, memory, finish(service.start(world)));
};

/** A disk in memory, with the faults that a disk may have. */
export class RamDisk implements TestDevice {
  readonly bytes: Uint8Array;
  /** Sectors written so far, and after how many of them the power fails: later writes are lost. */
  writes = 0;
  powerFailsAfter = Number.POSITIVE_INFINITY;
  /** Bytes of the first lost sector that are written all the same. */
  torn = 0;
  /** Commands that fail, by how many there were before; all from `brokenFrom` on. */
  readonly failing = new Set<number>();
  brokenFrom = Number.POSITIVE_INFINITY;
  /** What fails has been done all the same. */
  lies = false;
  commands = 0;
  readonly #registers = new Map<number, Word>([[DiskRegister.status, DeviceStatus.idle]]);
  #memory: TestMemory | undefined;

  constructor(bytes: Uint8Array = new Uint8Array(DISK_SECTORS * SECTOR_SIZE)) {
    this.bytes = bytes;
  }
  get sectors(): number {
    return Math.floor(this.bytes.length / SECTOR_SIZE);
  }
  attach(memory: TestMemory): void {
    this.#memory = memory;
  }
  load(register: number): Word {
    return register === DiskRegister.sectors ? this.sectors : (this.#registers.get(register) ?? 0);
  }
  store(register: number, value: Word): void {
    this.#registers.set(register, value);
    if (register === DiskRegister.command) {
      this.#registers.set(DiskRegister.status, DeviceStatus.busy);
    }
  }
  wait(): void {
    if (this.load(DiskRegister.status) !== DeviceStatus.busy) return;
    const failed = this.commands >= this.brokenFrom || this.failing.has(this.commands);
    this.commands += 1;
    const sector = this.load(DiskRegister.sector);
    const done = !failed && sector < this.sectors;
    if (done || this.lies) this.#move(sector * SECTOR_SIZE);
    this.#registers.set(DiskRegister.status, done ? DeviceStatus.done : DeviceStatus.error);
  }
  #move(at: number): void {
    const memory = this.#memory;
    if (!memory) return;
    const place = memory.place(this.load(DiskRegister.address), SECTOR_SIZE);
    if (this.load(DiskRegister.command) === DiskCommand.read) {
      memory.bytes.set(this.bytes.subarray(at, at + SECTOR_SIZE), place);
      return;
    }
    const last = this.writes === this.powerFailsAfter ? this.torn : 0;
    const written = this.writes < this.powerFailsAfter ? SECTOR_SIZE : last;
    this.bytes.set(memory.bytes.subarray(place, place + written), at);
    this.writes += 1;
  }
}

/** A network of this one machine: what is sent arrives when a buffer waits for it. */
export class Loopback implements TestDevice {
  /** Frames that are lost because nobody took the earlier ones. */
  lost = 0;
  broken = false;
  readonly #registers = new Map<number, Word>();
  readonly #queue: Uint8Array[] = [];
  #memory: TestMemory | undefined;

  attach(memory: TestMemory): void {
    this.#memory = memory;
  }
  load(register: number): Word {
    return this.#registers.get(register) ?? 0;
  }
  store(register: number, value: Word): void {
    this.#registers.set(register, value);
    if (register !== NetworkRegister.command) return;
    const sends = value === NetworkCommand.transmit;
    const status = sends ? NetworkRegister.transmitStatus : NetworkRegister.receiveStatus;
    this.#registers.set(status, DeviceStatus.busy);
  }
  wait(): void {
    if (this.load(NetworkRegister.transmitStatus) === DeviceStatus.busy) this.#transmit();
  }
  /** Time passes: the oldest frame arrives if a buffer is posted. */
  arrive(): void {
    if (this.load(NetworkRegister.receiveStatus) !== DeviceStatus.busy) return;
    const frame = this.#queue.shift();
    if (!frame || !this.#memory) return;
    const place = this.#memory.place(this.load(NetworkRegister.receiveAddress), MAX_NETWORK_FRAME);
    this.#memory.bytes.set(frame, place);
    this.#registers.set(NetworkRegister.receivedLength, frame.length);
    this.#registers.set(NetworkRegister.receiveStatus, DeviceStatus.done);
  }
  #transmit(): void {
    const memory = this.#memory;
    const bytes = this.load(NetworkRegister.transmitLength);
    const status = this.broken ? DeviceStatus.error : DeviceStatus.done;
    this.#registers.set(NetworkRegister.transmitStatus, status);
    if (!memory || this.broken) return;
    const place = memory.place(this.load(NetworkRegister.transmitAddress), bytes);
    if (this.#queue.length < NETWORK_QUEUE)
      this.#queue.push(memory.bytes.slice(place, place + bytes));
    else this.lost += 1;
  }
}
