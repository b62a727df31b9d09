/** How waiting ends without a message: capabilities that are taken away, and tasks that leave. */
import { Errno } from '../../../spec/errno.ts';
import type { Tid } from '../../../spec/riscv.ts';
import type { Transition } from '../../../spec/transitions.ts';
import {
  type CapabilityId,
  type Endpoint,
  type EndpointId,
  refused,
  type SpaceId,
  spaceOfCapability,
  type Workings,
} from './endpoints.ts';
import { isReceivable } from './peers.ts';

/** Counts a transition. */
export type Note = (transition: Transition) => void;

const PIPE = refused([Errno.EPIPE]);

/** Those who wait and fit are unblocked with EPIPE. */
const unblock = (
  work: Workings,
  id: EndpointId,
  { senders, receivers, bits }: Endpoint,
  fits: (waiting: { readonly tid: Tid; readonly through: CapabilityId }) => boolean,
): number => {
  const gone = [...senders, ...receivers].filter(fits);
  for (const { tid } of gone) work.outcomes.set(tid, PIPE);
  work.endpoints.set(id, {
    senders: senders.filter((one) => !fits(one)),
    receivers: receivers.filter((one) => !fits(one)),
    bits,
  });
  return gone.length;
};

/** Endpoints that nobody names go; senders to one from which nobody can receive any more are unblocked. */
const tidy = (work: Workings, note: Note): void => {
  const named = new Set([...work.capabilities.values()].map(({ endpoint }) => endpoint));
  for (const [id, endpoint] of [...work.endpoints]) {
    if (!named.has(id)) work.endpoints.delete(id);
    else if (endpoint.senders.length > 0 && !isReceivable(work, id)) {
      unblock(work, id, endpoint, () => true);
      note('peerDied');
    }
  }
};

/** A capability is taken away; what was derived from it belongs to its parent. */
const take = (work: Workings, id: CapabilityId): number => {
  const held = work.capabilities.get(id);
  if (!held) return 0;
  work.capabilities.delete(id);
  for (const [other, capability] of [...work.capabilities]) {
    if (capability.parent === id)
      work.capabilities.set(other, { ...capability, parent: held.parent });
  }
  const endpoint = work.endpoints.get(held.endpoint);
  return endpoint ? unblock(work, held.endpoint, endpoint, ({ through }) => through === id) : 0;
};

export const drop = (work: Workings, id: CapabilityId, note: Note): void => {
  take(work, id);
  tidy(work, note);
};

/** All that were derived from it, directly or not. */
const derivedFrom = (
  { capabilities }: Pick<Workings, 'capabilities'>,
  id: CapabilityId,
): CapabilityId[] => {
  const found = [id];
  for (const parent of found) {
    for (const [child, held] of capabilities) if (held.parent === parent) found.push(child);
  }
  return found.slice(1);
};

export const revoke = (work: Workings, id: CapabilityId, note: Note): void => {
  for (const child of derivedFrom(work, id)) {
    if (take(work, child) > 0) note('revokedInUse');
    work.revoked.add(child);
  }
  tidy(work, note);
};

/** The reply to this task’s caller will never come. */
export const breakOff = (work: Workings, debtor: Tid, why: Transition, note: Note): void => {
  const caller = work.owed.get(debtor);
  if (caller === undefined) return;
  work.owed.delete(debtor);
  work.outcomes.set(caller, PIPE);
  note(why);
};

/**
 * A task leaves: whatever it waits for, whoever waits for it.
 * @param emptied its address space, if this was the last task of it
 */
export const leave = (work: Workings, tid: Tid, emptied: SpaceId | undefined, note: Note): void => {
  work.outcomes.delete(tid);
  for (const [id, { senders, receivers, bits }] of [...work.endpoints]) {
    work.endpoints.set(id, {
      senders: senders.filter((one) => one.tid !== tid),
      receivers: receivers.filter((one) => one.tid !== tid),
      bits,
    });
  }
  for (const [debtor, caller] of [...work.owed]) {
    if (caller !== tid) continue;
    work.owed.delete(debtor);
    note('callerDied');
  }
  breakOff(work, tid, 'peerDied', note);
  if (emptied === undefined) return;
  for (const id of [...work.capabilities.keys()]) {
    if (spaceOfCapability(id) === emptied) take(work, id);
  }
  tidy(work, note);
};
