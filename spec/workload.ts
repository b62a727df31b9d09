/**
 * A workload: everything that a run depends on besides the kernel, as plain data. It is what generators make, the
 * minimiser shrinks, and a saved counterexample stores.
 *
 * Rules: it is JSON; all addresses are concrete, so that dropping one step does not change the meaning of another; the
 * only symbolic parts are register names as arguments, since a child's tid is the kernel's choice.
 */
import type { CallName } from './abi.ts';
import type { DeviceSettings } from './devices.ts';
import type { ModuleSetup } from './modules.ts';
import type { HartId, RegisterName, VirtualAddress, Word } from './riscv.ts';

/** The version of the stored form. Raised whenever an old file would mean something else. */
export const WORKLOAD_FORMAT = 1;

/** An argument of a system call: a number, or the register that holds it. */
export type Argument = Word | RegisterName;

/** What an attempt at a privileged instruction attempts. All of them are illegal in user mode. */
export const PRIVILEGED = [
  'csrr satp',
  'csrw satp',
  'csrw stvec',
  'sfence.vma',
  'sret',
  'wfi',
] as const;
export type PrivilegedInstruction = (typeof PRIVILEGED)[number];

/** One step of a program. It takes one 4-byte slot of a text page. Registers are named, `rd` the destination. */
export type Operation =
  | { readonly op: 'set'; readonly rd: RegisterName; readonly value: Word }
  | { readonly op: 'move'; readonly rd: RegisterName; readonly rs: RegisterName }
  | { readonly op: 'load'; readonly va: VirtualAddress; readonly rd: RegisterName }
  /** Stores a number, or a register. */
  | { readonly op: 'store'; readonly va: VirtualAddress; readonly value: Argument }
  /** Puts the call's number into a7 and the arguments into a0, a1, a2, then does an ecall. */
  | { readonly op: 'call'; readonly call: CallName | number; readonly args: readonly Argument[] }
  | { readonly op: 'jump'; readonly va: VirtualAddress }
  /** Jumps to itself, for ever. */
  | { readonly op: 'loop' }
  | { readonly op: 'privileged'; readonly instruction: PrivilegedInstruction };

/** What `spawn(i)` starts. Body 0 begins at the entry; others are where threads begin. See layout.ts for addresses. */
export interface Program {
  readonly bodies: readonly (readonly Operation[])[];
  /**
   * Texts that its page of text holds behind the bodies, each ended by a zero byte: paths. Text k is at
   * `textAddress(k)`; at most 16 of at most 15 bytes of ASCII.
   */
  readonly texts?: readonly string[];
}

/** A timer interrupt that comes on its own: taken by `hart` when it has retired `after` user instructions. */
export interface Interrupt {
  readonly hart: HartId;
  readonly after: number;
}

/** What may go wrong in a service. */
export const FAULT_KINDS = [
  'wild store',
  'null dereference',
  'endless loop',
  'silence',
  'garbage reply',
  'leak',
  'double reply',
  'wild dma',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** The same, and what may go wrong in a device. */
export const FAILURE_KINDS = [...FAULT_KINDS, 'device stuck'] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

/** A service goes wrong when it handles its request number `request` (0: the first). Each fault happens once. */
export interface ServiceFault {
  readonly service: string;
  readonly request: number;
  readonly kind: FaultKind;
  /** For a wild store: where, and what. For wild DMA: the address that a device is given. */
  readonly va?: VirtualAddress;
  readonly value?: Word;
}

export interface Workload {
  readonly format: typeof WORKLOAD_FORMAT;
  /** 1 to 4. */
  readonly harts: number;
  /** Frames of RAM, 16 to 4096. */
  readonly frames: number;
  /** Entries of each hart's TLB: a power of two, 1 to 64. */
  readonly tlbEntries: number;
  /** Machine steps by which an inter-processor interrupt is late; 0: taken before the next user instruction. */
  readonly ipiDelay: number;
  readonly programs: readonly Program[];
  /** Indices into `programs`: started by boot as tasks 1, 2, …. */
  readonly start: readonly number[];
  /** The hart that takes each machine step; when it is used up, harts take turns of 8 steps. */
  readonly schedule: readonly HartId[];
  readonly interrupts: readonly Interrupt[];
  /** How its devices behave; without it every latency is 1. */
  readonly devices?: DeviceSettings;
  readonly faults?: readonly ServiceFault[];
  /** The loadable modules that there are. Without it there are none. */
  readonly modules?: ModuleSetup;
  /** The run ends after so many machine steps (a step: one user instruction or one interrupt), if not before. */
  readonly steps: number;
}
