/**
 * What a kernel is given and what it gives back: the whole contract between a kernel and the machine.
 *
 * A kernel is what runs on a trap. `boot` runs once per workload, on hart 0, and returns the trap handler of every
 * hart. After boot every hart waits for an interrupt; hart 0 gets an inter-processor interrupt (so do the others) so
 * that the handler can choose the first tasks. Returning from the handler is `sret`, or `wfi` after `hart.idle()`.
 *
 * Rules: a handler runs to its end before anything else in the machine moves, unless it is a generator and yields. It
 * touches only its own hart; another hart takes an interrupt (`machine.sendIpi`), before its next user instruction.
 * Words are unsigned 32-bit; a frame is 4096 bytes of RAM.
 */
import type { AbiGroup } from '../spec/abi.ts';
import type { DeviceId, DeviceName } from '../spec/devices.ts';
import type { Discipline, LayerClaim } from '../spec/layering.ts';
import type { ModuleSetup } from '../spec/modules.ts';
import type { Frame, HartId, Mode, Tid, VirtualAddress, Word } from '../spec/riscv.ts';
import type { ServiceFault } from '../spec/workload.ts';

/** Those whose promises are checked. */
export const ARCHITECTURES = ['monolithic', 'microkernel', 'hybrid', 'layered'] as const;
export type ArchitectureName = (typeof ARCHITECTURES)[number];

/** What a waiting routine yields: a condition to wait for, or nothing to let other harts go first once. */
export type Wait = (() => boolean) | undefined;

/**
 * Code that runs in supervisor mode. A plain function is atomic for the whole machine. A generator waits where it
 * yields; meanwhile other harts run, and may enter the kernel.
 */
export type Routine = (hart: Hart) => void | Generator<Wait, void, void>;

/** The saved registers of a task: [0] is pc (x0 needs no place), [1] … [31] are x1 to x31. */
export type Context = Uint32Array;

export interface Machine {
  readonly harts: readonly Hart[];
  /** Frames of RAM. */
  readonly frames: number;
  /** A live view of a frame, 1024 words: supervisor mode's direct map. Beyond RAM: a fault of supervisor mode. */
  frame(number: Frame): Uint32Array;
  /** All of RAM as words, the first of frame f at index 1024 f. Supervisor mode owns it, as it does each frame. */
  readonly ram: Uint32Array;
  /** The same frame as 4096 bytes. */
  bytes(number: Frame): Uint8Array;
  /** Sends a byte (0 to 255) to the console. */
  transmit(byte: number): void;
  /** Interrupts another hart, or this one. Taken before that hart's next user instruction. */
  sendIpi(hart: HartId): void;
  /**
   * Puts a routine into the next free slot of a text frame (frame 0 is the kernel's, at KERNEL_TEXT) and returns its
   * byte offset there: what calls it is a fetch through the MMU.
   */
  install(name: string, routine: Routine, frame?: Frame): number;
  /**
   * The same for code of a component that the kernel calls (`hart.call`).
   * @param atOnce it answers with its result; without it, with steps
   */
  installComponent(
    name: string,
    entry: ComponentEntry,
    frame: Frame,
    component: number,
    atOnce?: boolean,
  ): number;
  /**
   * From now on the frame belongs to a component (1 or more; 0: to nobody): whenever another one touches it in
   * supervisor mode, the log says so. Once a frame is assigned, components pass each other integers only.
   */
  assign(frame: Frame, component: number): void;
  /**
   * The same for code that runs in user mode: it takes three slots, and starts at the first. Between its system calls
   * it is saved with its registers, of which it owns s11; so it cannot be copied.
   */
  installUser(name: string, routine: UserRoutine, frame: Frame, component: number): number;
  /** Takes the next external interrupt: which device raised it; −1: none is pending. */
  claim(): DeviceId | -1;
  /** A fault of the image begins, now: by its index in `faults`. Whoever carries it out says so; each begins once. */
  strike(fault: number): void;
}

/** What a routine in user mode yields: a system call, or nothing where interrupts may be taken. */
export type UserWait = 'ecall' | undefined;

/** Code that runs in user mode. A fault of one of its accesses ends it: later ones throw, whatever it catches. */
export type UserRoutine = (cpu: UserCpu) => Generator<UserWait, void, void>;

/** What it sees: argument registers (0 to 7: a0 to a7), and its memory through the MMU. */
export interface UserCpu {
  argument(index: number): Word;
  setArgument(index: number, value: Word): void;
  load(va: VirtualAddress): Word;
  store(va: VirtualAddress, value: Word): void;
  loadByte(va: VirtualAddress): number;
  storeByte(va: VirtualAddress, value: number): void;
}

/** Code of a component in supervisor mode, called with integers: answers at once, or with steps for the linker to drive. */
export type ComponentEntry = (
  hart: Hart,
  ...args: Word[]
) => number | Generator<unknown, number, void>;

export interface Hart {
  readonly id: HartId;
  /** User instructions retired by this hart. */
  readonly time: number;
  /** Why the trap came (Cause), the address that goes with it, and the mode it came from (0 U, 1 S). */
  readonly scause: Word;
  readonly stval: Word;
  spp: Mode;
  /** Where the trap came from, and where the return goes. */
  sepc: VirtualAddress;
  /** The interrupted task's registers, live. */
  a0: Word;
  a1: Word;
  a2: Word;
  readonly a7: Word;
  stvec: VirtualAddress;
  satp: Word;
  /** The tid of the task that runs, as spawn returns it; 0: nobody. */
  scontext: Tid;
  sscratch: Word;
  /** A timer interrupt comes once when time ≥ stimecmp. */
  stimecmp: number;
  /** Supervisor mode may load and store user pages (sstatus.SUM); execute-only pages are readable (MXR). */
  sum: boolean;
  mxr: boolean;
  /** A copy of registers and pc (`sepc`). */
  save(): Context;
  /** Sets registers and `sepc`, and `spp` to U: a context is always one of user mode. The return goes there, not to wait. */
  restore(context: ArrayLike<Word>): void;
  /** The same into and from 32 words of a frame, from word `at` on. They must fit. */
  saveTo(words: Uint32Array, at: number): void;
  restoreFrom(words: Uint32Array, at: number): void;
  /** `sfence.vma va, asid`: this hart's TLB forgets; without va all addresses, without asid all address spaces. */
  fence(va?: VirtualAddress, asid?: number): void;
  /**
   * The return will wait for an interrupt instead (`wfi`).
   * @param atMost machine steps, 1 or more, after which a timer interrupt comes; without it none does
   */
  idle(atMost?: number): void;
  /**
   * Loads and stores by supervisor mode through satp and this hart's TLB. A fault (also a word at a misaligned address)
   * traps into the handler; the access is tried again when that has returned, and the kernel stopped when it never
   * succeeds. As in hardware such a trap overwrites scause, stval, sepc and spp.
   */
  load(va: VirtualAddress): Word;
  store(va: VirtualAddress, value: Word): void;
  loadByte(va: VirtualAddress): number;
  storeByte(va: VirtualAddress, value: number): void;
  /** The same for a run of bytes, word by word where both addresses are aligned alike. They must not overlap. */
  copy(from: VirtualAddress, to: VirtualAddress, bytes: number): void;
  /**
   * A control transfer of supervisor mode: fetches at va through the MMU, which may fault, and runs the component's code
   * that is installed there. The log shows it. Every `next` of what it answers with runs on that component's account.
   */
  call(va: VirtualAddress, ...args: Word[]): number | Generator<unknown, number, void>;
  /**
   * What an inter-processor interrupt runs while this hart waits inside the kernel. Without one the interrupt stays
   * pending until the hart returns.
   */
  onRemoteFence(routine: (hart: Hart) => void): void;
}

export interface BootImage {
  /** spawn(i) starts programs[i]. */
  readonly programs: readonly ProgramImage[];
  /** Indices into programs: boot starts them as tids 1, 2, …. */
  readonly start: readonly number[];
  /** Frames that the machine has beyond the workload's, as many as the kernel asked for (`serviceFrames`). Zeros. */
  readonly serviceFrames: readonly Frame[];
  /** What goes wrong in which service; who links the services carries it out (`machine.strike`). */
  readonly faults: readonly ServiceFault[];
  /** The loadable modules that there are, and frames for them (`moduleFrames`); they hold zeros. */
  readonly modules?: { readonly setup: ModuleSetup; readonly frames: readonly Frame[] };
  /** Frames that the kernel may use as it likes. They hold zeros. */
  readonly freeFrames: readonly Frame[];
  /** The root table that maps the kernel, without U. Its leaf table is shared by all. */
  readonly kernelRoot: Frame;
  /** The first address above user space. */
  readonly userEnd: VirtualAddress;
}
export interface ProgramImage {
  /** The user address of its text page, where it starts. */
  readonly entry: VirtualAddress;
  /** The frame of its text; several tasks may map it. */
  readonly text: Frame;
}

/** A service of a kernel: in user space it is a process whose scontext is SERVICE_TID + its index in the list. */
export interface ServicePlacement {
  readonly name: string;
  readonly placement: 'kernel' | 'user';
  readonly devices: readonly DeviceName[];
}

export interface Kernel {
  readonly name: string;
  /** Which promises it makes. */
  readonly architecture: ArchitectureName;
  readonly implements: readonly AbiGroup[];
  /** A runnable task waits for at most so many dispatches of others. Without it no bound is claimed. */
  readonly fairness?: number;
  /**
   * Inter-processor interrupts may come up to so many machine steps late (at most 64), and the kernel waits for what it
   * asked of other harts. Without it they are taken before the next user instruction, and no handler has to wait.
   */
  readonly ipiDelay?: number;
  /** Frames that its services take, 0 to 256: RAM has so many more than the workload says. */
  readonly serviceFrames?: number;
  /** Its services and where each is, for kernels that are linked of services. */
  readonly services?: readonly ServicePlacement[];
  /** Where loadable modules run, for kernels that have them. */
  readonly modules?: 'kernel' | 'user';
  /** Layers 1 to N−2 of a layered kernel, and what it promises of the calls between them. */
  readonly layers?: readonly LayerClaim[];
  readonly discipline?: Discipline;
  boot(machine: Machine, image: BootImage): Routine;
}

/** Names the type; what a kernel file exports by default. */
export const defineKernel = (kernel: Kernel): Kernel => kernel;

/** Registers and pc of a task that has not run: all 0. */
export const contextAt = (entry: VirtualAddress): Context => {
  const context = new Uint32Array(32);
  context[0] = entry;
  return context;
};
