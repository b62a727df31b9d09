/**
 * W^X as the hardware has it: every translation of every live table, walked from its root in RAM, and of every hart's
 * TLB. No frame is executable by one and writable by another, whatever a loader says of its pages.
 *
 * The alias rule: an entry of the kernel's own direct map, where a frame lies at DIRECT_MAP + its address, does not count
 * as one that writes, so long as it does not execute (spec/modules.ts).
 * @see RISC-V Privileged, 4.3.2; Linux, kernel/module/strict_rwx.c
 */
import type { Core } from '../../hardware/core.ts';
import { INVALID } from '../../hardware/hart-state.ts';
import { DIRECT_MAP } from '../../spec/layout.ts';
import {
  type Frame,
  frameOf,
  LEAF_BITS,
  PAGE_SIZE,
  Pte,
  type Rights,
  type VirtualAddress,
  WORDS_PER_FRAME,
  type Word,
} from '../../spec/riscv.ts';

/** A page by which a frame can be reached. */
interface Translation {
  readonly va: VirtualAddress;
  readonly by: 'table' | 'TLB';
}

const isValid = (entry: Word): boolean =>
  (entry & Pte.V) !== 0 && (entry & (Pte.R | Pte.W)) !== Pte.W;
const isLeaf = (entry: Word): boolean => (entry & LEAF_BITS) !== 0;
const vaOf = (page: number): VirtualAddress => (page * PAGE_SIZE) >>> 0;

type Visit = (page: number, frame: Frame, rights: Rights, by: Translation['by']) => void;

/** Pages that a leaf table leads to; beyond RAM are registers. */
const visitLeafTable = ({ ram, frames }: Core, table: Frame, upper: number, visit: Visit): void => {
  for (let lower = 0; lower < WORDS_PER_FRAME; lower++) {
    const entry = ram[table * WORDS_PER_FRAME + lower] as Word;
    if (entry === 0 || !isValid(entry) || !isLeaf(entry) || frameOf(entry) >= frames) continue;
    visit((upper << 10) | lower, frameOf(entry), entry & LEAF_BITS, 'table');
  }
};

/** Pages of a superpage one by one, but for one of the direct map: each of its pages is an alias that does not count. */
const visitSuperpage = ({ frames }: Core, entry: Word, upper: number, visit: Visit): void => {
  const first = frameOf(entry);
  if (first % WORDS_PER_FRAME !== 0) return; // misaligned: a page fault
  if (vaOf(upper << 10) === DIRECT_MAP + first * PAGE_SIZE && !(entry & Pte.X)) return;
  for (let lower = 0; lower < WORDS_PER_FRAME && first + lower < frames; lower++)
    visit((upper << 10) | lower, first + lower, entry & LEAF_BITS, 'table');
};

const visitTables = (core: Core, root: Frame, visit: Visit): void => {
  const { ram, frames } = core;
  for (let upper = 0; upper < WORDS_PER_FRAME; upper++) {
    const entry = ram[root * WORDS_PER_FRAME + upper] as Word;
    if (entry === 0 || !isValid(entry)) continue;
    if (isLeaf(entry)) visitSuperpage(core, entry, upper, visit);
    else if (frameOf(entry) < frames) visitLeafTable(core, frameOf(entry), upper, visit);
  }
};

/** What the harts remember, of whichever address space. */
const visitTlbs = ({ harts, frames }: Core, visit: Visit): void => {
  for (const { tlb } of harts) {
    for (let slot = 0; slot <= tlb.mask; slot++) {
      const [key, entry] = [tlb.key[slot] as number, tlb.entry[slot] as Word];
      if (key === INVALID || frameOf(entry) >= frames) continue;
      visit(key & 0xf_ffff, frameOf(entry), entry & LEAF_BITS, 'TLB');
    }
  }
};

const visitAll = (core: Core, kernelRoot: Frame, visit: Visit): void => {
  const roots = new Set([kernelRoot, ...core.harts.map(({ rootBase }) => rootBase >>> 10)]);
  for (const root of roots) if (root < core.frames) visitTables(core, root, visit);
  visitTlbs(core, visit);
};

const isAlias = (page: number, frame: Frame, rights: Rights): boolean =>
  page === DIRECT_MAP / PAGE_SIZE + frame && !(rights & Pte.X);

/** A frame that can be executed by one translation and written by another, or by the same one. */
export interface Breach {
  readonly frame: Frame;
  readonly executed: Translation;
  readonly written: Translation;
}

/** What was noted of a page, by frame: its number + 1, below 0 where a TLB remembers it. */
const translationOf = (noted: number): Translation => ({
  va: vaOf(Math.abs(noted) - 1),
  by: noted < 0 ? 'TLB' : 'table',
});

export const breachOf = (core: Core, kernelRoot: Frame): Breach | undefined => {
  const executed = new Int32Array(core.frames);
  const written = new Int32Array(core.frames);
  visitAll(core, kernelRoot, (page, frame, rights, by) => {
    const noted = by === 'TLB' ? -(page + 1) : page + 1;
    if (rights & Pte.X) executed[frame] = noted;
    if (rights & Pte.W && !isAlias(page, frame, rights)) written[frame] = noted;
  });
  for (let frame = 0; frame < core.frames; frame++) {
    const [execute, write] = [executed[frame] as number, written[frame] as number];
    if (execute !== 0 && write !== 0)
      return { frame, executed: translationOf(execute), written: translationOf(write) };
  }
  return undefined;
};
