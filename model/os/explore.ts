/** Enumerates every state that a small workload can reach under any allowed kernel, breadth first. */
import type { Workload } from '../../spec/workload.ts';
import { choices } from './choices.ts';
import { broken } from './invariants.ts';
import { keyOf } from './key.ts';
import { type Claims, initialState, type OsState } from './state.ts';

export interface Exploration {
  readonly states: number;
  readonly transitions: number;
  /** True if nothing was left to visit within the limit. */
  readonly complete: boolean;
  /** The first broken invariant, with the kinds of events that led there. */
  readonly broken?: { readonly invariants: readonly string[]; readonly path: readonly string[] };
  readonly deadEnds: number;
}

export const explore = (workload: Workload, claims: Claims, limit: number): Exploration => {
  const initial = initialState(workload, claims);
  const queue: { state: OsState; path: readonly string[] }[] = [{ state: initial, path: [] }];
  const known = new Set([keyOf(initial).join()]);
  let transitions = 0;
  let deadEnds = 0;
  for (let next = queue.shift(); next; next = queue.shift()) {
    const invariants = broken(next.state);
    if (invariants.length > 0) {
      return {
        states: known.size,
        transitions,
        complete: false,
        deadEnds,
        broken: { invariants, path: next.path },
      };
    }
    const found = choices(next.state);
    if (found.length === 0) deadEnds += 1;
    for (const { event, next: state } of found) {
      transitions += 1;
      const key = keyOf(state).join();
      if (known.has(key)) continue;
      if (known.size >= limit)
        return { states: known.size, transitions, complete: false, deadEnds };
      known.add(key);
      queue.push({ state, path: [...next.path, `${event.kind} ${event.tid}`] });
    }
  }
  return { states: known.size, transitions, complete: true, deadEnds };
};
