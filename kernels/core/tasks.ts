/**
 * Looking tasks up: which one a hart runs, whose child has a tid, who lives.
 */
import type { Hart } from '../../hardware/contract.ts';
import { Errno } from '../../spec/errno.ts';
import { SERVICE_TID } from '../../spec/layout.ts';
import type { Tid } from '../../spec/riscv.ts';
import { wordIn } from '../../spec/riscv.ts';
import type { State } from './kernel.ts';
import { HartWord, hartAt, TASKS, type Task, TaskState, TaskWord } from './layout.ts';
import { findRecord, get } from './tables.ts';

/** The task that a hart has; 0: none. */
export const runningOn = (k: State, hart: Hart): Task =>
  wordIn(k.control, hartAt(hart.id) + HartWord.task);

/** The hart that runs a task; −1: none does. */
export const hartOf = (k: State, task: Task): number =>
  k.machine.harts.findIndex(({ id }) => k.control[hartAt(id) + HartWord.task] === task);

/** Whether a task was killed from another hart, and ends as soon as its own is in the kernel. */
export const isDoomed = (k: State, task: Task): boolean =>
  get(k, task, TaskWord.state) === TaskState.doomed;

/** The task with a tid, whether it has ended or not; 0: nobody has it any more. */
const taskOf = (k: State, tid: Tid): Task =>
  tid === 0 ? 0 : findRecord(k, TASKS, TaskWord.tid, tid);

/** The child with this tid that has not been waited for; 0: there is none. */
export const childOf = (k: State, parent: Task, tid: Tid): Task => {
  const task = taskOf(k, tid);
  return task !== 0 && get(k, task, TaskWord.parent) === parent ? task : 0;
};

/** A task that was killed has ended for everybody else, even if it has yet to trap. */
const hasEnded = (k: State, task: Task): boolean =>
  get(k, task, TaskWord.state) !== TaskState.alive;

/** A child that lives, or the negative error: EPERM for the tasks of others, ESRCH where nobody lives. */
export const livingChild = (k: State, parent: Task, tid: Tid): Task | number => {
  const task = taskOf(k, tid);
  if (task === 0 || tid >= SERVICE_TID || hasEnded(k, task)) return -Errno.ESRCH;
  return get(k, task, TaskWord.parent) === parent ? task : -Errno.EPERM;
};
