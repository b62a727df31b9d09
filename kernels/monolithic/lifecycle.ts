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
import { A0, type VirtualAddress, type Word } from '../../spec/riscv.ts';
import { NO_RESULT, type State } from './kernel.ts';
import {
  Control,
  HartWord,
  hartAt,
  type Space,
  SpaceWord,
  type Task,
  TaskState,
  TaskWord,
} from './layout.ts';
import { allocateRecord, freeRecord, get, nextRecord, set } from './tables.ts';
import { childOf, livingChild } from './tasks.ts';

// ---- beginnings

export const createTask = (k: State, space: Space, pc: VirtualAddress, parent: Task): Task => {
  const { control, tasks } = k;
  const task = allocateRecord(k, tasks);
  if (task === 0) return 0;
  const tid = control[Control.nextTid] ?? 0;
  control[Control.nextTid] = tid + 1;
  set(tasks, task, TaskWord.tid, tid);
  set(tasks, task, TaskWord.space, space);
  set(tasks, task, TaskWord.context, pc);
  set(tasks, task, TaskWord.parent, parent);
  set(k.spaces, space, SpaceWord.tasks, get(k.spaces, space, SpaceWord.tasks) + 1);
  k.routines.enqueue(k, task);
  return task;
};

export const startProgram = (k: State, parent: Task, program: number): number => {
  if (program >= k.image.programs.length) return -Errno.ENOENT;
  const space = k.routines.createSpace(k, program);
  if (space === 0) return -Errno.ENOMEM;
  const task = k.routines.createTask(k, space, k.image.programs[program]?.entry ?? 0, parent);
  if (task !== 0) return get(k.tasks, task, TaskWord.tid);
  k.routines.releaseSpace(k, space);
  return -Errno.ENOMEM;
};

export const spawn = (k: State, _: Hart, task: Task, program: Word): number =>
  k.routines.startProgram(k, task, program);

export const thread = (k: State, _: Hart, task: Task, pc: Word): number => {
  if (pc % 4 !== 0 || pc >= k.image.userEnd) return -Errno.EINVAL;
  const space = get(k.tasks, task, TaskWord.space);
  const created = k.routines.createTask(k, space, pc, task);
  return created === 0 ? -Errno.ENOMEM : get(k.tasks, created, TaskWord.tid);
};

// ---- ends

export const stop = (k: State, hart: Hart, task: Task, status: number): void => {
  k.routines.vacate(k, hart);
  k.routines.end(k, task, status);
};

export const end = (k: State, task: Task, status: number): void => {
  const { routines, tasks } = k;
  set(tasks, task, TaskWord.state, TaskState.ended);
  set(tasks, task, TaskWord.status, status);
  routines.orphan(k, task);
  routines.leaveSpace(k, get(tasks, task, TaskWord.space));
  const parent = get(tasks, task, TaskWord.parent);
  if (parent === 0) routines.reap(k, task);
  else if (get(tasks, parent, TaskWord.waitsFor) === task) routines.wakeParent(k, parent, task);
};

export const orphan = (k: State, task: Task): void => {
  const { tasks } = k;
  for (let child = nextRecord(tasks, 1); child !== 0; child = nextRecord(tasks, child + 1)) {
    if (get(tasks, child, TaskWord.parent) !== task) continue;
    set(tasks, child, TaskWord.parent, 0);
    if (get(tasks, child, TaskWord.state) === TaskState.ended) k.routines.reap(k, child);
  }
};

export const leaveSpace = (k: State, space: Space): void => {
  const tasks = get(k.spaces, space, SpaceWord.tasks) - 1;
  set(k.spaces, space, SpaceWord.tasks, tasks);
  if (tasks === 0) k.routines.releaseSpace(k, space);
};

export const wakeParent = (k: State, parent: Task, child: Task): void => {
  set(k.tasks, parent, TaskWord.waitsFor, 0);
  set(k.tasks, parent, TaskWord.context + A0, get(k.tasks, child, TaskWord.status));
  k.routines.reap(k, child);
  k.routines.enqueue(k, parent);
};

export const reap = (k: State, task: Task): void => freeRecord(k, k.tasks, task);

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
  if (get(k.tasks, child, TaskWord.state) === TaskState.ended) {
    const status = get(k.tasks, child, TaskWord.status);
    k.routines.reap(k, child);
    return status;
  }
  set(k.tasks, task, TaskWord.state, TaskState.waiting);
  set(k.tasks, task, TaskWord.waitsFor, child);
  k.control[hartAt(hart.id) + HartWord.task] = 0;
  return NO_RESULT;
};

export const kill = (k: State, _: Hart, task: Task, tid: Word): number => {
  const child = livingChild(k, task, tid);
  if (child < 0) return child;
  const state = get(k.tasks, child, TaskWord.state);
  if (state === TaskState.running) {
    set(k.tasks, child, TaskWord.doomed, 1);
    k.machine.sendIpi(get(k.tasks, child, TaskWord.hart));
    return 0;
  }
  if (state === TaskState.ready) k.routines.dequeue(k, child);
  k.routines.end(k, child, KILLED_STATUS);
  return 0;
};
