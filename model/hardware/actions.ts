/** What may happen in the formal machine, and what can be seen of it. */
import type { HaltReason } from '../../spec/records.ts';
import type { Frame, HartId, Mode, VirtualAddress, Word } from '../../spec/riscv.ts';
import type { Condition } from './state.ts';

/** Control and status registers that a routine writes. Booleans as 0 and 1. */
export type Csr =
  | 'satp'
  | 'stvec'
  | 'sepc'
  | 'spp'
  | 'sum'
  | 'mxr'
  | 'scontext'
  | 'sscratch'
  | 'stimecmp';

/** What a native routine in supervisor mode may do on its hart. */
export type Deed =
  /** Accesses through the MMU. */
  | { readonly kind: 'load'; readonly va: VirtualAddress }
  | { readonly kind: 'loadByte'; readonly va: VirtualAddress }
  | { readonly kind: 'store'; readonly va: VirtualAddress; readonly value: Word }
  /** A word through the machine's view of a frame, past the MMU. */
  | {
      readonly kind: 'write';
      readonly frame: Frame;
      readonly index: number;
      readonly value: Word;
    }
  | { readonly kind: 'csr'; readonly csr: Csr; readonly value: number }
  /** A register of the interrupted task: a0, a1 or a2 by number. */
  | { readonly kind: 'register'; readonly register: 10 | 11 | 12; readonly value: Word }
  /** All registers and sepc; spp becomes U. [0] is pc. */
  | { readonly kind: 'restore'; readonly context: readonly Word[] }
  /** sfence.vma in its four forms. */
  | { readonly kind: 'fence'; readonly va?: VirtualAddress; readonly asid?: number }
  | { readonly kind: 'sendIpi'; readonly to: HartId }
  | { readonly kind: 'onRemoteFence' }
  /** The return will be `wfi`. */
  | { readonly kind: 'idle' }
  /** Yields until the condition holds. */
  | { readonly kind: 'wait'; readonly until: Condition | null }
  /** The end of the routine: `sret`, or `wfi` where it asked for that. */
  | { readonly kind: 'return' };

/** What a hart does of itself, one machine step each. Native routines that it enters follow as deeds. */
export type Move = {
  readonly kind:
    | 'execute'
    | 'softwareInterrupt'
    | 'timerInterrupt'
    | 'forcedInterrupt'
    | 'resume'
    | 'remoteFence';
  readonly hart: HartId;
};

export type Action =
  /** Boot is over: every hart waits, with an inter-processor interrupt on its way. */
  { readonly kind: 'booted' } | Move | (Deed & { readonly hart: HartId });

/** What an action showed. */
export type Outcome =
  | { readonly kind: 'done' }
  /** An instruction was executed; `at` is the word of RAM that it accessed, or −1. */
  | {
      readonly kind: 'retired';
      readonly pc: VirtualAddress;
      readonly word: Word;
      readonly va: VirtualAddress;
      readonly at: number;
      readonly value: Word;
    }
  /** A trap was taken and entered the routine with this number. */
  | {
      readonly kind: 'trapped';
      readonly from: Mode;
      readonly cause: Word;
      readonly pc: VirtualAddress;
      readonly tval: Word;
      readonly routine: number;
    }
  /** An access by supervisor mode succeeded; `value` is what it read, or stored. */
  | { readonly kind: 'accessed'; readonly value: Word }
  | { readonly kind: 'returned' }
  | { readonly kind: 'idled' }
  /** The machine stops for good. */
  | { readonly kind: 'stopped'; readonly reason: HaltReason };
