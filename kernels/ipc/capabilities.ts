/**
 * Capabilities: who may do what with which endpoint, and from what each right was derived.
 *
 * A task names a slot of its own address space, never a record; so it cannot forge a capability. All records lie in one
 * table, searched from a place that slot and space give: what is there is nearly always found at once.
 */
import { MAX_CAPABILITIES, Right } from '../../spec/calls/ipc.ts';
import { Errno } from '../../spec/errno.ts';
import type { Word } from '../../spec/riscv.ts';
import type { State } from '../core/kernel.ts';
import { MOST_TASKS, type Space, type Task, TaskWord } from '../core/layout.ts';
import { get, set } from '../core/tables.ts';
import type { Ipc } from './kernel.ts';
import {
  CAPABILITIES,
  type Capability,
  CapabilityWord,
  capabilityAt,
  ENDPOINTS,
  type Endpoint,
  EndpointWord,
  endpointAt,
  MessageWord,
  placeOf,
} from './layout.ts';

const isIn = (k: State, held: Capability, space: Space): boolean =>
  get(k, held, CapabilityWord.endpoint) !== 0 && get(k, held, CapabilityWord.space) === space;

export const lookup = ({ k }: Ipc, task: Task, slot: Word): Capability => {
  if (slot >= MAX_CAPABILITIES) return 0;
  const space = get(k, task, TaskWord.space);
  const start = placeOf(space, slot);
  for (let step = 0; step < CAPABILITIES; step++) {
    const held = capabilityAt(k, (start + step) % CAPABILITIES);
    if (isIn(k, held, space) && get(k, held, CapabilityWord.slot) === slot) return held;
  }
  return 0;
};

export const allows = ({ k }: Ipc, held: Capability, right: number): boolean =>
  (get(k, held, CapabilityWord.rights) & right) !== 0;

export const isWithin = ({ k }: Ipc, held: Capability, rights: Word, badge: Word): boolean =>
  (rights & ~get(k, held, CapabilityWord.rights)) === 0 &&
  (badge === 0 || get(k, held, CapabilityWord.badge) === 0);

/** The lowest empty slot of a space; 16 or more: all are in use. */
const emptySlot = (k: State, space: Space): number => {
  let used = 0;
  for (let index = 0; index < CAPABILITIES; index++) {
    const held = capabilityAt(k, index);
    if (isIn(k, held, space)) used |= 1 << get(k, held, CapabilityWord.slot);
  }
  return 31 - Math.clz32(~used & (used + 1));
};

/** A record that nobody has, for this slot; 0: there is none. */
const emptyRecord = (k: State, space: Space, slot: number): Capability => {
  const start = placeOf(space, slot);
  for (let step = 0; step < CAPABILITIES; step++) {
    const held = capabilityAt(k, (start + step) % CAPABILITIES);
    if (get(k, held, CapabilityWord.endpoint) === 0) return held;
  }
  return 0;
};

/** A new endpoint; there is one, for each has a capability. */
const emptyEndpoint = (k: State): Endpoint => {
  let index = 0;
  while (get(k, endpointAt(k, index), EndpointWord.capabilities) !== 0 && index < ENDPOINTS)
    index++;
  const endpoint = endpointAt(k, index);
  for (const word of Object.values(EndpointWord)) set(k, endpoint, word, 0);
  return endpoint;
};

/** @param named the endpoint, or 0 for a new one */
export const insert = (
  { k }: Ipc,
  space: Space,
  named: Endpoint,
  rights: number,
  badge: number,
  parent: Capability,
): number => {
  const slot = emptySlot(k, space);
  if (slot >= MAX_CAPABILITIES) return -Errno.EMFILE;
  const held = emptyRecord(k, space, slot);
  if (held === 0) return -Errno.ENOMEM;
  const endpoint = named === 0 ? emptyEndpoint(k) : named;
  set(k, held, CapabilityWord.endpoint, endpoint);
  set(k, held, CapabilityWord.rights, rights);
  set(k, held, CapabilityWord.badge, badge);
  set(k, held, CapabilityWord.parent, parent);
  set(k, held, CapabilityWord.space, space);
  set(k, held, CapabilityWord.slot, slot);
  count(k, held, 1);
  return slot;
};

/** The endpoint knows how many capabilities name it. */
const count = (k: State, held: Capability, by: number): void => {
  const endpoint = get(k, held, CapabilityWord.endpoint);
  const { capabilities, receivers } = EndpointWord;
  set(k, endpoint, capabilities, get(k, endpoint, capabilities) + by);
  if (get(k, held, CapabilityWord.rights) & Right.receive)
    set(k, endpoint, receivers, get(k, endpoint, receivers) + by);
};

export const take = (ipc: Ipc, held: Capability): void => {
  const { k } = ipc;
  const endpoint = get(k, held, CapabilityWord.endpoint);
  const parent = get(k, held, CapabilityWord.parent);
  count(k, held, -1);
  set(k, held, CapabilityWord.endpoint, 0);
  for (let index = 0; index < CAPABILITIES; index++) {
    const other = capabilityAt(k, index);
    if (get(k, other, CapabilityWord.parent) === held) set(k, other, CapabilityWord.parent, parent);
  }
  refuse(ipc, endpoint, held);
};

/** Those who wait through a capability that is gone, and senders that nobody can receive any more. */
const refuse = (ipc: Ipc, endpoint: Endpoint, held: Capability): void => {
  const { k, routines } = ipc;
  const nobodyReceives = get(k, endpoint, EndpointWord.receivers) === 0;
  let next = 0;
  let left = MOST_TASKS;
  for (let task = get(k, endpoint, EndpointWord.first); task !== 0; task = next) {
    if (left === 0) throw new Error('the queue of an endpoint leads round and round');
    left -= 1;
    next = get(k, task, MessageWord.next);
    if (!nobodyReceives && get(k, task, MessageWord.through) !== held) continue;
    routines.quit(ipc, task);
    routines.wake(ipc, task, -Errno.EPIPE);
  }
};

/** Every step leads to an older one; a table that was overwritten may lead round and round. */
export const isDerived = ({ k }: Ipc, held: Capability, from: Capability): boolean => {
  let at = get(k, held, CapabilityWord.parent);
  for (let left = CAPABILITIES; at !== 0 && left > 0; left--) {
    if (at === from) return true;
    at = get(k, at, CapabilityWord.parent);
  }
  return false;
};

export const takeAll = (ipc: Ipc, space: Space): void => {
  for (let index = 0; index < CAPABILITIES; index++) {
    const held = capabilityAt(ipc.k, index);
    if (isIn(ipc.k, held, space)) ipc.routines.take(ipc, held);
  }
};
