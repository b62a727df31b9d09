/**
 * Calls that a service may be unable to do before its next interrupt: then it answers NOT_YET, and is free for others.
 * The caller's thread waits here, outside the service, and asks again. First come first served: only the first of those
 * who wait asks.
 */
import { NOT_YET, type Steps } from '../services/contract.ts';
import { type Asker, type Link, type Linked, SLEEP, type Thread } from './linkage.ts';
import { ask } from './requests.ts';
import { wake } from './threads.ts';

/** Asks until there is an answer. A caller that has ended meanwhile is answered at once, and the next one's turn comes. */
export function* askPatiently(
  link: Link,
  thread: Thread,
  linked: Linked,
  client: Asker,
  operation: number,
  a0: number,
  a1: number,
  a2: number,
): Steps<number> {
  const { patient, pending } = linked;
  patient.push(thread);
  for (;;) {
    if (patient[0] === thread) {
      pending.clear();
      const result = yield* ask(link, thread, linked, client, operation, a0, a1, a2);
      if (result !== NOT_YET) {
        patient.shift();
        wakePatient(link, linked);
        return result;
      }
    }
    if (patient[0] !== thread || pending.size === 0) yield SLEEP; // else it has come while the service said no
  }
}

/** What they wait for may have come. */
export const wakePatient = (link: Link, { patient: [first] }: Linked): void => {
  if (first) wake(link, first);
};
