/**
 * Requests to a service that is a process, as messages: client, operation, three arguments; and one word back. It is a
 * rendezvous: the client's kernel thread sleeps until the answer is there, and an answer is used once.
 *
 * A process that crashes while it has a request in hand answers it with EIO. It is started again when it is asked the
 * next time: at once after its first crash; after the n-th, 2^(n−1) − 1 requests are refused before.
 */
import { Errno } from '../../../spec/errno.ts';
import type { Word } from '../../../spec/riscv.ts';
import { TaskWord } from '../../core/layout.ts';
import { get } from '../../core/tables.ts';
import type { Steps } from '../../services/contract.ts';
import { type Asker, FORGET, type Link, type Linked, type Process, SLEEP } from '../linkage.ts';
import { wake } from '../threads.ts';
import { makeReady, setArguments, startProcess } from './process.ts';

/** Sends a request and waits for the answer. The thread holds the service. */
export function* send(
  link: Link,
  linked: Linked,
  process: Process,
  client: Asker,
  request: readonly [operation: number, a0: Word, a1: Word, a2: Word],
): Steps<number> {
  if (!process.alive) {
    if (request[0] === FORGET) return 0; // it knows nobody any more
    if (process.refusals > 0) {
      process.refusals -= 1;
      return -Errno.EIO;
    }
    startProcess(link, linked, process);
  }
  process.answer = undefined;
  process.message = [client.id, ...request];
  process.patience = 0;
  if (process.receiving) {
    link.processes.deliver(link, process);
    makeReady(link, process);
  }
  while (process.answer === undefined) yield SLEEP;
  return process.answer;
}

/** The message that waits goes into the registers of the process. */
export const deliver = (link: Link, process: Process): void => {
  setArguments(link, process, process.message ?? []);
  process.message = undefined;
  process.receiving = false;
  process.inHand = true;
};

/** The process answers what it has in hand, if anything: a second answer is nobody's. */
export const answer = (link: Link, linked: Linked, process: Process, result: number): void => {
  if (!process.inHand) return;
  process.inHand = false;
  process.answer = result;
  if (linked.holder) wake(link, linked.holder);
};

/** The process asks for the next message. True: it has it; false: it waits. */
export const receive = (link: Link, process: Process): boolean => {
  process.receiving = true;
  if (!process.message) return false;
  link.processes.deliver(link, process);
  return true;
};

/** The process is no more: on no hart, in no queue. Its client is told. */
export const crashed = (link: Link, linked: Linked, process: Process): void => {
  const { k } = link;
  const thread = link.threads.get(get(k, process.task, TaskWord.thread));
  if (thread) link.threads.delete(thread.number);
  linked.waiters.clear();
  process.alive = false;
  process.receiving = false;
  process.refusals = 2 ** process.crashes - 1;
  process.crashes += 1;
  const waited = process.inHand || process.message !== undefined;
  process.message = undefined;
  process.inHand = waited;
  link.processes.answer(link, linked, process, -Errno.EIO);
};
