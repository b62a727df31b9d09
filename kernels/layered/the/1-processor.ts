/**
 * Layer 1, processor allocation: processes take turns on the harts, and wait at semaphores. All that touches hardware is
 * here: interrupts, tables of the running process, registers of devices.
 *
 * An interrupt is never passed up. A device's becomes a signal at its semaphore, a timer's the end of a slice; one from
 * another hart means that translations are to be forgotten, or that the process is to leave.
 *
 *     own pages   [ scalars and harts | semaphores × 4 | processes × 64 | bytes on their way to the console ]
 *                 0                   256              2048             18432
 */
import { ConsoleRegister, DEVICE_WINDOW, Device, DiskRegister } from '../../../spec/devices.ts';
import {
  Cause,
  type Frame,
  PAGE_SIZE,
  satp,
  type VirtualAddress,
  type Word,
} from '../../../spec/riscv.ts';
import {
  defineLayer,
  type Handler,
  type Hardware,
  PARK,
  type ProcessorGates,
  type Self,
  type Steps,
} from '../link/contract.ts';
import type { Own } from '../link/own.ts';
import { PROCESSOR, type Process, type Processor, type Semaphore } from './interfaces.ts';

/** User instructions between two timer interrupts. */
const SLICE = 20;
const HARTS = 16;
const SEMAPHORES = 256;
const SEMAPHORE_COUNT = 448;
const PROCESSES = 2048;
const PROCESS_COUNT = 256;
const OUTPUT = 18_432;
/** Bytes that have room there. */
const LONGEST_OUTPUT = PAGE_SIZE;

/** Scalars. */
const At = { head: 0, tail: 1, idle: 2, devices: 4 } as const;
/** Words of a hart. */
const HartAt = { process: 0, tables: 1, gives: 2 } as const;
/** Words of a semaphore: signals to spare, and who waits. */
const SemaphoreAt = { used: 0, count: 1, first: 2, last: 3 } as const;
/** Words of a process; registers behind. */
const ProcessAt = { state: 0, tid: 1, tables: 2, next: 3, leaves: 4, context: 32 } as const;
const State = { free: 0, resting: 1, ready: 2, running: 3, waiting: 4 } as const;

const hartAt = (id: number): number => HARTS + id * 4;
const semaphoreAt = (semaphore: Semaphore): number => SEMAPHORES + semaphore * 4;
const processAt = (process: Process): number => PROCESSES + process * 64;

class Allocation {
  readonly #hardware: Hardware;
  readonly #own: Own;
  readonly #self: Self;

  constructor(hardware: Hardware, self: Self) {
    this.#hardware = hardware;
    this.#self = self;
    this.#own = self.own;
    for (const device of Object.values(Device))
      this.#own.set(At.devices + device, this.semaphore(0));
  }

  // ---- processes

  create(tid: number, tables: Word, pc: VirtualAddress): Process {
    const own = this.#own;
    for (let process = 1; process < PROCESS_COUNT; process++) {
      const at = processAt(process);
      if (own.get(at) !== State.free) continue;
      for (let word = 0; word < 64; word++) own.set(at + word, 0);
      own.set(at + ProcessAt.state, State.resting);
      own.set(at + ProcessAt.tid, tid);
      own.set(at + ProcessAt.tables, tables);
      own.set(at + ProcessAt.context, pc);
      return process;
    }
    return 0;
  }

  current(): Process {
    return this.#own.get(hartAt(this.#hardware.hart().id));
  }

  relinquish(): number {
    this.#own.set(hartAt(this.#hardware.hart().id) + HartAt.gives, 1);
    return 0;
  }

  halt(process: Process, semaphore: Semaphore): number {
    const own = this.#own;
    const at = processAt(process);
    if (own.get(at) === State.ready) {
      this.#leaveQueue(process);
      own.set(at, State.resting);
    }
    if (own.get(at) !== State.running || process === this.current()) return 0;
    own.set(at + ProcessAt.leaves, semaphore);
    for (let hart = 0; hart < this.#self.harts; hart++) {
      if (own.get(hartAt(hart)) === process) this.#hardware.sendIpi(hart);
    }
    return 1;
  }

  detach(process: Process): number {
    const at = processAt(process);
    this.#own.set(at + ProcessAt.tid, 0);
    this.#own.set(at + ProcessAt.tables, 0);
    if (process === this.current()) this.#load(0, 0);
    return 0;
  }

  tables(): Word {
    return this.#own.get(hartAt(this.#hardware.hart().id) + HartAt.tables);
  }

  end(process: Process): number {
    if (process === this.current()) {
      this.#load(0, 0);
      this.#own.set(hartAt(this.#hardware.hart().id), 0);
    }
    this.#own.set(processAt(process), State.free);
    return 0;
  }

  // ---- the queue of those that are ready: first in, first out

  ready(process: Process): number {
    const own = this.#own;
    own.set(processAt(process), State.ready);
    this.#append(At.head, At.tail, process);
    const idle = own.get(At.idle);
    if (idle === 0) return 0;
    own.set(At.idle, idle & (idle - 1));
    this.#hardware.sendIpi(31 - Math.clz32(idle & -idle));
    return 0;
  }

  #append(head: number, tail: number, process: Process): void {
    const own = this.#own;
    own.set(processAt(process) + ProcessAt.next, 0);
    const last = own.get(tail);
    if (last === 0) own.set(head, process);
    else own.set(processAt(last) + ProcessAt.next, process);
    own.set(tail, process);
  }

  #takeFirst(head: number, tail: number): Process {
    const own = this.#own;
    const process = own.get(head);
    if (process === 0) return 0;
    const next = own.get(processAt(process) + ProcessAt.next);
    own.set(head, next);
    if (next === 0) own.set(tail, 0);
    return process;
  }

  #leaveQueue(process: Process): void {
    const own = this.#own;
    const next = own.get(processAt(process) + ProcessAt.next);
    let before = 0;
    for (let at = own.get(At.head); at !== process; at = own.get(processAt(at) + ProcessAt.next))
      before = at;
    if (before === 0) own.set(At.head, next);
    else own.set(processAt(before) + ProcessAt.next, next);
    if (next === 0) own.set(At.tail, before);
  }

  // ---- semaphores

  semaphore(count: number): Semaphore {
    const own = this.#own;
    for (let semaphore = 1; semaphore < SEMAPHORE_COUNT; semaphore++) {
      const at = semaphoreAt(semaphore);
      if (own.get(at) !== 0) continue;
      own.set(at, 1);
      own.set(at + SemaphoreAt.count, count);
      own.set(at + SemaphoreAt.first, 0);
      own.set(at + SemaphoreAt.last, 0);
      return semaphore;
    }
    return 0;
  }

  dismiss(semaphore: Semaphore): number {
    this.#own.set(semaphoreAt(semaphore), 0);
    return 0;
  }

  *wait(semaphore: Semaphore): Steps {
    const own = this.#own;
    const at = semaphoreAt(semaphore);
    const count = own.get(at + SemaphoreAt.count);
    if (count > 0) {
      own.set(at + SemaphoreAt.count, count - 1);
      return 0;
    }
    const process = this.#leave();
    own.set(processAt(process), State.waiting);
    this.#append(at + SemaphoreAt.first, at + SemaphoreAt.last, process);
    yield PARK;
    return 0;
  }

  /** Who has waited longest goes on; else the signal is kept. */
  signal(semaphore: Semaphore): number {
    const own = this.#own;
    const at = semaphoreAt(semaphore);
    const process = this.#takeFirst(at + SemaphoreAt.first, at + SemaphoreAt.last);
    if (process === 0) own.set(at + SemaphoreAt.count, own.get(at + SemaphoreAt.count) + 1);
    else this.ready(process);
    return 0;
  }

  // ---- the hart

  /** The process leaves the hart; its registers stay with it. */
  #leave(): Process {
    const own = this.#own;
    const at = hartAt(this.#hardware.hart().id);
    const process = own.get(at);
    this.#hardware.save(own, processAt(process) + ProcessAt.context);
    own.set(at, 0);
    return process;
  }

  interrupt(cause: Word): number {
    const hart = this.#hardware.hart();
    const own = this.#own;
    own.set(At.idle, own.get(At.idle) & ~(1 << hart.id));
    if (cause === Cause.timerInterrupt) own.set(hartAt(hart.id) + HartAt.gives, 1);
    else if (cause === Cause.softwareInterrupt) this.#obey();
    else this.#takeInterrupts();
    return 0;
  }

  /** Another hart has changed the tables that this one is on, or its process is to leave. */
  #obey(): void {
    const own = this.#own;
    this.#hardware.hart().fence();
    const process = this.current();
    const semaphore = process === 0 ? 0 : own.get(processAt(process) + ProcessAt.leaves);
    if (semaphore === 0) return;
    this.#leave();
    own.set(processAt(process), State.resting);
    own.set(processAt(process) + ProcessAt.leaves, 0);
    this.#load(0, 0);
    this.signal(semaphore);
  }

  #takeInterrupts(): void {
    const { claim } = this.#hardware;
    for (let device = claim(); device >= 0; device = claim())
      this.signal(this.#own.get(At.devices + device));
  }

  dispatch(): Process {
    const hart = this.#hardware.hart();
    const own = this.#own;
    const at = hartAt(hart.id);
    const gives = own.get(at + HartAt.gives) === 1;
    own.set(at + HartAt.gives, 0);
    const process = own.get(at);
    if (process !== 0) {
      if (!gives) return process;
      hart.stimecmp = hart.time + SLICE;
      if (own.get(At.head) === 0) return process;
      this.#leave();
      this.ready(process);
    }
    return this.#run(this.#takeFirst(At.head, At.tail));
  }

  #run(process: Process): Process {
    const hart = this.#hardware.hart();
    const own = this.#own;
    const at = processAt(process);
    if (process === 0) {
      this.#load(0, 0);
      own.set(At.idle, own.get(At.idle) | (1 << hart.id));
      hart.idle();
      return 0;
    }
    own.set(hartAt(hart.id), process);
    own.set(at, State.running);
    this.#load(own.get(at + ProcessAt.tables), own.get(at + ProcessAt.tid));
    this.#hardware.restore(own, at + ProcessAt.context);
    hart.stimecmp = hart.time + SLICE;
    hart.sum = true;
    return process;
  }

  /** Onto these tables, 0: the kernel's. All spaces have asid 0, so nothing may be left of the tables before. */
  #load(tables: Word, tid: number): void {
    const hart = this.#hardware.hart();
    const at = hartAt(hart.id) + HartAt.tables;
    if (this.#own.get(at) !== tables) {
      this.#own.set(at, tables);
      hart.satp = tables === 0 ? satp(this.#self.image.kernelRoot) : tables;
      hart.fence();
    }
    hart.scontext = tid;
  }

  forgetTables(tables: Word): number {
    const here = this.#hardware.hart();
    for (let hart = 0; hart < this.#self.harts; hart++) {
      if (this.#own.get(hartAt(hart) + HartAt.tables) !== tables) continue;
      if (hart === here.id) here.fence();
      else this.#hardware.sendIpi(hart);
    }
    return 0;
  }

  // ---- devices and frames

  readRegister(device: number, offset: number): Word {
    return this.#self.memory.load(DEVICE_WINDOW + device * PAGE_SIZE + offset);
  }

  writeRegister(device: number, offset: number, value: Word): number {
    this.#self.memory.store(DEVICE_WINDOW + device * PAGE_SIZE + offset, value);
    return 0;
  }

  *transfer(frame: Frame, offset: number, command: number): Steps {
    this.writeRegister(Device.disk, DiskRegister.address, frame * PAGE_SIZE + offset);
    this.writeRegister(Device.disk, DiskRegister.command, command);
    yield* this.wait(this.#own.get(At.devices + Device.disk));
    return this.readRegister(Device.disk, DiskRegister.status);
  }

  *typed(): Steps {
    return yield* this.wait(this.#own.get(At.devices + Device.console));
  }

  send(from: VirtualAddress, bytes: number): number {
    const count = Math.min(bytes, LONGEST_OUTPUT);
    this.#self.memory.copy(from, this.#self.address + OUTPUT * 4, count);
    for (let at = 0; at < count; at++) {
      const word = this.#own.get(OUTPUT + (at >>> 2));
      this.writeRegister(Device.console, ConsoleRegister.data, (word >>> ((at & 3) * 8)) & 0xff);
    }
    return count;
  }

  assign(frame: number, layer: number): number {
    this.#hardware.assign(frame, layer);
    return 0;
  }

  clear(frame: number): number {
    this.#hardware.clear(frame);
    return 0;
  }
}

/** An operation of layer 1 as it is offered: bound to the state in its pages. */
const bound = (allocation: Allocation): Processor & ProcessorGates & Record<string, Handler> => ({
  create: (tid, tables, pc) => allocation.create(tid, tables, pc),
  ready: (process) => allocation.ready(process),
  current: () => allocation.current(),
  relinquish: () => allocation.relinquish(),
  halt: (process, semaphore) => allocation.halt(process, semaphore),
  detach: (process) => allocation.detach(process),
  tables: () => allocation.tables(),
  end: (process) => allocation.end(process),
  semaphore: (count) => allocation.semaphore(count),
  dismiss: (semaphore) => allocation.dismiss(semaphore),
  wait: (semaphore) => allocation.wait(semaphore),
  signal: (semaphore) => allocation.signal(semaphore),
  readRegister: (device, offset) => allocation.readRegister(device, offset),
  writeRegister: (device, offset, value) => allocation.writeRegister(device, offset, value),
  transfer: (frame, offset, command) => allocation.transfer(frame, offset, command),
  typed: () => allocation.typed(),
  send: (from, bytes) => allocation.send(from, bytes),
  assign: (frame, layer) => allocation.assign(frame, layer),
  clear: (frame) => allocation.clear(frame),
  forgetTables: (tables) => allocation.forgetTables(tables),
  interrupt: (cause) => allocation.interrupt(cause),
  dispatch: () => allocation.dispatch(),
});

export const processor = defineLayer({
  name: 'processor',
  offers: PROCESSOR,
  uses: [],
  pages: 19,
  start: (hardware: Hardware, self) => bound(new Allocation(hardware, self)),
});
