/**
 * What the model judges: the machine's records, with memory and TLB reports folded into the return that they precede
 * (physical to abstract). One event is one thing that the hardware did.
 */

import type { DeviceId } from './devices.ts';
import type { EndReason, HaltReason } from './records.ts';
import type { Frame, HartId, Rights, Tid, VirtualAddress, Vpn, Word } from './riscv.ts';

/** One user translation that a hart could use after its return: from the tables in RAM, or kept in its TLB. */
export interface Translation {
  readonly vpn: Vpn;
  readonly frame: Frame;
  readonly rights: Rights;
  readonly source: 'table' | 'tlb';
  /** The frame's words that are not 0; absent in a TLB entry that agrees with the tables. */
  readonly words?: ReadonlyMap<number, Word>;
  /** Goes up whenever a word of the frame is written: what was compared at this version need not be again. */
  readonly version: number;
}

/** Common to all: which hart, and the value of its scontext (the kernel's claim who runs). */
interface On {
  readonly hart: HartId;
  readonly tid: Tid;
}

export interface RetireEvent extends On {
  readonly kind: 'retire';
  readonly pc: VirtualAddress;
  readonly word: Word;
  readonly va: VirtualAddress;
  /** The frame accessed, or −1. */
  readonly frame: Frame;
  readonly value: Word;
}
export interface TrapEvent extends On {
  readonly kind: 'trap';
  readonly mode: 'U' | 'S';
  readonly cause: Word;
  readonly pc: VirtualAddress;
  readonly tval: Word;
}
export interface ReturnEvent extends On {
  readonly kind: 'return';
  readonly mode: 'U' | 'S';
  readonly pc: VirtualAddress;
  readonly root: Frame;
  readonly asid: number;
  /** 32 words; [0] is pc. */
  readonly registers: ArrayLike<Word>;
  readonly view: readonly Translation[];
  /** Pages of the kernel in these tables, but for the direct map and devices, which are superpages. */
  readonly kernel: readonly {
    readonly vpn: Vpn;
    readonly frame: Frame;
    readonly rights: Rights;
  }[];
  /** Frames of the tables that were walked: user mode must not reach them. */
  readonly tables: readonly Frame[];
}
export type Event =
  | RetireEvent
  | TrapEvent
  | ReturnEvent
  | (On & { readonly kind: 'context'; readonly next: Tid })
  | (On & { readonly kind: 'satp'; readonly root: Frame; readonly asid: number })
  | (On & { readonly kind: 'fence'; readonly va?: VirtualAddress; readonly asid?: number })
  | (On & { readonly kind: 'ipi'; readonly to: HartId })
  | (On & { readonly kind: 'idle' })
  | (On & { readonly kind: 'console'; readonly bytes: readonly number[] })
  /** A device moved data to or from a frame, or was refused: then `frame` is −1. `hart` and `tid` mean nothing. */
  | (On & {
      readonly kind: 'dma';
      readonly device: DeviceId;
      readonly frame: Frame;
      readonly into: boolean;
    })
  /** A fault of the workload begins: its index, or STUCK_DISK. `hart` and `tid` mean nothing. */
  | (On & { readonly kind: 'strike'; readonly fault: number })
  | (On & { readonly kind: 'wait' })
  | (On & { readonly kind: 'resume' })
  | (On & { readonly kind: 'halt'; readonly reason: HaltReason; readonly message: string })
  | (On & { readonly kind: 'end'; readonly reason: EndReason });
export type EventKind = Event['kind'];
