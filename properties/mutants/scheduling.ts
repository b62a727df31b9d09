/**
 * Mistakes with harts and time: who is interrupted, who is woken, who waits for whom. The right way:
 * kernels/core/schedule.ts and fences.ts.
 */

import type { State } from '../../kernels/core/kernel.ts';
import { Control, HartWord, hartAt, type Task, TaskWord } from '../../kernels/core/layout.ts';
import { routines } from '../../kernels/core/routines.ts';
import { get } from '../../kernels/core/tables.ts';
import { waitFor } from '../../kernels/core/waiting.ts';
import { forgetting, type Mutant, mutant } from './mutant.ts';

/** The ready task with the lowest tid. */
const first = (k: State): Task => {
  let found = k.control[Control.queueHead] ?? 0;
  for (let task = found; task !== 0; task = get(k, task, TaskWord.next)) {
    if (get(k, task, TaskWord.tid) < get(k, found, TaskWord.tid)) found = task;
  }
  return found;
};

export const scheduling: readonly Mutant[] = [
  mutant({
    id: 'no-timer',
    description: 'No timer is set: a task keeps its hart until it gives it up.',
    killedBy: 'control/regains-control',
    longestStory: 4,
    replace: { slice: () => Number.POSITIVE_INFINITY },
  }),
  mutant({
    id: 'wake-up-lost',
    description: 'A task that waits gets the status of its child, but nobody makes it ready again.',
    killedBy: 'control/work-conservation',
    bug: 'CVE-2021-20317: Linux missed wake-ups',
    longestStory: 3,
    replace: {
      wakeParent: (k, parent, child) =>
        routines.wakeParent(forgetting(k, 'enqueue'), parent, child),
    },
  }),
  mutant({
    id: 'fixed-priorities',
    description:
      'The ready task with the lowest tid always runs next, and the kernel claims to be fair.',
    killedBy: 'control/fairness',
    bug: 'Mars Pathfinder reset itself, for a task never got its turn: a mutex without priority inheritance',
    longestStory: 44,
    replace: {
      fairness: 16,
      pickNext: (k) => {
        const task = first(k);
        if (task !== 0) k.routines.dequeue(k, task);
        return task;
      },
    },
  }),
  mutant({
    id: 'waits-for-a-sleeper',
    description:
      'A shootdown also waits for harts that are on other tables, and does not interrupt them.',
    killedBy: 'control/kernel-stays-up',
    longestStory: 3,
    replace: {
      shootdown: (k, hart, space, vpn) => {
        routines.shootdown(k, hart, space, vpn);
        for (const { id } of k.machine.harts) {
          const at = hartAt(id);
          if (id === hart.id || k.control[at + HartWord.space] === space) continue;
          k.control[at + HartWord.requested] = (k.control[at + HartWord.requested] ?? 0) + 1;
          waitFor(k, hart, 1 << id, space);
        }
      },
    },
  }),
];
