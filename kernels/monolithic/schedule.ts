/**
 * Scheduling: one queue of ready tasks for all harts, first in, first out. A task runs for a slice, then goes to the
 * tail; so it waits for at most one turn of each task that was queued before it.
 *
 * The queue is a doubly linked list through the task records: it needs no memory, and a task that is killed leaves it
 * at once. No wake-up is lost: a hart marks itself idle only after it has found the queue empty, nothing can come in
 * between, and whoever makes a task ready takes one hart's mark off and sends it an interrupt.
 */
import type { Hart } from '../../hardware/contract.ts';
import type { State } from './kernel.ts';
import { Control, HartWord, hartAt, type Task, TaskState, TaskWord } from './layout.ts';
import { get, set } from './tables.ts';

/** User instructions between two timer interrupts. */
export const SLICE = 20;

export const slice = (): number => SLICE;

/** Links a task in before `next`; 0: at the tail. */
export const linkBefore = (k: State, task: Task, next: Task): void => {
  const { control, tasks } = k;
  const previous =
    next === 0 ? (control[Control.queueTail] ?? 0) : get(tasks, next, TaskWord.previous);
  set(tasks, task, TaskWord.next, next);
  set(tasks, task, TaskWord.previous, previous);
  if (previous === 0) control[Control.queueHead] = task;
  else set(tasks, previous, TaskWord.next, task);
  if (next === 0) control[Control.queueTail] = task;
  else set(tasks, next, TaskWord.previous, task);
};

/** Sends one idle hart for work. */
export const wakeHart = (k: State): void => {
  const idle = k.control[Control.idle] ?? 0;
  if (idle === 0) return;
  k.control[Control.idle] = idle & (idle - 1);
  k.machine.sendIpi(31 - Math.clz32(idle & -idle));
};

export const enqueue = (k: State, task: Task): void => {
  set(k.tasks, task, TaskWord.state, TaskState.ready);
  linkBefore(k, task, 0);
  wakeHart(k);
};

export const dequeue = (k: State, task: Task): void => {
  const { control, tasks } = k;
  const next = get(tasks, task, TaskWord.next);
  const previous = get(tasks, task, TaskWord.previous);
  if (previous === 0) control[Control.queueHead] = next;
  else set(tasks, previous, TaskWord.next, next);
  if (next === 0) control[Control.queueTail] = previous;
  else set(tasks, next, TaskWord.previous, previous);
};

export const pickNext = (k: State): Task => {
  const task = k.control[Control.queueHead] ?? 0;
  if (task !== 0) k.routines.dequeue(k, task);
  return task;
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
