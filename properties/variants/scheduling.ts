/** Other schedulers: any choice of the next task is right, as long as nobody idles and no fairness is claimed. */

import { buildCore } from '../../kernels/core/build.ts';
import type { State } from '../../kernels/core/kernel.ts';
import { Control, type Task, TaskWord } from '../../kernels/core/layout.ts';
import { routines } from '../../kernels/core/routines.ts';
import { wakeHart } from '../../kernels/core/schedule.ts';
import { get, set } from '../../kernels/core/tables.ts';
import type { Variant } from './variant.ts';

const enqueueFirst = (k: State, task: Task): void => {
  const head = k.control[Control.queueHead] ?? 0;
  set(k, task, TaskWord.next, head);
  k.control[Control.queueHead] = task;
  if (head === 0) k.control[Control.queueTail] = task;
  wakeHart(k);
};

/** A linear congruential generator (Numerical Recipes, 7.1) in the control frame: the same run gives the same order. */
const random = (k: State, below: number): number => {
  const next = (Math.imul(k.control[Control.policy] ?? 0, 1664525) + 1013904223) >>> 0;
  k.control[Control.policy] = next;
  return (next >>> 16) % below;
};

const pickAny = (k: State): Task => {
  let length = 0;
  let task = k.control[Control.queueHead] ?? 0;
  for (let at = task; at !== 0; at = get(k, at, TaskWord.next)) length += 1;
  if (length === 0) return 0;
  for (let steps = random(k, length); steps > 0; steps--) task = get(k, task, TaskWord.next);
  k.routines.dequeue(k, task);
  return task;
};

export const variants: readonly Variant[] = [
  {
    id: 'lifo',
    description: 'The task that became ready last runs next; no fairness is claimed.',
    kernel: buildCore({ name: 'variant:lifo', fairness: false, enqueue: enqueueFirst }),
  },
  {
    id: 'random-order',
    description: 'Any ready task runs next, by a seeded generator; no fairness is claimed.',
    kernel: buildCore({ name: 'variant:random-order', fairness: false, pickNext: pickAny }),
  },
  {
    id: 'shortest-slice',
    description:
      'Every task loses its hart after one instruction, and every wake-up wakes all harts that idle.',
    kernel: buildCore({
      name: 'variant:shortest-slice',
      slice: () => 1,
      enqueue: (k, task) => {
        routines.enqueue(k, task);
        while (k.control[Control.idle] !== 0) wakeHart(k);
      },
    }),
  },
];
