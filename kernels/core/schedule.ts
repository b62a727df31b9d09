/**
 * Scheduling: one queue of ready tasks for all harts, first in, first out. A task runs for a slice, then goes to the
 * tail; so it waits for at most one turn of each task that was queued before it.
 *
 * The queue is a list through the task records, so it needs no memory. No wake-up is lost: a hart marks itself idle
 * only after it has found the queue empty, nothing can come in between, and whoever makes a task ready takes one
 * hart's mark off and sends it an interrupt.
 */

import type { Hart } from '../../hardware/contract.ts';
import { wordIn } from '../../spec/riscv.ts';
import type { State } from './kernel.ts';
import { Control, HartWord, hartAt, MOST_TASKS, type Task, TaskWord } from './layout.ts';
import { get, set } from './tables.ts';

/** User instructions between two timer interrupts. */
export const SLICE = 20;

export const slice = (): number => SLICE;

/** Sends one idle hart for work. */
export const wakeHart = (k: State): void => {
  const idle = wordIn(k.control, Control.idle);
  if (idle === 0) return;
  k.control[Control.idle] = idle & (idle - 1);
  k.machine.sendIpi(31 - Math.clz32(idle & -idle));
};

export const enqueue = (k: State, task: Task): void => {
  const { control } = k;
  const tail = wordIn(control, Control.queueTail);
  set(k, task, TaskWord.next, 0);
  if (tail === 0) control[Control.queueHead] = task;
  else set(k, tail, TaskWord.next, task);
  control[Control.queueTail] = task;
  if (control[Control.idle] !== 0) wakeHart(k);
};

export const pickNext = (k: State): Task => {
  const { control } = k;
  const task = wordIn(control, Control.queueHead);
  if (task === 0) return 0;
  const next = get(k, task, TaskWord.next);
  control[Control.queueHead] = next;
  if (next === 0) control[Control.queueTail] = 0;
  return task;
};

export const dequeue = (k: State, task: Task): void => {
  const { control } = k;
  const next = get(k, task, TaskWord.next);
  let before = 0;
  let at = wordIn(control, Control.queueHead);
  for (let left = MOST_TASKS; at !== task && at !== 0; left--) {
    if (left === 0) throw new Error('the queue of ready tasks leads round and round');
    before = at;
    at = get(k, at, TaskWord.next);
  }
  if (before === 0) control[Control.queueHead] = next;
  else set(k, before, TaskWord.next, next);
  if (next === 0) control[Control.queueTail] = before;
};

/** With nobody to give the hart to, the task keeps it for another slice. */
export const preempt = (k: State, hart: Hart, task: Task): void => {
  if (k.control[Control.queueHead] === 0) {
    hart.stimecmp = hart.time + k.routines.slice(k, hart);
    return;
  }
  k.routines.enqueue(k, task);
  k.control[hartAt(hart.id) + HartWord.task] = 0;
};
