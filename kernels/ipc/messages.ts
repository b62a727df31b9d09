/**
 * Rendezvous: sender and receiver meet, or one of them waits; replies and notifications.
 *
 * Registers of a task that waits are in its record (core/switch.ts); those of the caller are live as well.
 */
import type { Hart } from '../../hardware/contract.ts';
import { NOTIFICATION, Right } from '../../spec/calls/ipc.ts';
import { Errno } from '../../spec/errno.ts';
import { A0, type Word } from '../../spec/riscv.ts';
import { NO_RESULT, type State } from '../core/kernel.ts';
import { TASKS, type Task, TaskState, TaskWord } from '../core/layout.ts';
import { get, set, someRecord } from '../core/tables.ts';
import type { Ipc } from './kernel.ts';
import {
  CAPABILITIES,
  type Capability,
  CapabilityWord,
  capabilityAt,
  type Endpoint,
  EndpointWord,
  MessageWord,
  Role,
} from './layout.ts';

/** Registers a0 to a2 of a task that does not run. */
const setRegisters = (k: State, task: Task, a0: Word, a1: Word, a2: Word): void => {
  const at = TaskWord.context + A0;
  set(k, task, at, a0);
  set(k, task, at + 1, a1);
  set(k, task, at + 2, a2);
};

/** The caller, which has just trapped, goes on with the registers that its record has now. Answers with a0, its result. */
const loadRegisters = (k: State, hart: Hart, task: Task): number => {
  k.routines.restoreContext(k, hart, task);
  return get(k, task, TaskWord.context + A0);
};

export const copyMessage = ({ k }: Ipc, sender: Task, receiver: Task): void => {
  const { badge, first, second } = MessageWord;
  setRegisters(k, receiver, get(k, sender, badge), get(k, sender, first), get(k, sender, second));
};

export const deliver = (ipc: Ipc, sender: Task, receiver: Task): void => {
  const { k, routines } = ipc;
  routines.copyMessage(ipc, sender, receiver);
  if (get(k, sender, MessageWord.role) !== Role.calls) return;
  routines.breakOff(ipc, receiver);
  set(k, receiver, MessageWord.caller, sender);
  set(k, sender, MessageWord.debtor, receiver);
  set(k, sender, MessageWord.role, Role.awaits);
};

// ---- sending

/** The capability in a slot, if it has the right; else an error. */
const through = (ipc: Ipc, task: Task, slot: Word, right: number): Capability | number => {
  const held = ipc.routines.lookup(ipc, task, slot);
  if (held === 0) return -Errno.EBADF;
  return ipc.routines.allows(ipc, held, right) ? held : -Errno.EPERM;
};

const compose = (k: State, task: Task, held: Capability, first: Word, second: Word): void => {
  set(k, task, MessageWord.badge, get(k, held, CapabilityWord.badge));
  set(k, task, MessageWord.first, first);
  set(k, task, MessageWord.second, second);
};

/** Nobody waits to receive: the sender waits, unless that could never end. */
const waitToSend = (ipc: Ipc, hart: Hart, task: Task, held: Capability, role: number): number => {
  const { k, routines } = ipc;
  const endpoint = get(k, held, CapabilityWord.endpoint);
  if (get(k, endpoint, EndpointWord.receivers) === 0) return -Errno.EPIPE;
  if (routines.deadlocks(ipc, task, endpoint)) return -Errno.EDEADLK;
  routines.join(ipc, endpoint, task, held);
  routines.block(ipc, hart, task, role);
  return NO_RESULT;
};

export const send = (
  ipc: Ipc,
  hart: Hart,
  task: Task,
  slot: Word,
  first: Word,
  second: Word,
): number => {
  const { k, routines } = ipc;
  const held = through(ipc, task, slot, Right.send);
  if (held < 0) return held;
  compose(k, task, held, first, second);
  const receiver = routines.waiting(ipc, get(k, held, CapabilityWord.endpoint), true);
  if (receiver === 0) return waitToSend(ipc, hart, task, held, Role.sends);
  routines.quit(ipc, receiver);
  routines.deliver(ipc, task, receiver);
  routines.wake(ipc, receiver, get(k, task, MessageWord.badge));
  return 0;
};

export const call = (
  ipc: Ipc,
  hart: Hart,
  task: Task,
  slot: Word,
  first: Word,
  second: Word,
): number => {
  const { k, routines } = ipc;
  const held = through(ipc, task, slot, Right.send);
  if (held < 0) return held;
  compose(k, task, held, first, second);
  const receiver = routines.waiting(ipc, get(k, held, CapabilityWord.endpoint), true);
  if (receiver === 0) return waitToSend(ipc, hart, task, held, Role.calls);
  routines.quit(ipc, receiver);
  routines.block(ipc, hart, task, Role.calls);
  routines.deliver(ipc, task, receiver);
  routines.handOver(ipc, hart, receiver);
  return NO_RESULT;
};

// ---- receiving

export const receive = (ipc: Ipc, hart: Hart, task: Task, slot: Word): number => {
  const held = through(ipc, task, slot, Right.receive);
  return held < 0 ? held : receiveThrough(ipc, hart, task, held);
};

const receiveThrough = (ipc: Ipc, hart: Hart, task: Task, held: Capability): number => {
  const { k, routines } = ipc;
  const endpoint = get(k, held, CapabilityWord.endpoint);
  const bits = get(k, endpoint, EndpointWord.bits);
  if (bits !== 0) {
    set(k, endpoint, EndpointWord.bits, 0);
    setRegisters(k, task, NOTIFICATION, bits, 0);
    return loadRegisters(k, hart, task);
  }
  const sender = routines.waiting(ipc, endpoint, false);
  if (sender !== 0) return receiveFrom(ipc, hart, task, sender);
  routines.join(ipc, endpoint, task, held);
  routines.block(ipc, hart, task, Role.receives);
  return NO_RESULT;
};

/** One that only sent goes on; one that called waits on, for the reply. */
const receiveFrom = (ipc: Ipc, hart: Hart, task: Task, sender: Task): number => {
  const { k, routines } = ipc;
  routines.quit(ipc, sender);
  routines.deliver(ipc, sender, task);
  if (get(k, sender, MessageWord.role) === Role.sends) routines.wake(ipc, sender, 0);
  return loadRegisters(k, hart, task);
};

export const notify = (ipc: Ipc, _: Hart, task: Task, slot: Word): number => {
  const { k, routines } = ipc;
  const held = through(ipc, task, slot, Right.send);
  if (held < 0) return held;
  const endpoint = get(k, held, CapabilityWord.endpoint);
  const bit = (1 << (get(k, held, CapabilityWord.badge) & 31)) >>> 0;
  const receiver = routines.waiting(ipc, endpoint, true);
  if (receiver === 0) {
    set(k, endpoint, EndpointWord.bits, get(k, endpoint, EndpointWord.bits) | bit);
    return 0;
  }
  routines.quit(ipc, receiver);
  setRegisters(k, receiver, NOTIFICATION, bit, 0);
  routines.wake(ipc, receiver, NOTIFICATION);
  return 0;
};

// ---- replying

/** The debt is gone before the caller goes on: nobody is answered twice. */
const release = (k: State, task: Task): Task => {
  const caller = get(k, task, MessageWord.caller);
  if (caller === 0) return 0;
  set(k, task, MessageWord.caller, 0);
  set(k, caller, MessageWord.debtor, 0);
  return caller;
};

export const reply = (ipc: Ipc, _: Hart, task: Task, first: Word, second: Word): number => {
  const caller = release(ipc.k, task);
  if (caller === 0) return -Errno.EINVAL;
  setRegisters(ipc.k, caller, 0, first, second);
  ipc.routines.wake(ipc, caller, 0);
  return 0;
};

/** The same as both, but whom it answers may get the hart at once, while it waits. */
export const replyReceive = (
  ipc: Ipc,
  hart: Hart,
  task: Task,
  slot: Word,
  first: Word,
  second: Word,
): number => {
  const { k, routines } = ipc;
  const held = through(ipc, task, slot, Right.receive);
  if (held < 0) return held;
  const caller = release(k, task);
  const result = receiveThrough(ipc, hart, task, held);
  if (caller === 0) return result;
  setRegisters(k, caller, 0, first, second);
  if (result === NO_RESULT) routines.handOver(ipc, hart, caller);
  else routines.wake(ipc, caller, 0);
  return result;
};

export const breakOff = (ipc: Ipc, task: Task): void => {
  const caller = release(ipc.k, task);
  if (caller !== 0) ipc.routines.wake(ipc, caller, -Errno.EPIPE);
};

// ---- waiting for ever, and ends

/** Whether a task waits for a reply of the other one, directly or through others. No circle: it would be refused. */
const waitsFor = (k: State, task: Task, other: Task): boolean => {
  let debtor = get(k, task, MessageWord.debtor);
  while (debtor !== 0 && debtor !== other) debtor = get(k, debtor, MessageWord.debtor);
  return debtor !== 0;
};

const mayReceive = (k: State, task: Task, endpoint: Endpoint): boolean => {
  const space = get(k, task, TaskWord.space);
  for (let index = 0; index < CAPABILITIES; index++) {
    const held = capabilityAt(k, index);
    if (
      get(k, held, CapabilityWord.endpoint) === endpoint &&
      get(k, held, CapabilityWord.space) === space &&
      get(k, held, CapabilityWord.rights) & Right.receive
    )
      return true;
  }
  return false;
};

/** Nobody but the caller could receive, and those who wait for it. */
export const deadlocks = ({ k }: Ipc, task: Task, endpoint: Endpoint): boolean =>
  !someRecord(
    k,
    TASKS,
    (other) =>
      other !== task &&
      get(k, other, TaskWord.state) !== TaskState.ended &&
      !waitsFor(k, other, task) &&
      mayReceive(k, other, endpoint),
  );

export const forget = (ipc: Ipc, task: Task): void => {
  const { k, routines } = ipc;
  const role = get(k, task, MessageWord.role);
  if (role === Role.awaits) {
    set(k, get(k, task, MessageWord.debtor), MessageWord.caller, 0);
    set(k, task, MessageWord.debtor, 0);
  } else if (role !== Role.none) routines.quit(ipc, task);
  set(k, task, MessageWord.role, Role.none);
  routines.breakOff(ipc, task);
};
