/**
 * Requests to services in the kernel: one at a time for each service, first come first served.
 *
 * A request is a call through the address of the service's code, so the fetch goes through the MMU and the log shows
 * who called whom. The caller's thread runs the operation; there is no message.
 */
import { Errno } from '../../spec/errno.ts';
import type { Word } from '../../spec/riscv.ts';
import type { Steps } from '../services/contract.ts';
import { type Asker, FORGET, type Link, type Linked, SLEEP, type Thread } from './linkage.ts';
import { send } from './process/messages.ts';
import { wake } from './threads.ts';

/** Until those before it are done. */
function* awaitTurn(linked: Linked, thread: Thread, operation: number): Steps<void> {
  if (operation === FORGET) goFirst(linked, thread);
  else linked.queue.push(thread);
  while (linked.holder !== thread) yield SLEEP;
}

/** That a client is gone is told before any request that has not begun, whoever made it. */
const goFirst = (linked: Linked, thread: Thread): void => {
  const { holder, client } = linked;
  if (holder && client === undefined) {
    linked.queue.unshift(holder);
    linked.holder = thread;
  } else linked.queue.unshift(thread);
};

/** Hands the service over to the next who waits. */
const endTurn = (link: Link, linked: Linked): void => {
  linked.client = undefined;
  linked.holder = linked.queue.shift();
  if (linked.holder) wake(link, linked.holder);
};

/** A fetch of its code, on the thread of whoever asks. */
const callInKernel = (link: Link, linked: Linked, request: readonly Word[]): Steps<number> => {
  if (linked.entry === 0) linked.entry = linked.install();
  return link.hart.call(linked.entry, ...request) as Steps<number>;
};

/** Asks a service, wherever it is, on behalf of a client, and waits for its result: 0 or more, or a negative errno. Who is gone when its turn comes is not served. */
export function* ask(
  link: Link,
  thread: Thread,
  linked: Linked,
  client: Asker,
  operation: number,
  a0: Word,
  a1: Word,
  a2: Word,
): Steps<number> {
  if (linked.holder === undefined) linked.holder = thread;
  else yield* awaitTurn(linked, thread, operation);
  if (client.isGone()) {
    endTurn(link, linked);
    return -Errno.EIO;
  }
  linked.client = client;
  const { process } = linked;
  const result = process
    ? yield* send(link, linked, process, client, [operation, a0, a1, a2])
    : yield* callInKernel(link, linked, [operation, a0, a1, a2]);
  endTurn(link, linked);
  return result;
}
