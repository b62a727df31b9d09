/**
 * What messages add to the kernel: a record of named routines, each one decision. Routines call each other through
 * `ipc.routines` only, so that replacing one replaces it everywhere.
 */
import type { Hart } from '../../hardware/contract.ts';
import type { Word } from '../../spec/riscv.ts';
import type { State } from '../core/kernel.ts';
import type { Space, Task } from '../core/layout.ts';
import type { Capability, Endpoint } from './layout.ts';

export interface Ipc {
  readonly k: State;
  readonly routines: IpcRoutines;
}

/** A call on messages: the result for `a0`, or NO_RESULT where the caller waits. */
export type IpcCall = (ipc: Ipc, hart: Hart, task: Task, a0: Word, a1: Word, a2: Word) => number;

export interface IpcRoutines {
  // ---- capabilities.ts
  /** What the caller has in a slot; 0: nothing, or no slot. */
  lookup(ipc: Ipc, task: Task, slot: Word): Capability;
  /** Whether a capability has a right. */
  allows(ipc: Ipc, held: Capability, right: number): boolean;
  /** Whether nothing can be derived with more than the capability has: rights, and a badge that is not there yet. */
  isWithin(ipc: Ipc, held: Capability, rights: Word, badge: Word): boolean;
  /** Puts a capability into the lowest empty slot of a space. The slot, or an error. */
  insert(
    ipc: Ipc,
    space: Space,
    endpoint: Endpoint,
    rights: number,
    badge: number,
    parent: Capability,
  ): number;
  /** Takes a capability away: who waits through it is unblocked; what was derived from it belongs to its parent. */
  take(ipc: Ipc, held: Capability): void;
  /** Whether one was derived from the other, directly or not. */
  isDerived(ipc: Ipc, held: Capability, from: Capability): boolean;
  /** All that a space held: its last task has ended. */
  takeAll(ipc: Ipc, space: Space): void;

  // ---- queue.ts
  /** The task that has waited longest at the endpoint, if it waits for this side's partner; 0: nobody. */
  waiting(ipc: Ipc, endpoint: Endpoint, receives: boolean): Task;
  /** The task that the hart runs waits from now on. */
  block(ipc: Ipc, hart: Hart, task: Task, role: number): void;
  /** It waits in the queue of an endpoint. */
  join(ipc: Ipc, endpoint: Endpoint, task: Task, through: Capability): void;
  /** It leaves the queue that it is in. */
  quit(ipc: Ipc, task: Task): void;
  /** A task that waits goes on with this result. */
  wake(ipc: Ipc, task: Task, result: number): void;
  /** The same, and it gets the hart of the caller, which waits: the fast path, where nobody else is ready. */
  handOver(ipc: Ipc, hart: Hart, task: Task): void;

  // ---- messages.ts
  /** The words of a message, and the badge, into the registers of its receiver. */
  copyMessage(ipc: Ipc, sender: Task, receiver: Task): void;
  /** Sender and receiver have met. A caller waits for the reply from now on. */
  deliver(ipc: Ipc, sender: Task, receiver: Task): void;
  /** The task will never reply to its caller, which is told. */
  breakOff(ipc: Ipc, task: Task): void;
  /** Whether a sender that waited there would wait for ever. */
  deadlocks(ipc: Ipc, task: Task, endpoint: Endpoint): boolean;
  /** A task ends: it waits for nothing any more, and owes nothing. */
  forget(ipc: Ipc, task: Task): void;

  // ---- the calls: table.ts, messages.ts
  endpoint: IpcCall;
  mint: IpcCall;
  give: IpcCall;
  drop: IpcCall;
  revoke: IpcCall;
  send: IpcCall;
  receive: IpcCall;
  call: IpcCall;
  reply: IpcCall;
  notify: IpcCall;
  replyReceive: IpcCall;
}
