/**
 * Requests to services in the kernel: one at a time for each service, first come first served.
 *
 * A request is a call through the address of the service's code, so the fetch goes through the MMU and the log shows
 * who called whom. The caller's thread runs the operation; there is no message.
 */
import { Errno } from '../../spec/errno.ts';
import type { Word } from '../../spec/riscv.ts';
import type { Steps } from '../services/contract.ts';
import type { Asker, Link, Linked, Thread } from './linkage.ts';
import { send } from './process/messages.ts';
import { awaitTurn, endTurn } from './turns.ts';

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
