/** One request at a time for each service, first come first served. */
import type { Steps } from '../services/contract.ts';
import { FORGET, type Link, type Linked, SLEEP, type Thread } from './linkage.ts';
import { wake } from './threads.ts';

/** Until those before it are done. */
export function* awaitTurn(linked: Linked, thread: Thread, operation: number): Steps<void> {
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
export const endTurn = (link: Link, linked: Linked): void => {
  linked.client = undefined;
  linked.holder = linked.queue.shift();
  if (linked.holder) wake(link, linked.holder);
};
