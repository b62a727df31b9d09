/**
 * Who may do what to which address: lookups in the abstract address spaces, and the clause that a forbidden access
 * that succeeds breaks.
 */
import { USER_END } from '../../spec/layout.ts';
import type { Clause } from '../../spec/properties.ts';
import {
  LEAF_BITS,
  PAGE_SIZE,
  Pte,
  type Rights,
  rightsName,
  type Vpn,
  type Word,
} from '../../spec/riscv.ts';
import type { Mapping, OsState, Page, Space, Task } from './state.ts';

export const spaceOf = (state: OsState, task: Task): Space | undefined =>
  state.spaces.get(task.space);

export const mappingAt = (state: OsState, task: Task, va: Word): Mapping | undefined =>
  state.spaces.get(task.space)?.pages.get(va >>> 12);

export const pageAt = (state: OsState, task: Task, va: Word): Page | undefined => {
  const mapping = mappingAt(state, task, va);
  return mapping && state.pages.get(mapping.page);
};

/** May the task do this (one of R, W, X) at the address? */
export const mayAccess = (state: OsState, task: Task, va: Word, right: Rights): boolean =>
  ((mappingAt(state, task, va)?.rights ?? 0) & right) !== 0;

/** How many bytes from va on the task may access so, at most length. Nothing beyond 2^32 is accessible. */
export const accessible = (
  state: OsState,
  task: Task,
  va: Word,
  length: Word,
  right: Rights,
): number => {
  let bytes = 0;
  while (bytes < length && va + bytes < USER_END && mayAccess(state, task, va + bytes, right)) {
    bytes += PAGE_SIZE - ((va + bytes) % PAGE_SIZE);
  }
  return Math.min(bytes, length);
};

/** The word that the task must see there. */
export const wordAt = (state: OsState, task: Task, va: Word): Word =>
  pageAt(state, task, va)?.words.get((va & 0xfff) >>> 2) ?? 0;

export const byteAt = (state: OsState, task: Task, va: Word): number =>
  (wordAt(state, task, va) >>> ((va & 3) * 8)) & 0xff;

/** The rule that is broken if these rights to the page are usable in this space, and why they should not be. */
export const excess = (
  space: Space,
  vpn: Vpn,
  rights: Rights,
): { readonly clause: Clause; readonly reason: string } | undefined => {
  if (vpn >= USER_END >>> 12) {
    return { clause: 'kernel-reachable', reason: 'it is kernel space' };
  }
  const mapping = space.pages.get(vpn);
  if (!mapping) {
    return space.formerly.has(vpn)
      ? { clause: 'stale-after-unmap', reason: 'the page was unmapped' }
      : { clause: 'reachable-without-map', reason: 'no page was ever mapped there' };
  }
  if ((rights & LEAF_BITS & ~mapping.rights) === 0) return undefined;
  const both = (rights & Pte.W) !== 0 && (rights & Pte.X) !== 0;
  return {
    clause: both ? 'writable-and-executable' : 'rights-exceeded',
    reason: `the page’s rights are ${rightsName(mapping.rights)}`,
  };
};

/** Two sets of words that are not 0, compared. The index of a difference, or `undefined`. */
export const difference = (
  a: ReadonlyMap<number, Word>,
  b: ReadonlyMap<number, Word>,
): number | undefined => {
  if (a === b) return undefined;
  for (const [index, word] of a) if ((b.get(index) ?? 0) !== word) return index;
  if (a.size === b.size) return undefined;
  for (const [index, word] of b) if ((a.get(index) ?? 0) !== word) return index;
  return undefined;
};
