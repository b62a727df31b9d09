/**
 * Who waits: the queue of an endpoint, first come, first served, as a list through the records of tasks; and how waiting
 * begins and ends.
 */
import type { Hart } from '../../hardware/contract.ts';
import { A0 } from '../../spec/riscv.ts';
import { Control, HartWord, hartAt, MOST_TASKS, type Task, TaskWord } from '../core/layout.ts';
import { get, set } from '../core/tables.ts';
import type { Ipc } from './kernel.ts';
import { type Capability, type Endpoint, EndpointWord, MessageWord, Role } from './layout.ts';

export const waiting = ({ k }: Ipc, endpoint: Endpoint, receives: boolean): Task => {
  const task = get(k, endpoint, EndpointWord.first);
  if (task === 0) return 0;
  return (get(k, task, MessageWord.role) === Role.receives) === receives ? task : 0;
};

export const block = ({ k }: Ipc, hart: Hart, task: Task, role: number): void => {
  set(k, task, MessageWord.role, role);
  set(k, task, TaskWord.blocked, 1);
  k.control[hartAt(hart.id) + HartWord.task] = 0;
};

export const join = ({ k }: Ipc, endpoint: Endpoint, task: Task, through: Capability): void => {
  const last = get(k, endpoint, EndpointWord.last);
  set(k, task, MessageWord.endpoint, endpoint);
  set(k, task, MessageWord.through, through);
  set(k, task, MessageWord.next, 0);
  if (last === 0) set(k, endpoint, EndpointWord.first, task);
  else set(k, last, MessageWord.next, task);
  set(k, endpoint, EndpointWord.last, task);
};

export const quit = ({ k }: Ipc, task: Task): void => {
  const endpoint = get(k, task, MessageWord.endpoint);
  const next = get(k, task, MessageWord.next);
  let before = 0;
  let at = get(k, endpoint, EndpointWord.first);
  for (let left = MOST_TASKS; at !== task && at !== 0; left--) {
    if (left === 0) throw new Error('the queue of an endpoint leads round and round');
    before = at;
    at = get(k, at, MessageWord.next);
  }
  if (before === 0) set(k, endpoint, EndpointWord.first, next);
  else set(k, before, MessageWord.next, next);
  if (next === 0) set(k, endpoint, EndpointWord.last, before);
};

/** It waits no longer; where it goes on is another question. */
const unblock = ({ k }: Ipc, task: Task): void => {
  set(k, task, MessageWord.role, Role.none);
  set(k, task, TaskWord.blocked, 0);
};

export const wake = (ipc: Ipc, task: Task, result: number): void => {
  unblock(ipc, task);
  set(ipc.k, task, TaskWord.context + A0, result);
  ipc.k.routines.enqueue(ipc.k, task);
};

/** Where somebody is ready the partner takes its turn: else two tasks could keep the hart from all others. */
export const handOver = (ipc: Ipc, hart: Hart, task: Task): void => {
  const { k } = ipc;
  unblock(ipc, task);
  if (k.control[Control.queueHead] === 0) k.routines.switchTo(k, hart, task);
  else k.routines.enqueue(k, task);
};
