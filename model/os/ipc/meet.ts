/** Rendezvous: sender and receiver meet, or one of them begins to wait; replies and notifications. */
import { NOTIFICATION } from '../../../spec/calls/ipc.ts';
import { Errno } from '../../../spec/errno.ts';
import type { Tid } from '../../../spec/riscv.ts';
import {
  type Endpoint,
  type EndpointId,
  type Outcome,
  type Receiver,
  refused,
  type Sender,
  succeeded,
  type Words,
  type Workings,
} from './endpoints.ts';
import { deadlocks, isReceivable, type Present } from './peers.ts';
import { breakOff, type Note } from './unblock.ts';

const NOBODY: Endpoint = { senders: [], receivers: [], bits: 0 };
const endpointOf = ({ endpoints }: Pick<Workings, 'endpoints'>, id: EndpointId): Endpoint =>
  endpoints.get(id) ?? NOBODY;

/** The receiver has the message; a sender is done, a caller waits for the reply. */
const pass = (work: Workings, from: Sender, to: Tid, note: Note): Outcome => {
  if (from.calls) {
    breakOff(work, to, 'replyDropped', note);
    work.owed.set(to, from.tid);
  } else work.outcomes.set(from.tid, succeeded(0));
  return succeeded(from.badge, from.words);
};

/** @returns what the call returns, if it does not wait */
export const send = (
  work: Workings,
  present: readonly Present[],
  sender: Sender,
  id: EndpointId,
  note: Note,
): Outcome | undefined => {
  const endpoint = endpointOf(work, id);
  const [first, ...receivers] = endpoint.receivers;
  if (first) {
    note('rendezvousReceiverFirst');
    work.endpoints.set(id, { ...endpoint, receivers });
    work.outcomes.set(first.tid, pass(work, sender, first.tid, note));
    return work.outcomes.get(sender.tid);
  }
  if (!isReceivable(work, id)) {
    note('peerDied');
    return refused([Errno.EPIPE]);
  }
  if (deadlocks(work, present, sender.tid, id)) return refused([Errno.EDEADLK]);
  if (endpoint.senders.length > 0) note('sendersQueued');
  work.endpoints.set(id, { ...endpoint, senders: [...endpoint.senders, sender] });
  return undefined;
};

/** Notifications go first, then who has waited longest. */
export const receive = (
  work: Workings,
  receiver: Receiver,
  id: EndpointId,
  note: Note,
): Outcome | undefined => {
  const endpoint = endpointOf(work, id);
  if (endpoint.bits !== 0) {
    work.endpoints.set(id, { ...endpoint, bits: 0 });
    return succeeded(NOTIFICATION, [endpoint.bits, 0]);
  }
  const [first, ...senders] = endpoint.senders;
  if (first) {
    note('rendezvousSenderFirst');
    work.endpoints.set(id, { ...endpoint, senders });
    return pass(work, first, receiver.tid, note);
  }
  work.endpoints.set(id, { ...endpoint, receivers: [...endpoint.receivers, receiver] });
  return undefined;
};

export const notify = (work: Workings, id: EndpointId, badge: number, note: Note): Outcome => {
  const endpoint = endpointOf(work, id);
  const bit = (1 << (badge & 31)) >>> 0;
  const [first, ...receivers] = endpoint.receivers;
  if (first) {
    work.endpoints.set(id, { ...endpoint, receivers });
    work.outcomes.set(first.tid, succeeded(NOTIFICATION, [bit, 0]));
  } else {
    if (endpoint.bits !== 0) note('notificationsMerged');
    work.endpoints.set(id, { ...endpoint, bits: (endpoint.bits | bit) >>> 0 });
  }
  return succeeded(0);
};

export const reply = (work: Workings, debtor: Tid, words: Words, note: Note): Outcome => {
  const caller = work.owed.get(debtor);
  if (caller === undefined) return refused([Errno.EINVAL]);
  note('callReplied');
  work.owed.delete(debtor);
  work.outcomes.set(caller, succeeded(0, words));
  return succeeded(0);
};
