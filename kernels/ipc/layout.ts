/**
 * Where the kernel keeps endpoints, capabilities and who waits: in one frame of simulated RAM, and in the records of
 * tasks.
 *
 *     0                                512                                1024
 *     [ capabilities 64 × 8 words       | endpoints 64 × 8 words           ]
 *
 * Each endpoint has a capability, so endpoints never run out first. Records are known by their address in words of RAM,
 * as those of tables (core/tables.ts): 0 means none. Word 0 of a record is 0 while nobody has it.
 */
import { wordIn } from '../../spec/riscv.ts';
import type { State } from '../core/kernel.ts';
import { Control, TaskWord } from '../core/layout.ts';

/** The address of a capability's record. No task ever sees it: tasks name slots. */
export type Capability = number;
export type Endpoint = number;

export const CAPABILITIES = 64;
export const ENDPOINTS = 64;
const RECORD = 8;

/** Words of a capability. */
export const CapabilityWord = {
  endpoint: 0,
  rights: 1,
  badge: 2,
  /** What it was derived from; 0: nothing. */
  parent: 3,
  /** Whose it is, and where in its table: tasks of the space name it by the slot. */
  space: 4,
  slot: 5,
} as const;

/** Words of an endpoint. */
export const EndpointWord = {
  /** How many capabilities name it; none: it is gone. */
  capabilities: 0,
  /** How many of these have the right to receive. */
  receivers: 1,
  /** The queue of tasks that wait here: all send, or all receive. */
  first: 2,
  last: 3,
  /** Notifications that nobody has received. */
  bits: 4,
} as const;

const AT = TaskWord.messages;
/** Words of a task. */
export const MessageWord = {
  /** What it waits for. */
  role: AT,
  /** While it is in the queue of an endpoint: which, through which capability, and who is next. */
  endpoint: AT + 1,
  through: AT + 2,
  next: AT + 3,
  /** What it sends: the badge of its capability, and two words; a request to a service has two more. */
  badge: AT + 4,
  first: AT + 5,
  second: AT + 6,
  third: AT + 9,
  fourth: AT + 10,
  /** Who waits for its reply; 0: it owes none. */
  caller: AT + 7,
  /** Whose reply it waits for. */
  debtor: AT + 8,
} as const;

/** A task that has role 1 to 3 is in the queue of an endpoint; one that awaits a reply is in none. */
export const Role = { none: 0, sends: 1, calls: 2, receives: 3, awaits: 4 } as const;

const base = (k: State): number => wordIn(k.control, Control.messages) << 10;

export const capabilityAt = (k: State, index: number): Capability => base(k) + index * RECORD;
export const endpointAt = (k: State, index: number): Endpoint =>
  base(k) + (CAPABILITIES + index) * RECORD;

/** Where the search for a slot begins: four spaces that were made one after the other fill the table without collision. */
export const placeOf = (space: number, slot: number): number =>
  ((space >>> 3) * 16 + slot) % CAPABILITIES;
