/**
 * Looking tasks up: which one a hart runs, whose child has a tid, who lives.
 */
import type { Hart } from '../../hardware/contract.ts';
import { Errno } from '../../spec/errno.ts';
import type { Tid } from '../../spec/riscv.ts';
import type { State } from './kernel.ts';
import { HartWord, hartAt, type Task, TaskState, TaskWord } from './layout.ts';
import { get, nextRecord } from './tables.ts';

/** The task that a hart has; 0: none. */
export const runningOn = (k: State, hart: Hart): Task =>
  k.control[hartAt(hart.id) + HartWord.task] ?? 0;

/** Whether a task was killed from another hart, and ends as soon as its own is in the kernel. */
export const isDoomed = (k: State, task: Task): boolean =>
  get(k.tasks, task, TaskWord.doomed) !== 0;

/** The child with this tid that has not been waited for; 0: there is none. */
export const childOf = (k: State, parent: Task, tid: Tid): Task => {
  let child = get(k.tasks, parent, TaskWord.firstChild);
  while (child !== 0 && get(k.tasks, child, TaskWord.tid) !== tid) {
    child = get(k.tasks, child, TaskWord.nextSibling);
  }
  return child;
};

/** A task that was killed has ended for everybody else, even if it has yet to trap. */
const hasEnded = (k: State, task: Task): boolean =>
  get(k.tasks, task, TaskWord.state) === TaskState.ended ||
  get(k.tasks, task, TaskWord.doomed) !== 0;

/** Whether a task with this tid lives, anybody’s. */
const lives = (k: State, tid: Tid): boolean => {
  for (let task = nextRecord(k.tasks, 1); task !== 0; task = nextRecord(k.tasks, task + 1)) {
    if (get(k.tasks, task, TaskWord.tid) === tid) return !hasEnded(k, task);
  }
  return false;
};

/** A child that lives, or the negative error: EPERM for the tasks of others, ESRCH where nobody lives. */
export const livingChild = (k: State, parent: Task, tid: Tid): Task | number => {
  const child = childOf(k, parent, tid);
  if (child !== 0) return hasEnded(k, child) ? -Errno.ESRCH : child;
  return lives(k, tid) ? -Errno.EPERM : -Errno.ESRCH;
};
