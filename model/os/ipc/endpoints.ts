/**
 * What the kernel keeps for messages: capabilities, endpoints with who waits there, replies that are owed, and what calls
 * that have taken effect will return. A value that is replaced, never changed.
 *
 * A task that is in a call on messages is in exactly one place: its call is under way (underway.ts), it waits at an
 * endpoint, it waits for a reply, or the outcome of its call is known.
 */
import { ALL_RIGHTS, type IpcCallName, MAX_CAPABILITIES } from '../../../spec/calls/ipc.ts';
import type { HartId, Tid, Word } from '../../../spec/riscv.ts';

export type EndpointId = number;
/** The address space that holds capabilities. */
export type SpaceId = number;
/** Where a capability is: address space × 16 + slot. There is never a 0. */
export type CapabilityId = number;
export type Words = readonly [Word, Word];

export interface Capability {
  readonly endpoint: EndpointId;
  /** Of `Right`, 1 to 7. */
  readonly rights: number;
  /** 0: none. */
  readonly badge: number;
  /** What it was derived from; 0: nothing. */
  readonly parent: CapabilityId;
}

/** A task that waits to be received. */
export interface Sender {
  readonly tid: Tid;
  readonly through: CapabilityId;
  readonly badge: number;
  readonly words: Words;
  /** It called, and then waits for the reply. */
  readonly calls: boolean;
}
export interface Receiver {
  readonly tid: Tid;
  readonly through: CapabilityId;
}

/** Who waits, who came first first: never on both sides. */
export interface Endpoint {
  readonly senders: readonly Sender[];
  readonly receivers: readonly Receiver[];
  /** Notifications that are pending. */
  readonly bits: Word;
}

/** What a call will return: one of the errors, or if there are none the result. */
export interface Outcome {
  readonly errors: readonly number[];
  readonly result: Word;
  /** What a1 and a2 are set to. */
  readonly words: Words | undefined;
  /** It is refused for a capability that was revoked. */
  readonly revoked: boolean;
}

export interface Ipc {
  readonly capabilities: ReadonlyMap<CapabilityId, Capability>;
  readonly endpoints: ReadonlyMap<EndpointId, Endpoint>;
  /** Who owes a reply, and to whom. */
  readonly owed: ReadonlyMap<Tid, Tid>;
  /** By the task that will return. */
  readonly outcomes: ReadonlyMap<Tid, Outcome>;
  /** Slots that are empty because a capability was revoked. */
  readonly revoked: ReadonlySet<CapabilityId>;
  readonly next: EndpointId;
}

/** What has not taken effect yet: a call, or that a task has ended. A task has at most one of each. */
export interface Underway {
  readonly tid: Tid;
  /** None: the task leaves. */
  readonly call:
    | { readonly name: IpcCallName; readonly args: readonly [Word, Word, Word] }
    | undefined;
  /** When this hart leaves the kernel it is over at the latest; −1: no hart. */
  readonly hart: HartId | -1;
  /** The same when this task returns: who made the call, or who killed the one that leaves. 0: nobody. */
  readonly by: Tid;
}

/** A copy to work on. */
export interface Workings {
  readonly capabilities: Map<CapabilityId, Capability>;
  readonly endpoints: Map<EndpointId, Endpoint>;
  readonly owed: Map<Tid, Tid>;
  readonly outcomes: Map<Tid, Outcome>;
  readonly revoked: Set<CapabilityId>;
  next: EndpointId;
}

const NOTHING: Ipc = {
  capabilities: new Map(),
  endpoints: new Map(),
  owed: new Map(),
  outcomes: new Map(),
  revoked: new Set(),
  next: 1,
};

/** As it is before any call: the same value every time. */
export const nothingSent = (): Ipc => NOTHING;

export const workOn = (ipc: Ipc): Workings => ({
  capabilities: new Map(ipc.capabilities),
  endpoints: new Map(ipc.endpoints),
  owed: new Map(ipc.owed),
  outcomes: new Map(ipc.outcomes),
  revoked: new Set(ipc.revoked),
  next: ipc.next,
});

export const placeOf = (space: SpaceId, slot: number): CapabilityId =>
  space * MAX_CAPABILITIES + slot;
export const spaceOfCapability = (id: CapabilityId): SpaceId => Math.floor(id / MAX_CAPABILITIES);
export const slotOf = (id: CapabilityId): number => id % MAX_CAPABILITIES;

/** What is in a slot, if it is one. */
export const capabilityAt = (
  { capabilities }: Pick<Ipc, 'capabilities'>,
  space: SpaceId,
  slot: Word,
): Capability | undefined =>
  slot < MAX_CAPABILITIES ? capabilities.get(placeOf(space, slot)) : undefined;

/** The lowest empty slot. */
export const freePlace = (
  { capabilities }: Pick<Ipc, 'capabilities'>,
  space: SpaceId,
): CapabilityId | undefined => {
  for (let slot = 0; slot < MAX_CAPABILITIES; slot++) {
    if (!capabilities.has(placeOf(space, slot))) return placeOf(space, slot);
  }
  return undefined;
};

/** A capability that was derived from none. */
export const original = (endpoint: EndpointId): Capability => ({
  endpoint,
  rights: ALL_RIGHTS,
  badge: 0,
  parent: 0,
});

export const succeeded = (result: Word, words?: Words): Outcome => ({
  errors: [],
  result,
  words,
  revoked: false,
});
export const refused = (errors: readonly number[], revoked = false): Outcome => ({
  errors,
  result: 0,
  words: undefined,
  revoked,
});
