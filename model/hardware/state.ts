/**
 * The formal machine: RAM, harts, TLBs, interrupts on their way, and whose step comes next. Plain data.
 *
 * Written from RISC-V Privileged 4.1 to 4.3 for clarity alone, and independently of the optimised machine, which is
 * held against it. Recipes change it in place; under immer's `produce` the same recipes are pure. Order of the parts,
 * as in every model here: state (this file), actions (actions.ts), what is enabled (enabled.ts), steps (step.ts and
 * what it calls), invariants (invariants.ts), and small scopes to enumerate (choices.ts, explore.ts).
 *
 * What this machine decides where RISC-V leaves a choice: the TLB is direct-mapped (slot = vpn mod entries) and keeps
 * 4 KiB pieces of superpages; hardware sets A and D; a store through an entry without D walks again; a fetch of the
 * trap handler uses the TLB like any other.
 * Left out: costs in cycles, the event log, satp's mode bit (translation is always on), machine mode.
 */
import {
  KERNEL_ROOT_FRAME,
  KERNEL_TEXT,
  KERNEL_TEXT_FRAME,
  kernelTables,
  layoutOf,
  TextKind,
  textWord,
} from '../../spec/layout.ts';
import type { HaltReason } from '../../spec/records.ts';
import {
  type Frame,
  type HartId,
  Mode,
  satp,
  type VirtualAddress,
  type Vpn,
  WORDS_PER_FRAME,
  type Word,
} from '../../spec/riscv.ts';
import type { Operation, Workload } from '../../spec/workload.ts';

/** A translation that a hart remembers: of one 4 KiB page. */
export interface TlbEntry {
  readonly vpn: Vpn;
  readonly asid: number;
  readonly frame: Frame;
  /** The lower ten bits of the table entry, as they were when it was read. */
  readonly bits: number;
  /** It holds in every address space. */
  readonly global: boolean;
  /** The table entry spans 4 MiB. */
  readonly superpage: boolean;
}

/** What a routine in the kernel waits for: a word of RAM to have a value, or (`null`) only its next turn. */
export interface Condition {
  readonly frame: Frame;
  readonly index: number;
  readonly value: Word;
}

/** An access by supervisor mode that has faulted and will be tried again. */
export interface Attempt {
  readonly access: SupervisorAccess;
  readonly tries: number;
  /** What `idleRequested` was before the fault. */
  readonly idleRequested: boolean;
}
export interface SupervisorAccess {
  readonly kind: 'load' | 'loadByte' | 'store';
  readonly va: VirtualAddress;
  /** What a store stores. */
  readonly value: Word;
}

/**
 * What a hart does: 'booting'; 'running' instructions; 'kernel': a native routine runs; 'waiting': the routine has
 * yielded; 'fencing': its remote-fence routine runs meanwhile; 'idle': until an interrupt.
 */
export type Status = 'booting' | 'running' | 'kernel' | 'waiting' | 'fencing' | 'idle';

export interface Hart {
  readonly id: HartId;
  status: Status;
  /** [0] is x0. */
  registers: Word[];
  /** While a native routine runs: where the trap was taken, after a fault of its own stvec. */
  pc: VirtualAddress;
  mode: Mode;
  /** Instructions retired. */
  time: number;
  scause: Word;
  stval: Word;
  sepc: VirtualAddress;
  spp: Mode;
  stvec: VirtualAddress;
  satp: Word;
  sscratch: Word;
  scontext: Word;
  sum: boolean;
  mxr: boolean;
  stimecmp: number;
  /** One place per slot. */
  tlb: (TlbEntry | null)[];
  idleRequested: boolean;
  condition: Condition | null;
  /** A remote-fence routine is registered. */
  remoteFence: boolean;
  /** Faults of supervisor mode under way, the innermost last. */
  attempts: Attempt[];
  /** Machine step from which an inter-processor interrupt is taken. */
  ipiDue: number | null;
  /** Values of `time` at which a timer interrupt comes on its own, ascending. */
  forced: number[];
}

/** What does not change during a run. */
export interface Setting {
  readonly frames: number;
  readonly tlbEntries: number;
  readonly ipiDelay: number;
  readonly operations: readonly Operation[];
  readonly schedule: readonly HartId[];
  readonly budget: number;
}

/** Machine steps, and whose turn it is. */
export interface Clock {
  steps: number;
  /** Position in the schedule. */
  at: number;
  /** The hart whose turn it is once the schedule is used up, and steps of the turn that are taken. */
  turn: HartId;
  inTurn: number;
}

export interface State {
  readonly setting: Setting;
  /** Words that are not 0, by word number in RAM. */
  ram: Map<number, Word>;
  /** Native routines that are installed: text words with a smaller index name one. */
  natives: number;
  harts: Hart[];
  clock: Clock;
  halted: HaltReason | null;
}

export const readWord = (state: State, at: number): Word => state.ram.get(at) ?? 0;

export const writeWord = (state: State, at: number, value: Word): void => {
  if (value === 0) state.ram.delete(at);
  else state.ram.set(at, value >>> 0);
};

const initialHart = (id: HartId, workload: Workload): Hart => ({
  id,
  status: 'booting',
  registers: new Array<Word>(32).fill(0),
  pc: 0,
  mode: Mode.S,
  time: 0,
  scause: 0,
  stval: 0,
  sepc: 0,
  spp: Mode.U,
  stvec: KERNEL_TEXT,
  satp: satp(KERNEL_ROOT_FRAME),
  sscratch: 0,
  scontext: 0,
  sum: false,
  mxr: false,
  stimecmp: Number.POSITIVE_INFINITY,
  tlb: new Array<TlbEntry | null>(workload.tlbEntries).fill(null),
  idleRequested: false,
  condition: null,
  remoteFence: false,
  attempts: [],
  ipiDue: null,
  forced: workload.interrupts
    .filter(({ hart }) => hart === id)
    .map(({ after }) => after)
    .sort((a, b) => a - b),
});

/** The machine as boot finds it: tables and text in RAM, one routine installed at KERNEL_TEXT. */
export const initialState = (workload: Workload): State => {
  const { operations, texts } = layoutOf(workload);
  const ram = new Map<number, Word>();
  for (const { frame, words } of [...kernelTables(workload.frames), ...texts]) {
    for (const [index, word] of words) ram.set(frame * WORDS_PER_FRAME + index, word);
  }
  ram.set(KERNEL_TEXT_FRAME * WORDS_PER_FRAME, textWord(TextKind.native, 0));
  return {
    setting: {
      frames: workload.frames,
      tlbEntries: workload.tlbEntries,
      ipiDelay: workload.ipiDelay,
      operations,
      schedule: workload.schedule,
      budget: workload.steps,
    },
    ram,
    natives: 1,
    harts: Array.from({ length: workload.harts }, (_, id) => initialHart(id, workload)),
    clock: { steps: 0, at: 0, turn: 0, inTurn: 0 },
    halted: null,
  };
};
