/**
 * What holds in every reachable state of the abstract OS. Checked over all states of small scopes before any kernel is
 * judged: a model that breaks its own rules cannot judge others.
 */
import { Pte } from '../../spec/riscv.ts';
import { FILE_INVARIANTS } from './files/invariants.ts';
import { IPC_INVARIANTS } from './ipc/invariants.ts';
import type { OsState } from './state.ts';

export interface Invariant {
  readonly name: string;
  readonly holds: (state: OsState) => boolean;
}

const countMappings = (state: OsState, page: number): number => {
  let count = 0;
  for (const space of state.spaces.values()) {
    for (const mapping of space.pages.values()) if (mapping.page === page) count += 1;
  }
  return count;
};

const INVARIANTS: readonly Invariant[] = [
  {
    name: 'a task runs on one hart, and that hart runs it',
    holds: ({ tasks, harts }) =>
      [...tasks.values()].every(
        ({ status, hart, tid }) => status !== 'running' || harts[hart]?.task === tid,
      ) && harts.every(({ task, idle }) => task === 0 || !idle),
  },
  {
    name: 'a page has as many mappings as spaces map it',
    holds: (state) =>
      [...state.pages.values()].every(({ id, mappings }) => mappings === countMappings(state, id)),
  },
  {
    name: 'a mapping leads to a page',
    holds: ({ spaces, pages }) =>
      [...spaces.values()].every((space) =>
        [...space.pages.values()].every(({ page }) => pages.has(page)),
      ),
  },
  {
    name: 'no mapping is writable and executable',
    holds: ({ spaces }) =>
      [...spaces.values()].every((space) =>
        [...space.pages.values()].every(({ rights }) => !(rights & Pte.W && rights & Pte.X)),
      ),
  },
  {
    name: 'text is never writable',
    holds: ({ spaces, pages }) =>
      [...spaces.values()].every((space) =>
        [...space.pages.values()].every(
          ({ page, rights }) => !pages.get(page)?.text || !(rights & Pte.W),
        ),
      ),
  },
  {
    name: 'a space lives exactly as long as its tasks',
    holds: ({ spaces, tasks }) => {
      const alive = [...tasks.values()].filter(({ status }) => status !== 'ended');
      return (
        [...spaces.values()].every(
          (space) =>
            space.tasks > 0 &&
            space.tasks === alive.filter((task) => task.space === space.id).length,
        ) && alive.every(({ space }) => spaces.has(space))
      );
    },
  },
  {
    name: 'an ended task has no call, no fault and no hart',
    holds: ({ tasks, pending }) =>
      [...tasks.values()].every(
        (task) =>
          task.status !== 'ended' || (!task.call && !task.fault && !pending.includes(task.tid)),
      ),
  },
  {
    name: 'what is pending is a call that has not returned',
    holds: ({ tasks, pending }) => pending.every((tid) => tasks.get(tid)?.call !== undefined),
  },
  ...FILE_INVARIANTS,
  ...IPC_INVARIANTS,
  {
    name: 'x0 is 0',
    holds: ({ tasks }) => [...tasks.values()].every(({ registers }) => registers[0] === 0),
  },
];

/** Names of the invariants that do not hold. */
export const broken = (state: OsState): readonly string[] =>
  INVARIANTS.filter(({ holds }) => !holds(state)).map(({ name }) => name);
