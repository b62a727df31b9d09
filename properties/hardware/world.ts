/**
 * The small world in which machine and model are compared: which frames are tables, which addresses they serve, and
 * what a run consists of. Small on purpose: few pages and few frames, so that everything collides.
 *
 *     frame 0 … 4   kernel text, kernel root, its leaf table, text of two programs
 *     frame 6       root A: leaf tables 7 (first 4 MiB) and 8 (second), a superpage on frame 0 (third)
 *     frame 9       root B: leaf table 10
 *     frame 11 …    pages
 */
import type { Deed } from '../../model/hardware/actions.ts';
import { DIRECT_MAP, FIRST_TEXT_FRAME, KERNEL_LEAF_FRAME, KERNEL_TEXT } from '../../spec/layout.ts';
import {
  type Frame,
  Pte,
  pte,
  type VirtualAddress,
  type Vpn,
  type Word,
} from '../../spec/riscv.ts';
import type { Workload } from '../../spec/workload.ts';

export const ROOT_A: Frame = 6;
export const ROOT_B: Frame = 9;
const LEAF_A: Frame = 7;
const LEAF_A2: Frame = 8;
const LEAF_B: Frame = 10;
export const FIRST_PAGE: Frame = 11;

/** Pages that programs and kernel code use. */
export const USER_PAGES: readonly Vpn[] = [1, 2, 3, 4, 5, 0x400, 0x401, 0x403];
export const SUPERPAGES: readonly Vpn[] = [0x800, 0x807, 0x80c, 0x80f, 0x810, 0xbff];
export const OTHER_PAGES: readonly Vpn[] = [
  0, 0x80000, 0x80001, 0xc0007, 0xc000c, 0xc0010, 0xfffff,
];

export interface TableWrite {
  readonly frame: Frame;
  readonly index: number;
  readonly value: Word;
}

/** Table words that hostile writes go to: roots, then leaf tables. */
export const TABLE_WORDS: readonly (readonly [Frame, number])[] = [
  ...[0, 1, 2].map((index) => [ROOT_A, index] as const),
  ...[0, 2].map((index) => [ROOT_B, index] as const),
  ...[1, 2, 3, 4, 5].flatMap((index) => [[LEAF_A, index] as const, [LEAF_B, index] as const]),
  ...[0, 1, 3].map((index) => [LEAF_A2, index] as const),
];

const { V, R, W, X, U, A, D } = Pte;

/** Tables that are in order, before anything hostile happens to them. */
export const honestTables = (frames: number): readonly TableWrite[] => {
  const kernel = (frame: Frame): TableWrite[] => [
    { frame, index: KERNEL_TEXT >>> 22, value: pte(KERNEL_LEAF_FRAME, V) },
    { frame, index: DIRECT_MAP >>> 22, value: pte(0, V | R | W | Pte.G | A | D) },
    ...(frames > 1024
      ? [{ frame, index: (DIRECT_MAP >>> 22) + 1, value: pte(1024, V | R | W | Pte.G) }]
      : []),
  ];
  const leaves = (frame: Frame, first: Frame): TableWrite[] => [
    { frame, index: 1, value: pte(FIRST_TEXT_FRAME, V | R | X | U) },
    { frame, index: 2, value: pte(first, V | R | W | U) },
    { frame, index: 3, value: pte(first + 1, V | R | U) },
    { frame, index: 4, value: pte(first + 2, V | R | W) },
  ];
  return [
    ...kernel(ROOT_A),
    ...kernel(ROOT_B),
    { frame: ROOT_A, index: 0, value: pte(LEAF_A, V) },
    { frame: ROOT_A, index: 1, value: pte(LEAF_A2, V) },
    { frame: ROOT_A, index: 2, value: pte(0, V | R | W | U) },
    { frame: ROOT_B, index: 0, value: pte(LEAF_B, V) },
    ...leaves(LEAF_A, FIRST_PAGE),
    ...leaves(LEAF_B, FIRST_PAGE + 2),
    { frame: LEAF_A2, index: 0, value: pte(FIRST_PAGE, V | R | W | U) },
    { frame: LEAF_A2, index: 1, value: pte(FIRST_PAGE + 3, V | X | U) },
  ];
};

/** What the puppet does at one trap. */
export interface Activation {
  readonly deeds: readonly Deed[];
  /** Puts the honest tables back and fences first. */
  readonly repair: boolean;
  /** Goes on behind the interrupted instruction, even after an interrupt. */
  readonly skip: boolean;
  /** Where a hart that has nowhere to go back to begins. */
  readonly entry: VirtualAddress;
}

export interface Play {
  readonly workload: Workload;
  /** Hostile words, written by boot over the honest ones. */
  readonly tables: readonly TableWrite[];
  /** One for each trap out of user mode, in order; then it begins again. */
  readonly activations: readonly Activation[];
  /** For faults of supervisor mode. */
  readonly nested: readonly Activation[];
  /** For remote-fence routines. */
  readonly remote: readonly (readonly Deed[])[];
}
