/**
 * Layer 1, processor allocation: processes take turns on the harts, and wait at semaphores. All that touches hardware is
 * here: interrupts, tables of the running process, registers of devices.
 *
 * An interrupt is never passed up. A device's becomes a signal at its semaphore, a timer's the end of a slice; one from
 * another hart means that translations are to be forgotten, or that the process is to leave.
 */
import { Device } from '../../../spec/devices.ts';
import { Cause, satp, type VirtualAddress, type Word } from '../../../spec/riscv.ts';
import {
  defineLayer,
  type Handler,
  type Hardware,
  type ProcessorGates,
  type Self,
} from '../link/contract.ts';
import type { Own } from '../link/own.ts';
import { Devices } from './1-processor/devices.ts';
import {
  At,
  HartAt,
  hartAt,
  PAGES,
  PROCESS_COUNT,
  PROCESS_WORDS,
  ProcessAt,
  processAt,
  State,
} from './1-processor/layout.ts';
import { append, remove, takeFirst } from './1-processor/queue.ts';
import { Semaphores } from './1-processor/semaphores.ts';
import { PROCESSOR, type Process, type Processor, type Semaphore } from './interfaces.ts';

/** User instructions between two timer interrupts. */
const SLICE = 20;

class Allocation {
  readonly #hardware: Hardware;
  readonly #own: Own;
  readonly #self: Self;
  readonly semaphores: Semaphores;

  constructor(hardware: Hardware, self: Self) {
    this.#hardware = hardware;
    this.#self = self;
    this.#own = self.own;
    this.semaphores = new Semaphores(self.own, this);
    for (const device of Object.values(Device))
      this.#own.set(At.devices + device, this.semaphores.create(0));
  }

  // ---- processes

  create(tid: number, tables: Word, pc: VirtualAddress): Process {
    const own = this.#own;
    for (let process = 1; process < PROCESS_COUNT; process++) {
      const at = processAt(process);
      if (own.get(at) !== State.free) continue;
      for (let word = 0; word < PROCESS_WORDS; word++) own.set(at + word, 0);
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
      remove(own, At.head, At.tail, process);
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
    append(own, At.head, At.tail, process);
    const idle = own.get(At.idle);
    if (idle === 0) return 0;
    own.set(At.idle, idle & (idle - 1));
    this.#hardware.sendIpi(31 - Math.clz32(idle & -idle));
    return 0;
  }

  // ---- the hart

  /** The process leaves the hart; its registers stay with it. */
  leave(): Process {
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
    this.leave();
    own.set(processAt(process), State.resting);
    own.set(processAt(process) + ProcessAt.leaves, 0);
    this.#load(0, 0);
    this.semaphores.signal(semaphore);
  }

  #takeInterrupts(): void {
    const { claim } = this.#hardware;
    for (let device = claim(); device >= 0; device = claim())
      this.semaphores.signal(this.#own.get(At.devices + device));
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
      this.leave();
      this.ready(process);
    }
    return this.#run(takeFirst(own, At.head, At.tail));
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

  // ---- frames

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
const bound = (
  allocation: Allocation,
  devices: Devices,
): Processor & ProcessorGates & Record<string, Handler> => ({
  create: (tid, tables, pc) => allocation.create(tid, tables, pc),
  ready: (process) => allocation.ready(process),
  current: () => allocation.current(),
  relinquish: () => allocation.relinquish(),
  halt: (process, semaphore) => allocation.halt(process, semaphore),
  detach: (process) => allocation.detach(process),
  tables: () => allocation.tables(),
  end: (process) => allocation.end(process),
  semaphore: (count) => allocation.semaphores.create(count),
  dismiss: (semaphore) => allocation.semaphores.dismiss(semaphore),
  wait: (semaphore) => allocation.semaphores.wait(semaphore),
  signal: (semaphore) => allocation.semaphores.signal(semaphore),
  readRegister: (device, offset) => devices.readRegister(device, offset),
  writeRegister: (device, offset, value) => devices.writeRegister(device, offset, value),
  transfer: (frame, offset, command) => devices.transfer(frame, offset, command),
  typed: () => devices.typed(),
  send: (from, bytes) => devices.send(from, bytes),
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
  pages: PAGES,
  start: (hardware: Hardware, self) => {
    const allocation = new Allocation(hardware, self);
    return bound(
      allocation,
      new Devices(self, (semaphore) => allocation.semaphores.wait(semaphore)),
    );
  },
});
