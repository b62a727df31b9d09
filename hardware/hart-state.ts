/**
 * All that a hart holds: registers, CSRs, TLB, and where it stands. Internal to hardware/; a kernel sees a `HartPort`.
 *
 * The TLB is direct-mapped by virtual page number. Beside the full entry (key, table entry) there are three tags per
 * slot, one for each kind of access by user mode: the tag equals `asid << 20 | vpn` exactly if that access is allowed
 * and needs nothing more (A set, for stores D set). So the fast path is one compare.
 */

import { KERNEL_ROOT_FRAME, KERNEL_TEXT } from '../spec/layout.ts';
import type { HartId, VirtualAddress, Word } from '../spec/riscv.ts';
import { Mode, satp } from '../spec/riscv.ts';
import type { Hart, Routine, Wait } from './contract.ts';

/** A key or tag that no access has. */
export const INVALID = -1;
/** Bits of `Tlb.flags`. */
export const TlbFlag = { superpage: 1, global: 2 } as const;

export interface Tlb {
  readonly mask: number;
  /** asid << 20 | vpn, or INVALID. */
  readonly key: Int32Array;
  /** The table entry, its frame made that of the 4 KiB page. */
  readonly entry: Uint32Array;
  readonly flags: Uint8Array;
  readonly tagR: Int32Array;
  readonly tagW: Int32Array;
  readonly tagX: Int32Array;
  /** First word of the frame in RAM. */
  readonly base: Int32Array;
}

const emptyTlb = (entries: number): Tlb => ({
  mask: entries - 1,
  key: new Int32Array(entries).fill(INVALID),
  entry: new Uint32Array(entries),
  flags: new Uint8Array(entries),
  tagR: new Int32Array(entries).fill(INVALID),
  tagW: new Int32Array(entries).fill(INVALID),
  tagX: new Int32Array(entries).fill(INVALID),
  base: new Int32Array(entries),
});

/** What watches over whose kernel code runs: of one hart at a time. */
export interface Activity {
  /** A hart that is not its own was touched: ends the activation, unless it may. */
  touched(hart: HartState): void;
}

const NOTHING_RUNS: Activity = { touched: () => undefined };

/** Where a port finds the state of its hart. A look at every access whether it may would cost more than the access. */
export interface Reach {
  /** The hart itself while kernel code may touch it, otherwise its barrier. */
  state: HartState;
}

/** Stands in the place of a hart that may not be touched. */
const BARRIER: ProxyHandler<HartState> = {
  get: (hart, key) => {
    hart.activity.touched(hart);
    return Reflect.get(hart, key) as unknown;
  },
  set: (hart, key, value) => {
    hart.activity.touched(hart);
    return Reflect.set(hart, key, value);
  },
};

export class HartState {
  readonly id: HartId;
  /** That of the machine that it is part of. */
  activity: Activity = NOTHING_RUNS;
  /** What a kernel sees of it. */
  port: Hart | undefined;
  readonly reach: Reach;
  readonly #barrier: HartState;
  readonly tlb: Tlb;
  readonly registers = new Uint32Array(32);
  pc: VirtualAddress = 0;
  mode: Mode = Mode.S;
  /** Instructions of user mode retired. */
  time = 0;
  cycle = 0;

  scause: Word = 0;
  stval: Word = 0;
  sepc: VirtualAddress = 0;
  spp: Mode = Mode.U;
  sum = false;
  mxr = false;
  stvec: VirtualAddress = KERNEL_TEXT;
  satp: Word = satp(KERNEL_ROOT_FRAME);
  /** Derived from satp: first word of the root table, and asid << 20. */
  rootBase = KERNEL_ROOT_FRAME << 10;
  asidBits = 0;
  sscratch: Word = 0;
  scontext = 0;
  stimecmp = Number.POSITIVE_INFINITY;

  /** Waits for an interrupt. After boot every hart does. */
  idle = true;
  /** The machine step at which a timer ends the waiting. */
  wakeAt = Number.POSITIVE_INFINITY;
  /** The handler asked to idle instead of returning. */
  idleRequested = false;
  halted = false;
  /** An inter-processor interrupt is on its way; taken from machine step `ipiDue` on. */
  ipiPending = false;
  ipiDue = 0;
  /** A routine that has yielded, and what it waits for. */
  routine: Generator<Wait, void, void> | undefined;
  waitsFor: Wait;
  remoteFence: Routine | undefined;
  /** Nested traps of supervisor mode under way. */
  depth = 0;
  /** When the next timer interrupt comes on its own, in instructions, and those after it, ascending. */
  forced = Number.POSITIVE_INFINITY;
  #later: readonly number[] = [];

  constructor(id: HartId, tlbEntries: number) {
    this.id = id;
    this.tlb = emptyTlb(tlbEntries);
    this.#barrier = new Proxy<HartState>(this, BARRIER);
    this.reach = { state: this.#barrier };
  }

  /** Kernel code may touch it from now on. */
  open(): void {
    this.reach.state = this;
  }

  close(): void {
    this.reach.state = this.#barrier;
  }

  /** Timer interrupts that come on their own: after so many instructions, ascending. */
  force([first = Number.POSITIVE_INFINITY, ...later]: readonly number[]): void {
    this.forced = first;
    this.#later = later;
  }

  /** The first of them is taken. */
  takeForced(): void {
    this.force(this.#later);
  }
}
