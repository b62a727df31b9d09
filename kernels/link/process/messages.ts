/**
 * Requests to a service that is a process, as messages through its door (doors.ts): client, operation, three arguments;
 * and one word back. It is a rendezvous: whoever asks waits until the answer is there, and an answer is used once.
 *
 * A process that crashes while it has a request in hand answers it with EIO. It is started again when it is asked the
 * next time: at once after its first crash; after the n-th, 2^(n−1) − 1 requests are refused before.
 */
import type { Hart } from '../../../hardware/contract.ts';
import { Errno } from '../../../spec/errno.ts';
import { A0, type Word } from '../../../spec/riscv.ts';
import { Control, type Task, TaskWord } from '../../core/layout.ts';
import { get, set } from '../../core/tables.ts';
import { MessageWord, Role } from '../../ipc/layout.ts';
import type { Steps } from '../../services/contract.ts';
import {
  type Asker,
  FORGET,
  type Link,
  type Linked,
  type MessageWords,
  type Process,
  SLEEP,
  type Thread,
} from '../linkage.ts';
import { wake } from '../threads.ts';
import { endTurn } from '../turns.ts';
import { doorOf, endow, endpointOf } from './doors.ts';
import { startProcess } from './process.ts';

/** Where the answer lies once it is there: a1 of the door. */
const ANSWER = TaskWord.context + A0 + 1;

/** Sends a request and waits for the answer. The thread holds the service. */
export function* send(
  link: Link,
  linked: Linked,
  process: Process,
  client: Asker,
  request: MessageWords,
): Steps<number> {
  const { k, ipc } = link;
  if (!process.alive) {
    if (request[0] === FORGET) return 0; // it knows nobody any more
    if (process.refusals > 0) {
      process.refusals -= 1;
      return -Errno.EIO;
    }
    endow(link, linked, process);
    startProcess(link, linked, process);
  }
  const receiver = post(link, linked, process, client.id, request);
  if (receiver !== 0) ipc.routines.wake(ipc, receiver, client.id);
  const door = doorOf(link, linked);
  while (get(k, door, MessageWord.role) !== Role.none) yield SLEEP;
  return get(k, door, ANSWER) | 0;
}

/** The request goes to the door. Answers with the process if that waited, and has it now; else 0. */
export const post = (
  link: Link,
  linked: Linked,
  process: Process,
  client: Word,
  [operation, a0, a1, a2]: MessageWords,
): Task => {
  const { k, ipc } = link;
  const { routines } = ipc;
  const door = doorOf(link, linked);
  process.patience = 0;
  set(k, door, MessageWord.role, Role.calls);
  set(k, door, MessageWord.badge, client);
  set(k, door, MessageWord.first, operation);
  set(k, door, MessageWord.second, a0);
  set(k, door, MessageWord.third, a1);
  set(k, door, MessageWord.fourth, a2);
  const endpoint = endpointOf(link, linked);
  const receiver = routines.waiting(ipc, endpoint, true);
  if (receiver === 0) routines.join(ipc, endpoint, door, 0);
  else {
    routines.quit(ipc, receiver);
    routines.deliver(ipc, door, receiver);
  }
  return receiver;
};

/** Whoever asked goes on: a thread of the kernel, or a task that waits for nothing else. */
export const answered = (
  link: Link,
  linked: Linked,
  result: number,
  hart: Hart | undefined,
): void => {
  const { holder } = linked;
  set(link.k, doorOf(link, linked), ANSWER, result);
  if (!holder) return;
  if (holder.steps === undefined) finish(link, linked, holder, result, hart);
  else wake(link, holder);
};

/** The end of a call that took the fast path. The task may have ended meanwhile. */
const finish = (
  link: Link,
  linked: Linked,
  { number, task }: Thread,
  result: number,
  hart: Hart | undefined,
): void => {
  const { k } = link;
  link.threads.delete(number);
  endTurn(link, linked);
  if (task === 0) return;
  set(k, task, TaskWord.context + A0, result);
  set(k, task, TaskWord.thread, 0);
  set(k, task, TaskWord.blocked, 0);
  if (hart && k.control[Control.queueHead] === 0) k.routines.switchTo(k, hart, task);
  else k.routines.enqueue(k, task);
};

/** The process is no more: on no hart, in no queue. Whoever asked it is told. */
export const crashed = (link: Link, linked: Linked, process: Process): void => {
  const { k, ipc } = link;
  const thread = link.threads.get(get(k, process.task, TaskWord.thread));
  if (thread) link.threads.delete(thread.number);
  linked.waiters.clear();
  process.alive = false;
  process.refusals = 2 ** process.crashes - 1;
  process.crashes += 1;
  ipc.routines.forget(ipc, process.task);
  const door = doorOf(link, linked);
  if (get(k, door, MessageWord.role) !== Role.calls) return;
  ipc.routines.quit(ipc, door);
  ipc.routines.wake(ipc, door, -Errno.EIO);
};
