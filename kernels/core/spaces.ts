/**
 * Address spaces: two page tables, an asid, and a count of the tasks that live there.
 *
 * A root table is a copy of the kernel's root plus one entry for user space, so that the kernel is mapped (without U)
 * wherever a trap comes from. Asids come from a small pool and are used again: a new space's `stale` word names all
 * harts, so that each fences its asid before it runs the space for the first time. When the pool is empty a space
 * shares asid 0 with others, and every load of it fences.
 */
import type { Hart } from '../../hardware/contract.ts';
import {
  asidOf,
  PAGE_SHIFT,
  Pte,
  pte,
  rootOf,
  satp,
  WORDS_PER_FRAME,
  wordIn,
} from '../../spec/riscv.ts';
import { allHarts } from './fences.ts';
import type { State } from './kernel.ts';
import { Control, HartWord, hartAt, SPACES, type Space, SpaceWord } from './layout.ts';
import { leafOf } from './pages.ts';
import { allocateRecord, freeRecord, get, set } from './tables.ts';

/** Asids 1 to 63 are given out. */
const ASIDS = 64;

export const createSpace = (k: State, program: number): Space => {
  const { routines, machine, image } = k;
  const text = image.programs[program];
  const space = text ? allocateRecord(k, SPACES) : 0;
  if (!text || space === 0) return 0;
  const root = routines.allocateFrame(k);
  const leaf = root === 0 ? 0 : routines.allocateFrame(k);
  if (leaf === 0) {
    if (root !== 0) routines.releaseFrame(k, root);
    freeRecord(k, SPACES, space);
    return 0;
  }
  routines.zeroFrame(k, leaf);
  machine.frame(leaf)[text.entry >>> PAGE_SHIFT] = pte(text.text, Pte.V | Pte.U | Pte.R | Pte.X);
  const rootTable = machine.frame(root);
  rootTable.set(machine.frame(wordIn(k.control, Control.kernelRoot)));
  rootTable[0] = pte(leaf, Pte.V);
  set(k, space, SpaceWord.satp, satp(root, routines.allocateAsid(k)));
  set(k, space, SpaceWord.leaf, leaf);
  const id = wordIn(k.control, Control.nextSpace);
  k.control[Control.nextSpace] = id + 1;
  set(k, space, SpaceWord.id, id);
  set(k, space, SpaceWord.stale, allHarts(k));
  set(k, space, SpaceWord.text, text.entry >>> PAGE_SHIFT);
  return space;
};

/** No fence: nobody can be on the space any more, and whoever gets its asid next fences before using it. */
export const releaseSpace = (k: State, space: Space): void => {
  const { routines } = k;
  const leaf = leafOf(k, space);
  const text = get(k, space, SpaceWord.text);
  let left = get(k, space, SpaceWord.pages);
  for (let vpn = 0; left > 0 && vpn < WORDS_PER_FRAME; vpn++) {
    const entry = wordIn(leaf, vpn);
    if (entry === 0 || vpn === text) continue;
    routines.releasePage(k, entry);
    left -= 1;
  }
  routines.releaseFrame(k, get(k, space, SpaceWord.leaf));
  const tables = get(k, space, SpaceWord.satp);
  routines.releaseFrame(k, rootOf(tables));
  routines.releaseAsid(k, asidOf(tables));
  freeRecord(k, SPACES, space);
};

/** The lowest free one. */
export const allocateAsid = (k: State): number => {
  for (let asid = 1; asid < ASIDS; asid++) {
    const at = Control.asids + (asid >>> 5);
    const word = wordIn(k.control, at);
    if (word & (1 << (asid & 31))) continue;
    k.control[at] = word | (1 << (asid & 31));
    return asid;
  }
  return 0;
};

export const releaseAsid = (k: State, asid: number): void => {
  const at = Control.asids + (asid >>> 5);
  if (asid !== 0) k.control[at] = wordIn(k.control, at) & ~(1 << (asid & 31));
};

/** Nothing to do where the hart is on the space already. */
export const loadSpace = (k: State, hart: Hart, space: Space): void => {
  const at = hartAt(hart.id) + HartWord.space;
  if (k.control[at] === space) return;
  k.control[at] = space;
  hart.satp = get(k, space, SpaceWord.satp);
  if (get(k, space, SpaceWord.stale) & (1 << hart.id)) refresh(k, hart, space);
};

/** What the TLB holds under the space's asid may be old, or another's. Asid 0 is never known to be clean. */
const refresh = (k: State, hart: Hart, space: Space): void => {
  const asid = asidOf(get(k, space, SpaceWord.satp));
  const stale = get(k, space, SpaceWord.stale);
  hart.fence(undefined, asid);
  if (asid !== 0) set(k, space, SpaceWord.stale, stale & ~(1 << hart.id));
};
