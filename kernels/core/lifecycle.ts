/**
 * Tasks from spawn to wait: programs, threads, exit, kill and who is told of an end.
 *
 * A task ends once: its children go on without a parent, its space loses a task, and its parent is told. If the parent
 * is waiting it gets the status at once; if it lives the record stays until it asks; if there is none the record is
 * forgotten. A task that is killed while another hart runs it is only marked: it still uses its space until it traps,
 * so it ends there, and nothing of it is given back before.
 */
import type { Hart } from '../../hardware/contract.ts';
import { exitStatus, KILLED_STATUS } from '../../spec/abi.ts';
import { Errno } from '../../spec/errno.ts';
import { A0, type VirtualAddress, type Word, wordIn } from '../../spec/riscv.ts';
import { NO_RESULT, type State } from './kernel.ts';
import {
  Control,
  HartWord,
  hartAt,
  type Space,
  SpaceWord,
  TASKS,
  type Task,
  TaskState,
  TaskWord,
} from './layout.ts';
import { allocateRecord, findRecord, freeRecord, get, set } from './tables.ts';
import { childOf, hartOf, livingChild } from './tasks.ts';

// ---- beginnings

export const createTask = (k: State, space: Space, pc: VirtualAddress, parent: Task): Task => {
  const { control } = k;
  const task = allocateRecord(k, TASKS);
  if (task === 0) return 0;
  const tid = wordIn(control, Control.nextTid);
  control[Control.nextTid] = tid + 1;
  set(k, task, TaskWord.tid, tid);
  set(k, task, TaskWord.space, space);
  set(k, task, TaskWord.context, pc);
  set(k, task, TaskWord.parent, parent);
  set(k, space, SpaceWord.tasks, get(k, space, SpaceWord.tasks) + 1);
  k.routines.enqueue(k, task);
  return task;
};

export const startProgram = (k: State, parent: Task, program: number): number => {
  if (program >= k.image.programs.length) return -Errno.ENOENT;
  const space = k.routines.createSpace(k, program);
  if (space === 0) return -Errno.ENOMEM;
  const task = k.routines.createTask(k, space, k.image.programs[program]?.entry ?? 0, parent);
  if (task !== 0) return get(k, task, TaskWord.tid);
  k.routines.releaseSpace(k, space);
  return -Errno.ENOMEM;
};

export const spawn = (k: State, _: Hart, task: Task, program: Word): number =>
  k.routines.startProgram(k, task, program);

export const thread = (k: State, _: Hart, task: Task, pc: Word): number => {
  if (pc % 4 !== 0 || pc >= k.image.userEnd) return -Errno.EINVAL;
  const space = get(k, task, TaskWord.space);
  const created = k.routines.createTask(k, space, pc, task);
  return created === 0 ? -Errno.ENOMEM : get(k, created, TaskWord.tid);
};

// ---- ends

export const stop = (k: State, hart: Hart, task: Task, status: number): void => {
  k.routines.vacate(k, hart);
  k.routines.end(k, task, status);
};

export const end = (k: State, task: Task, status: number): void => {
  const { routines } = k;
  set(k, task, TaskWord.state, TaskState.ended);
  set(k, task, TaskWord.status, status);
  routines.orphan(k, task);
  routines.leaveSpace(k, get(k, task, TaskWord.space));
  const parent = get(k, task, TaskWord.parent);
  if (parent === 0) routines.reap(k, task);
  else if (get(k, parent, TaskWord.waitsFor) === task) routines.wakeParent(k, parent, task);
};

export const orphan = (k: State, task: Task): void => {
  for (;;) {
    const child = findRecord(k, TASKS, TaskWord.parent, task);
    if (child === 0) return;
    set(k, child, TaskWord.parent, 0);
    if (get(k, child, TaskWord.state) === TaskState.ended) k.routines.reap(k, child);
  }
};

export const leaveSpace = (k: State, space: Space): void => {
  const tasks = get(k, space, SpaceWord.tasks) - 1;
  set(k, space, SpaceWord.tasks, tasks);
  if (tasks === 0) k.routines.releaseSpace(k, space);
};

export const wakeParent = (k: State, parent: Task, child: Task): void => {
  set(k, parent, TaskWord.waitsFor, 0);
  set(k, parent, TaskWord.context + A0, get(k, child, TaskWord.status));
  k.routines.reap(k, child);
  k.routines.enqueue(k, parent);
};

export const reap = (k: State, task: Task): void => freeRecord(k, TASKS, task);

export const exit = (k: State, hart: Hart, task: Task, code: Word): number => {
  k.routines.stop(k, hart, task, exitStatus(code));
  return NO_RESULT;
};

/** The result is set now: by the time the task runs again it may be on another hart. */
export const yieldCall = (k: State, hart: Hart, task: Task): number => {
  k.routines.preempt(k, hart, task);
  return 0;
};

// ---- parents and children

export const wait = (k: State, hart: Hart, task: Task, tid: Word): number => {
  const child = childOf(k, task, tid);
  if (child === 0) return -Errno.ECHILD;
  if (get(k, child, TaskWord.state) === TaskState.ended) {
    const status = get(k, child, TaskWord.status);
    k.routines.reap(k, child);
    return status;
  }
  set(k, task, TaskWord.waitsFor, child);
  k.control[hartAt(hart.id) + HartWord.task] = 0;
  return NO_RESULT;
};

export const kill = (k: State, _: Hart, task: Task, tid: Word): number => {
  const child = livingChild(k, task, tid);
  if (child < 0) return child;
  const hart = hartOf(k, child);
  if (hart >= 0) {
    set(k, child, TaskWord.state, TaskState.doomed);
    k.machine.sendIpi(hart);
    return 0;
  }
  k.routines.withdraw(k, child);
  k.routines.end(k, child, KILLED_STATUS);
  return 0;
};

export const withdraw = (k: State, task: Task): void => {
  const waits = get(k, task, TaskWord.waitsFor) !== 0 || get(k, task, TaskWord.blocked) !== 0;
  if (!waits) k.routines.dequeue(k, task);
};
