/**
 * What a traced run records beside the event log, for explanations only: never seen by a judge. A note names the
 * record of the log (word offset) before which it happened.
 */
import type { Frame, HartId, Rights, VirtualAddress, Word } from '../spec/riscv.ts';

/** A translation as a person reads it. */
export interface Mapping {
  readonly va: VirtualAddress;
  readonly frame: Frame;
  readonly rights: Rights;
  /** 0 to 511, or −1 for a global entry. */
  readonly asid: number;
}

export type TraceNote =
  /** The kernel changed words of a frame. `stack` is the host's stack text at that moment. */
  | {
      readonly kind: 'write';
      readonly at: number;
      readonly hart: HartId;
      readonly frame: Frame;
      /** First word changed, and how many. */
      readonly index: number;
      readonly count: number;
      readonly value: Word;
      readonly stack: string;
    }
  /** The kernel called the machine: `fence`, `sendIpi`, `satp`, `scontext`, `transmit`, `idle`. */
  | {
      readonly kind: 'call';
      readonly at: number;
      readonly hart: HartId;
      readonly what: string;
      readonly stack: string;
    }
  /** User translations at a trap entry or return: in each hart's TLB, and in the tables of each root seen so far. */
  | {
      readonly kind: 'snapshot';
      readonly at: number;
      readonly hart: HartId;
      readonly tlbs: readonly (readonly Mapping[])[];
      readonly tables: readonly { readonly root: Frame; readonly mappings: readonly Mapping[] }[];
    };
