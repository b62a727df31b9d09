/**
 * Pages of address spaces. Mapping is lazy: map only promises a frame; the first touch faults and gets it.
 *
 * These routines change tables, counts and TLBs; whether a change is allowed has been checked (memory.ts). An entry is
 * 0 where there is no page. A page keeps its promise or its frame until it is unmapped or its space is released.
 */
import type { Hart } from '../../hardware/contract.ts';
import {
  Cause,
  frameOf,
  LEAF_BITS,
  Pte,
  pte,
  type Rights,
  type Vpn,
  type Word,
  wordIn,
} from '../../spec/riscv.ts';
import { available, breakPromise, promiseFrame } from './frames.ts';
import type { State } from './kernel.ts';
import { PROMISED, type Space, SpaceWord, type Task, TaskWord } from './layout.ts';
import { get, set } from './tables.ts';

/** The leaf table of a space. */
export const leafOf = (k: State, space: Space): Uint32Array =>
  k.machine.frame(get(k, space, SpaceWord.leaf));

export const countPages = (k: State, space: Space, by: number): void =>
  set(k, space, SpaceWord.pages, get(k, space, SpaceWord.pages) + by);

/** Not valid for the hardware: the first touch faults. */
export const promise = (_: State, rights: Rights): Word => PROMISED | rights;

export const rightsOf = (entry: Word): Rights => entry & LEAF_BITS;
export const withRights = (entry: Word, rights: Rights): Word =>
  ((entry & ~LEAF_BITS) | rights) >>> 0;

export const mapPage = (k: State, _: Hart, space: Space, vpn: Vpn, rights: Rights): boolean => {
  if (available(k) < 1) return false;
  promiseFrame(k);
  leafOf(k, space)[vpn] = k.routines.promise(k, rights);
  countPages(k, space, 1);
  return true;
};

export const unmapPage = (k: State, hart: Hart, space: Space, vpn: Vpn): void => {
  const leaf = leafOf(k, space);
  const entry = wordIn(leaf, vpn);
  leaf[vpn] = 0;
  countPages(k, space, -1);
  if (entry & Pte.V) {
    k.routines.fencePage(k, hart, space, vpn);
    k.routines.shootdown(k, hart, space, vpn);
  }
  if (entry & PROMISED) breakPromise(k);
  else k.routines.releaseAfterFence(k, hart, frameOf(entry));
};

/** A right taken away is gone on every hart when the call returns; one that is added may fault once more elsewhere. */
export const protectPage = (k: State, hart: Hart, space: Space, vpn: Vpn, rights: Rights): void => {
  const leaf = leafOf(k, space);
  const entry = wordIn(leaf, vpn);
  leaf[vpn] = k.routines.withRights(entry, rights);
  if (!(entry & Pte.V)) return;
  k.routines.fencePage(k, hart, space, vpn);
  if (k.routines.rightsOf(entry) & ~rights) k.routines.shootdown(k, hart, space, vpn);
};

export const sharePage = (
  k: State,
  hart: Hart,
  space: Space,
  other: Space,
  vpn: Vpn,
  rights: Rights,
): void => {
  let entry = wordIn(leafOf(k, space), vpn);
  if (entry & PROMISED) entry = k.routines.populate(k, hart, space, vpn);
  k.routines.retainFrame(k, frameOf(entry));
  leafOf(k, other)[vpn] = pte(frameOf(entry), Pte.V | Pte.U | rights);
  countPages(k, other, 1);
};

export const populate = (k: State, _: Hart, space: Space, vpn: Vpn): Word => {
  const leaf = leafOf(k, space);
  const rights = k.routines.rightsOf(wordIn(leaf, vpn));
  breakPromise(k);
  const frame = k.routines.allocateFrame(k);
  k.routines.zeroFrame(k, frame);
  const entry = pte(frame, Pte.V | Pte.U | rights);
  leaf[vpn] = entry;
  return entry;
};

export const releasePage = (k: State, entry: Word): void => {
  if (entry & PROMISED) breakPromise(k);
  else if (entry & Pte.V) k.routines.releaseFrame(k, frameOf(entry));
};

/** The right that an access needs, by the fault that it caused. */
export const needed = (cause: Word): Rights => {
  if (cause === Cause.storePageFault) return Pte.W;
  return cause === Cause.loadPageFault ? Pte.R : Pte.X;
};

/** Allowed accesses fault for two reasons: the page has no frame yet, or this TLB does not know of a new right yet. */
export const pageFault = (k: State, hart: Hart, task: Task): boolean => {
  const { stval, scause } = hart;
  if (stval >= k.image.userEnd) return false;
  const vpn = stval >>> 12;
  const space = get(k, task, TaskWord.space);
  const entry = wordIn(leafOf(k, space), vpn);
  if (!(k.routines.rightsOf(entry) & needed(scause))) return false;
  if (entry & PROMISED) k.routines.populate(k, hart, space, vpn);
  k.routines.fencePage(k, hart, space, vpn);
  return true;
};
