/**
 * The fast path of a request: the service waits for it, and nobody else wants the hart. Then there is nothing for a
 * thread of the kernel to do: the message is delivered, the service gets the hart, and gives it back with its answer.
 *
 * What is seen of it is what the slow path does; it only takes less.
 */
import type { Hart } from '../../../hardware/contract.ts';
import { Control, type Task, TaskWord } from '../../core/layout.ts';
import { get, set } from '../../core/tables.ts';
import { MessageWord, Role } from '../../ipc/layout.ts';
import { taskClient } from '../copying.ts';
import type { Link, Linked, MessageWords } from '../linkage.ts';
import { sleep, threadOf } from '../threads.ts';
import { post } from './messages.ts';

/** @returns false: it has to be done the slow way */
export const callAtOnce = (
  link: Link,
  hart: Hart,
  task: Task,
  linked: Linked,
  request: MessageWords,
): boolean => {
  const { k, ipc } = link;
  const { process, holder } = linked;
  if (!process?.alive || holder || k.control[Control.queueHead] !== 0) return false;
  if (get(k, process.task, MessageWord.role) !== Role.receives) return false;
  const thread = threadOf(link, task, true);
  const client = taskClient(link, thread);
  linked.holder = thread;
  linked.client = client;
  linked.clients.add(client.id);
  set(k, task, TaskWord.thread, thread.number);
  sleep(k, hart, thread);
  const receiver = post(link, linked, process, client.id, request);
  ipc.routines.handOver(ipc, hart, receiver);
  return true;
};
