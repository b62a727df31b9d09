/**
 * The machine's inside: RAM, harts, text, traps, and the order in which harts take steps. Kernels never see it; they
 * get the ports in port.ts.
 *
 * One machine step is one user instruction (with the trap and the handler that it causes) or one interrupt. Which hart
 * takes it is the workload's schedule. Nothing that a simulated program or a kernel does throws out of `run`.
 * Source: RISC-V Privileged, 3.1.6, 4.1. Left out: delegation, nested interrupts, debug.
 */

import type { DeviceSettings } from '../spec/devices.ts';
import { indexOfText, kindOfText, TextKind, textWord } from '../spec/layout.ts';
import {
  END_REASONS,
  type EndReason,
  HALT_REASONS,
  type HaltReason,
  RecordKind,
  STUCK_DISK,
} from '../spec/records.ts';
import { Cause, Mode, type VirtualAddress, type Word, wordIn } from '../spec/riscv.ts';
import type { Hart, Routine, Wait } from './contract.ts';
import type { Costs } from './costs.ts';
import { DEVICE_BASE, Devices } from './devices/devices.ts';
import type { DmaObserver } from './devices/dma.ts';
import { type Activity, HartState } from './hart-state.ts';
import type { EventLog } from './log.ts';
import { Access, Mmu } from './mmu.ts';
import { Natives } from './native.ts';
import type { Probe } from './probe.ts';
import { runScript } from './script.ts';
import type { Code } from './text.ts';
import type { Tracer } from './tracer.ts';

/** Machine calls that one activation of the kernel may make. */
const FUEL = 200_000;
/** Turns of this many steps once the schedule is used up. */
const TURN = 8;
/** Nested traps, and attempts at one access, before the kernel is stopped. */
const MAX_RETRIES = 8;

/** Thrown through a kernel routine that can not go on; caught where the machine called it. */
export class KernelStopped extends Error {}

export interface CoreConfig {
  readonly ram: ArrayBuffer;
  readonly frames: number;
  readonly harts: number;
  readonly tlbEntries: number;
  readonly ipiDelay: number;
  readonly schedule: readonly number[];
  readonly steps: number;
  readonly operations: Int32Array;
  readonly costs: Costs;
  readonly log: EventLog | undefined;
  readonly probe: Probe | undefined;
  readonly tracer: Tracer | undefined;
  readonly devices: DeviceSettings;
}

export class Core implements Activity {
  readonly ram: Uint32Array;
  readonly frames: number;
  readonly harts: readonly HartState[];
  readonly mmu: Mmu;
  readonly operations: Int32Array;
  readonly costs: Costs;
  readonly log: EventLog | undefined;
  readonly probe: Probe | undefined;
  readonly tracer: Tracer | undefined;
  readonly devices: Devices;
  /** The hart whose kernel activation runs now. */
  current: HartState | undefined;
  booting = false;
  fuel = FUEL;
  /** Machine steps taken, those of the burst under way left out. */
  steps = 0;
  halted = false;
  readonly #natives: Code[] = [];
  readonly #activations = new Natives(this);
  /** Bit d: device d has raised its interrupt, and nobody has claimed it. */
  interrupting = 0;
  /** The component on whose account supervisor mode runs; −1: the kernel itself. */
  component = -1;
  /** Calls of components so far. */
  activations = 0;
  /** Whose each frame is, by number; 0: nobody's. Made when the first frame is assigned. */
  owners: Uint16Array | undefined;
  readonly #nextSlot = new Map<number, number>();
  readonly #ipiDelay: number;
  readonly #schedule: readonly number[];
  readonly #budget: number;
  #at = 0;
  /** Whose turn it is once the schedule is used up, and how many steps of it are taken. */
  #turn = 0;
  #inTurn = 0;
  /** Machine steps of the burst under way, the present one included. */
  #burst = 0;

  constructor(config: CoreConfig) {
    this.ram = new Uint32Array(config.ram, 0, config.frames * 1024);
    this.frames = config.frames;
    this.mmu = new Mmu(this.ram, config.frames);
    this.operations = config.operations;
    this.costs = config.costs;
    this.log = config.log;
    this.probe = config.probe;
    this.tracer = config.tracer;
    this.#ipiDelay = config.ipiDelay;
    this.#schedule = config.schedule;
    this.#budget = config.steps;
    this.harts = Array.from(
      { length: config.harts },
      (_, id) => new HartState(id, config.tlbEntries),
    );
    for (const hart of this.harts) hart.activity = this;
    this.devices = new Devices(this.ram, config.frames, config.devices, this.#dmaObserver());
    const { probe } = config;
    if (probe) this.mmu.onTableWrite = (index) => probe.marked(index);
  }

  /** Puts native code into the next free slots of a text frame; answers with its byte offset, −1: none is free. */
  install(code: readonly Code[], frame: number): number {
    const slot = this.#nextSlot.get(frame) ?? 0;
    if (slot + code.length > 1024) return -1;
    this.#nextSlot.set(frame, slot + code.length);
    for (const [at, one] of code.entries()) {
      this.#natives.push(one);
      this.ram[frame * 1024 + slot + at] = textWord(TextKind.native, this.#natives.length - 1);
    }
    return slot * 4;
  }

  runNative(hart: HartState, word: Word, steps: number): void {
    const code = this.#natives[indexOfText(word)];
    if (typeof code === 'object' && 'routine' in code) this.#activations.run(hart, code, steps);
    else this.trap(hart, Cause.illegalInstruction, word, steps);
  }

  #dmaObserver(): DmaObserver {
    const { log } = this;
    const hart = this.harts[0] as HartState;
    return {
      moved: (device, physical, bytes, into, root) =>
        log?.record(RecordKind.dma, hart, device, physical, bytes, into ? 1 : 0, root),
      refused: (device, address, into, root) =>
        log?.record(RecordKind.refused, hart, device, address, into ? 1 : 0, root, 0),
      raised: (device) => {
        this.raise(device);
        log?.record(RecordKind.interrupt, hart, device, 0, 0, 0, 0);
      },
      stuck: () => log?.record(RecordKind.strike, hart, STUCK_DISK, 0, 0, 0, 0),
    };
  }

  /** A register of a device is read; `physical` is beyond RAM. */
  loadDevice(hart: HartState, physical: number): Word {
    const value = this.devices.load(physical);
    hart.cycle += this.costs.device;
    this.log?.record(RecordKind.device, hart, physical, value, 0, 0, 0);
    return value;
  }

  /** @param steps machine steps of the burst under way, the storing one included */
  storeDevice(hart: HartState, physical: number, value: Word, steps: number): void {
    hart.cycle += this.costs.device;
    const byte = this.devices.store(physical, value, this.steps + steps);
    if (byte !== undefined) this.transmit(hart, byte);
    else this.log?.record(RecordKind.device, hart, physical, value, 1, 0, 0);
  }

  transmit(hart: HartState, byte: number): void {
    hart.cycle += this.costs.transmit;
    this.log?.console(hart, byte);
  }

  assign(hart: HartState, frame: number, component: number): void {
    this.owners ??= new Uint16Array(this.frames);
    this.owners[frame] = component;
    this.log?.record(RecordKind.assigned, hart, frame, component, 0, 0, 0);
  }

  /** Notes an access to a frame that belongs to a component other than the one that runs. */
  watch(hart: HartState, physical: number, va: Word, bytes: number, writes: number): void {
    const { component } = this;
    const owner = this.owners?.[physical >>> 12] ?? 0;
    if (owner === 0 || owner === component || component < 0) return;
    this.log?.record(RecordKind.touched, hart, va, bytes, writes, owner, component);
  }

  /** Supervisor mode reads or writes a word, in RAM or of a device. */
  loadWord(hart: HartState, va: VirtualAddress): Word {
    const physical = this.supervisorAccess(hart, va, Access.read, 3);
    if (this.owners) this.watch(hart, physical, va, 4, 0);
    return physical < DEVICE_BASE
      ? (this.ram[physical >>> 2] as number)
      : this.loadDevice(hart, physical);
  }

  storeWord(hart: HartState, va: VirtualAddress, value: Word): void {
    const physical = this.supervisorAccess(hart, va, Access.write, 3);
    if (physical >= DEVICE_BASE) {
      this.storeDevice(hart, physical, value, this.#burst);
      return;
    }
    if (this.owners) this.watch(hart, physical, va, 4, 1);
    this.ram[physical >>> 2] = value;
    this.tracer?.wrote(this, physical >>> 2);
  }

  /** A device asks for the kernel: hart 0 takes an external interrupt, again and again until somebody claims it. */
  raise(device: number): void {
    this.interrupting |= 1 << device;
  }

  /** The lowest device that has raised its interrupt, which is taken back; −1: none has. */
  claim(): number {
    const pending = this.interrupting;
    this.interrupting = pending & (pending - 1);
    return pending === 0 ? -1 : 31 - Math.clz32(pending & -pending);
  }

  /** The trap handler takes the place of the first routine, which stvec points at when boot begins. */
  setHandler(routine: Routine): void {
    this.#natives[0] = routine;
  }

  /** Machine steps, those of the burst under way included. */
  get now(): number {
    return this.steps + this.#burst;
  }

  sendIpi(target: HartState): void {
    if (!target.ipiPending) target.ipiDue = this.now + this.#ipiDelay;
    target.ipiPending = true;
  }

  /** Takes a trap: exception or interrupt. `hart.pc` is where it happens. */
  trap(hart: HartState, cause: Word, tval: Word, steps: number): void {
    this.#burst = steps;
    const routine = this.#enterTrap(hart, cause, tval);
    if (routine) this.#activate(hart, routine);
  }

  #enterTrap(hart: HartState, cause: Word, tval: Word): Routine | undefined {
    hart.scause = cause;
    hart.stval = tval;
    hart.sepc = hart.pc;
    hart.spp = hart.mode;
    this.log?.record(RecordKind.trap, hart, cause, hart.pc, tval, hart.satp, 0);
    hart.mode = Mode.S;
    hart.idle = false;
    hart.wakeAt = Number.POSITIVE_INFINITY;
    hart.cycle += this.costs.trap;
    this.tracer?.snapshot(this, hart);
    // As a signed integer: a larger one would be allocated on its way into the call.
    const physical = this.mmu.translate(hart, hart.stvec | 0, Access.execute, Mode.S);
    const routine = physical < 0 ? undefined : this.codeAt(physical);
    if (typeof routine === 'function') return routine;
    this.#unreachable(hart, physical);
    return undefined;
  }

  #unreachable(hart: HartState, physical: number): void {
    this.halt(
      hart,
      'kernel-unreachable',
      physical < 0
        ? `fetching the trap handler at ${hex(hart.stvec)} faults`
        : `there is no routine at stvec = ${hex(hart.stvec)}`,
    );
  }

  /** What is installed at a physical address. */
  codeAt(physical: number): Code | undefined {
    const word = wordIn(this.ram, physical >>> 2);
    return kindOfText(word) === TextKind.native ? this.#natives[indexOfText(word)] : undefined;
  }

  /** Kernel code of this hart runs: it reaches this hart, and no other. */
  #enter(hart: HartState): void {
    this.current = hart;
    hart.open();
  }

  #exit(): void {
    this.current?.close();
    this.current = undefined;
  }

  /** During boot every hart may be touched. */
  beginBoot(first: HartState): void {
    this.booting = true;
    this.current = first;
    for (const hart of this.harts) hart.open();
  }

  endBoot(): void {
    if (!this.booting) return;
    this.booting = false;
    this.current = undefined;
    for (const hart of this.harts) hart.close();
  }

  #activate(hart: HartState, routine: Routine): void {
    const { port } = hart;
    if (!port) return;
    this.#enter(hart);
    this.fuel = FUEL;
    hart.idleRequested = false;
    try {
      const waiting = routine(port);
      if (waiting === undefined) this.#leave(hart);
      else this.#begin(hart, waiting);
    } catch (error) {
      this.#failed(hart, error);
    }
    this.#exit();
  }

  /** A handler that waits for something has answered with its steps. */
  #begin(hart: HartState, waiting: Generator<Wait, void, void>): void {
    if (typeof waiting === 'object' && waiting !== null && typeof waiting.next === 'function') {
      hart.routine = waiting;
      this.#advance(hart);
      return;
    }
    this.halt(
      hart,
      'forbidden',
      'the trap handler must return nothing, or be a generator; it returned a promise or another value',
    );
  }

  /** Lets a routine that waited go on: to its next wait or to its end. */
  #advance(hart: HartState): void {
    const { routine } = hart;
    if (!routine) return;
    this.#enter(hart);
    const { done, value } = routine.next();
    if (this.halted) return;
    if (done) {
      hart.routine = undefined;
      this.#leave(hart);
    } else {
      hart.waitsFor = value ?? undefined;
      this.log?.record(RecordKind.wait, hart, 0, 0, 0, 0, 0);
    }
  }

  #resume(hart: HartState): void {
    this.log?.record(RecordKind.resume, hart, 0, 0, 0, 0, 0);
    this.fuel = FUEL;
    try {
      this.#advance(hart);
    } catch (error) {
      this.#failed(hart, error);
    }
    this.#exit();
  }

  /** The end of a handler: `sret`, or `wfi` where it asked for that. */
  #leave(hart: HartState): void {
    if (this.halted) return;
    hart.idle = hart.idleRequested;
    this.tracer?.snapshot(this, hart);
    if (hart.idle) {
      this.log?.record(RecordKind.idle, hart, 0, 0, 0, 0, 0);
      return;
    }
    hart.mode = hart.spp;
    hart.pc = (hart.sepc & ~3) >>> 0;
    hart.cycle += this.costs.return;
    if (this.log) this.#report(hart, this.log);
  }

  #report(hart: HartState, log: EventLog): void {
    this.probe?.report(hart, log);
    if (!log.overflowing) log.return(hart);
    else
      this.halt(hart, 'out-of-fuel', 'the kernel changed more words of memory than the log holds');
  }

  #failed(hart: HartState, error: unknown): void {
    hart.routine = undefined;
    this.#exit();
    if (!this.halted) this.halt(hart, 'handler-threw', describe(error));
  }

  halt(hart: HartState, reason: HaltReason, message: string): void {
    if (this.halted) return;
    this.halted = true;
    hart.halted = true;
    this.log?.halt(hart, HALT_REASONS.indexOf(reason), message);
  }

  /** Stops the activation that runs, for good: every further operation of it ends up here again. */
  stop(hart: HartState, reason: HaltReason, message: string): never {
    this.halt(hart, reason, message);
    this.#exit();
    this.endBoot();
    throw new KernelStopped(message);
  }

  /** A fault of supervisor mode that no handler is asked to repair. */
  supervisorFault(hart: HartState, cause: Word, tval: Word): never {
    hart.pc = hart.stvec;
    this.log?.record(RecordKind.trap, hart, cause, hart.pc, tval, hart.satp, 0);
    this.stop(hart, 'handler-threw', `supervisor mode faulted at ${hex(tval)}`);
  }

  /** A hart that kernel code may not touch: it touches its own only. */
  touched(hart: HartState): void {
    const { current, halted } = this;
    if (current && !halted) {
      this.stop(
        current,
        'handler-threw',
        `the handler on hart ${current.id} touched hart ${hart.id}: it can only send that hart an interrupt (machine.sendIpi)`,
      );
    }
    throw new Error('this machine does not run any more');
  }

  /** Burns one machine call; without fuel the activation ends. */
  burn(hart: HartState): void {
    if (--this.fuel < 0 || this.log?.overflowing) this.#outOfFuel(hart);
  }

  #outOfFuel(hart: HartState): never {
    return this.stop(
      hart,
      'out-of-fuel',
      `the kernel made too many machine calls (more than ${FUEL}, or than the log holds) without returning`,
    );
  }

  /**
   * An access by supervisor mode through the MMU; a fault traps into the handler, which may repair it.
   * @param align bits of the address that must be 0
   */
  supervisorAccess(hart: HartState, va: VirtualAddress, access: Access, align: number): number {
    const misaligned = access === Access.read ? Cause.loadMisaligned : Cause.storeMisaligned;
    const { costs, mmu } = this;
    hart.cycle += costs.instruction + costs.access;
    for (let tries = 0; tries <= MAX_RETRIES; tries++) {
      const { walks } = mmu;
      const physical = va & align ? ~misaligned : mmu.translate(hart, va, access, Mode.S);
      if (mmu.walks !== walks) hart.cycle += costs.walk;
      const byteOfDevice = physical >= DEVICE_BASE && align === 0;
      if (physical >= 0 && !byteOfDevice) return physical;
      this.#nestedTrap(hart, byteOfDevice ? accessFault(access) : ~physical, va);
    }
    return this.stop(
      hart,
      'handler-threw',
      `supervisor mode faulted at ${hex(va)} and nothing repaired it`,
    );
  }

  #nestedTrap(hart: HartState, cause: Word, tval: Word): void {
    if (hart.depth >= MAX_RETRIES)
      this.stop(hart, 'handler-threw', 'traps of supervisor mode without end');
    hart.pc = hart.stvec;
    const routine = this.#enterTrap(hart, cause, tval);
    const { port } = hart;
    if (!routine || !port) this.stop(hart, 'kernel-unreachable', 'the handler cannot be fetched');
    const idle = hart.idleRequested;
    hart.depth += 1;
    if (!this.#repairs(hart, routine, port) || hart.spp !== Mode.S) {
      this.stop(
        hart,
        'handler-threw',
        `a fault of supervisor mode at ${hex(tval)} was not repaired`,
      );
    }
    hart.depth -= 1;
    hart.idleRequested = idle;
  }

  /** Runs the handler inside another activation: to its end at once, for it may not wait there. */
  #repairs(hart: HartState, routine: Routine, port: Hart): boolean {
    try {
      const waiting = routine(port);
      return waiting === undefined || waiting.next().done === true;
    } catch (error) {
      this.#failed(hart, error);
      return false;
    }
  }

  /**
   * Runs until nothing can move, the budget is used up, or the kernel has stopped. It can go on after the first two: by
   * what was typed meanwhile (`devices.type`), or after another slice.
   * @param slice machine steps that it takes at most
   */
  run(slice = Number.POSITIVE_INFINITY): EndReason {
    const reason = this.#steps(Math.min(this.#budget, this.steps + slice));
    const [hart] = this.harts;
    if (hart) this.log?.record(RecordKind.end, hart, END_REASONS.indexOf(reason), 0, 0, 0, 0);
    return reason;
  }

  #steps(budget: number): EndReason {
    const { harts } = this;
    let stuck = 0;
    while (!this.halted) {
      if (this.steps >= budget || this.log?.full) return 'budget';
      const left = budget - this.steps;
      const scheduled = this.#schedule[this.#at];
      if (scheduled !== undefined) {
        const turn = this.#sameHartAhead(scheduled);
        const hart = harts[scheduled];
        const taken = hart ? this.#take(hart, Math.min(turn, left)) : 0;
        // A hart that cannot move gives its turn away.
        this.#at += taken === 0 ? turn : taken;
        this.steps += taken;
        continue;
      }
      const hart = harts[this.#turn];
      const taken = hart ? this.#take(hart, Math.min(TURN - this.#inTurn, left)) : 0;
      this.steps += taken;
      this.#inTurn += taken;
      if (taken === 0 || this.#inTurn >= TURN) {
        this.#turn = (this.#turn + 1) % harts.length;
        this.#inTurn = 0;
      }
      stuck = taken === 0 ? stuck + 1 : 0;
      if (stuck === harts.length) {
        if (!this.#skipToInterrupt()) return 'quiescent';
        stuck = 0;
      }
    }
    return 'halted';
  }

  #sameHartAhead(hart: number): number {
    let end = this.#at;
    while (this.#schedule[end] === hart) end += 1;
    return end - this.#at;
  }

  /** Nobody can move: time passes until the first interrupt on its way. */
  #skipToInterrupt(): boolean {
    let { due } = this.devices;
    for (const hart of this.harts) {
      // One that is due and not taken belongs to a hart that waits in the kernel: it wakes nobody.
      if (hart.ipiPending && hart.ipiDue > this.steps) due = Math.min(due, hart.ipiDue);
      if (hart.idle) due = Math.min(due, hart.wakeAt);
    }
    if (due === Number.POSITIVE_INFINITY) return false;
    this.steps = due;
    return true;
  }

  /** Up to `limit` steps of one hart; 0 if it cannot move. */
  #take(hart: HartState, limit: number): number {
    const { steps } = this;
    const { due } = this.devices;
    if (due <= steps) this.devices.complete(steps);
    const { time, stimecmp, forced } = hart;
    if (
      hart.ipiPending ||
      hart.idle ||
      this.interrupting !== 0 ||
      time >= stimecmp ||
      time >= forced ||
      hart.routine !== undefined
    ) {
      const taken = this.#interrupt(hart);
      if (taken >= 0) return taken;
    }
    let bound = Math.min(limit, stimecmp - time, forced - time);
    if (hart.ipiPending) bound = Math.min(bound, hart.ipiDue - steps);
    if (due > steps) bound = Math.min(bound, due - steps);
    if (this.tracer === undefined) return runScript(this, hart, bound);
    const taken = runScript(this, hart, 1);
    this.tracer.snapshot(this, hart);
    return taken;
  }

  /** What comes before the hart's next instruction: steps taken, 0 if it cannot move, −1 if nothing does. */
  #interrupt(hart: HartState): number {
    const ipi = hart.ipiPending && this.steps >= hart.ipiDue;
    if (hart.routine) return this.#takeWaiting(hart, ipi);
    const cause = ipi ? this.#takeIpi(hart) : this.#pendingCause(hart);
    if (cause === 0) return hart.idle ? 0 : -1;
    this.trap(hart, cause, 0, 1);
    return 1;
  }

  #takeIpi(hart: HartState): Word {
    hart.ipiPending = false;
    return Cause.softwareInterrupt;
  }

  /** The interrupt that the hart takes now, other than from a hart; 0: none. */
  #pendingCause(hart: HartState): Word {
    if (hart.time >= hart.forced) hart.takeForced();
    else if (this.interrupting !== 0 && hart.id === 0) return Cause.externalInterrupt;
    else if (hart.idle) return this.steps < hart.wakeAt ? 0 : Cause.timerInterrupt;
    else if (hart.time < hart.stimecmp) return 0;
    else hart.stimecmp = Number.POSITIVE_INFINITY;
    return Cause.timerInterrupt;
  }

  #takeWaiting(hart: HartState, ipi: boolean): number {
    const { remoteFence } = hart;
    const { port } = hart;
    this.#burst = 1;
    if (ipi && remoteFence && port) {
      hart.ipiPending = false;
      this.#fenceRemotely(hart, remoteFence, port);
      return 1;
    }
    if (!this.#conditionHolds(hart)) return this.halted ? 1 : 0;
    this.#resume(hart);
    return 1;
  }

  #fenceRemotely(hart: HartState, routine: Routine, port: Hart): void {
    this.log?.record(RecordKind.trap, hart, Cause.softwareInterrupt, hart.stvec, 0, hart.satp, 0);
    const idle = hart.idleRequested;
    this.#enter(hart);
    this.fuel = FUEL;
    try {
      if (routine(port) !== undefined) {
        this.halt(
          hart,
          'forbidden',
          'the routine of onRemoteFence must return nothing: it may not wait',
        );
      }
    } catch (error) {
      this.#failed(hart, error);
    }
    this.#exit();
    hart.idleRequested = idle;
  }

  /** Asks a waiting routine's condition: code of the kernel, which runs on that hart. */
  #conditionHolds(hart: HartState): boolean {
    const { waitsFor } = hart;
    if (waitsFor === undefined) return true;
    this.#enter(hart);
    this.fuel = FUEL;
    let holds = false;
    try {
      holds = Boolean(waitsFor());
    } catch (error) {
      this.#failed(hart, error);
    }
    this.#exit();
    return holds && !this.halted;
  }
}

const accessFault = (access: Access): Word =>
  access === Access.write ? Cause.storeAccess : Cause.loadAccess;

const hex = (word: Word): string => `0x${(word >>> 0).toString(16)}`;

/** Characters of a message that are kept. */
const LONGEST_MESSAGE = 4000;

/** An error of someone else's code in words: first line what it says, then its stack. Never throws itself. */
export const describe = (error: unknown): string => {
  try {
    if (typeof error === 'object' && error !== null && 'message' in error) {
      const { name, message, stack } = error as {
        name?: unknown;
        message?: unknown;
        stack?: unknown;
      };
      const text = `${String(name ?? 'Error')}: ${String(message)}\n${String(stack ?? '')}`;
      return text.slice(0, LONGEST_MESSAGE);
    }
    return `threw ${String(error)}`.slice(0, LONGEST_MESSAGE);
  } catch {
    return 'threw a value that cannot be shown';
  }
};
