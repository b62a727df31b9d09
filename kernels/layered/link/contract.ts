/**
 * What a layer is, and what it is given: the interface of the layer below, its own pages, and nothing else.
 *
 * Rules: a layer keeps its state in its own pages (`own`), so that a wild store can hit it. It calls the layer below
 * through `below` only; what it offers itself may be called by the layer above. Integers pass, nothing else. An operation
 * that may wait is a generator and is called with `yield*`; all others are plain functions. In the kernel one thing
 * happens at a time: only where an operation waits may anything else run.
 */
import type { BootImage, Hart } from '../../../hardware/contract.ts';
import type { AbiGroup } from '../../../spec/abi.ts';
import type { DeviceId } from '../../../spec/devices.ts';
import type { Discipline, OperationShape } from '../../../spec/layering.ts';
import type { Frame, HartId, VirtualAddress, Word } from '../../../spec/riscv.ts';
import type { Own } from './own.ts';

/** What a waiting operation yields is between layer 1 and the linker; all others pass it on with `yield*`. */
export type Steps = Generator<number, number, void>;

/** What answers with nothing answers with 0. */
export type Handler = ((...args: number[]) => number | Steps) | ((...args: number[]) => void);

/** Memory as supervisor mode sees it through the MMU: all that is mapped. What is not one's own must have been lent. */
export interface Memory {
  load(va: VirtualAddress): Word;
  store(va: VirtualAddress, value: Word): void;
  loadByte(va: VirtualAddress): number;
  storeByte(va: VirtualAddress, value: number): void;
  copy(from: VirtualAddress, to: VirtualAddress, bytes: number): void;
  /** Calls whatever code stands at an address: nothing but the rules keeps a layer from it. */
  call(va: VirtualAddress, operation: number, ...args: number[]): number | Steps;
}

/** What a layer knows of itself and of the machine when it starts. */
export interface Self {
  /** Its number, 1 or more. */
  readonly layer: number;
  /** N: the hardware, the kernel's layers and the user programs. */
  readonly layers: number;
  /** Its own pages, in one piece; zeros at boot. */
  readonly own: Own;
  /** Where they are for supervisor mode, their first frame, and how many bytes. */
  readonly address: VirtualAddress;
  readonly frame: Frame;
  readonly bytes: number;
  /** Where its own door is. */
  readonly door: VirtualAddress;
  readonly memory: Memory;
  readonly harts: number;
  readonly image: BootImage;
}

/** Layer 0, as layer 1 sees it: the hart that runs now, the devices, and who owns which frame. */
export interface Hardware {
  /** The hart that runs now: registers, satp, scontext, fences, idle. */
  hart(): Hart;
  /** Interrupts another hart. */
  sendIpi(hart: HartId): void;
  /** The device whose interrupt comes next; −1: none. */
  claim(): DeviceId | -1;
  /** From now on the frame belongs to this layer (N−1: to user programs; 0: to nobody). */
  assign(frame: Frame, layer: number): void;
  /** Zeros. */
  clear(frame: Frame): void;
  /** Registers and pc of the interrupted task into 32 words of one's own, from `at` on; and back. */
  save(own: Own, at: number): void;
  restore(own: Own, at: number): void;
}

/** What layer 1 offers the vector besides its operations. */
export interface ProcessorGates {
  /** An interrupt has come: scause. */
  interrupt(cause: Word): number;
  /**
   * The hart is about to leave the kernel: chooses whom it runs next, loads registers, tables and scontext. Answers with
   * a number of its own for whom it has chosen, the same each time, or 0 after `hart.idle()`. Who has parked goes on
   * inside the kernel; everybody else in user mode.
   */
  dispatch(): number;
}

/** What the topmost layer offers the vector. The task is the one that the hart runs. */
export interface ProgramGates {
  /** A system call. Answers with its result, or NO_RESULT. */
  ecall(number: Word, a0: Word, a1: Word, a2: Word): number | Steps;
  /** An exception of a user program: 0 where the instruction runs again, or NO_RESULT. */
  exception(cause: Word, tval: Word): number | Steps;
}

/** What an operation of layer 1 yields where its task has to wait: it has made the task wait before. */
export const PARK = 1;

/** A layer as its file exports it. */
export interface Layer {
  readonly name: string;
  /** What the layer above may ask of it, by name. */
  readonly offers: Readonly<Record<string, OperationShape>>;
  /** What it asks of the layer below. Layer 1 asks the hardware, and names nothing. */
  readonly uses: readonly string[];
  /** Pages of data, 0 to 64; none unless given: then its state is in variables, which nothing can hit. */
  readonly pages?: number;
  /**
   * Called once, when the kernel boots: layer 1 first. Answers with the operations that it offers, and its gates.
   * @param below what the layer below offers, as an object of functions; a layer names the type that it expects
   */
  start(below: object, self: Self): Readonly<Record<string, Handler>>;
}

/** What a layer expects of the one below, where all of it answers at once: `below: Doors<'map' | 'send'>`. */
export type Doors<Name extends string> = Readonly<Record<Name, (...args: number[]) => number>>;

/** Names the type; what a layer's file exports by default. */
export const defineLayer = (layer: Layer): Layer => layer;

/** What a layered kernel says of itself. */
export interface LayeredKernel {
  readonly name: string;
  readonly implements: readonly AbiGroup[];
  /** What is promised of the calls between its layers; strict unless given. */
  readonly discipline?: Discipline;
  /** A runnable task waits for at most so many dispatches of others. */
  readonly fairness?: number;
}

/** Names the type; what kernel.ts, beside the files of the layers, exports by default. */
export const defineLayered = (kernel: LayeredKernel): LayeredKernel => kernel;
