/**
 * Calls on files and datagrams that take effect before they return, or though they never return.
 */
import type { CallName } from '../../../spec/abi.ts';
import type { Word } from '../../../spec/riscv.ts';
import type { Ghost, OsState, PendingCall, Settlement, SpaceId, Task } from '../state.ts';
import { take } from '../state.ts';
import { bufferOf } from './buffer.ts';
import { countEffect } from './counts.ts';
import { noteTouched } from './kept.ts';
import { abandonBuffer, storeBytes } from './memory.ts';
import { isServed, requestOf } from './request.ts';
import { forgetOwner, type ServiceOutcome, serviceOutcome } from './served.ts';

/** Ghosts that are kept: from more on, the oldest is forgotten. */
const MAX_GHOSTS = 4;

const settlementOf = ({ errors, result, stored, loose }: ServiceOutcome): Settlement => ({
  errors,
  result,
  stored,
  loose,
});

/** The call of this task takes effect now, whether it has returned or not. */
export const settleNow = (state: OsState, task: Task, name: CallName): void => {
  const { call } = task;
  if (!call || !isServed(name)) return;
  const request = requestOf(state, task, name, call.args);
  const outcome = serviceOutcome(state.served, task.space, request);
  if (outcome.errors.length === 0) {
    countEffect(state, state.served, task.space, request, outcome);
  }
  noteTouched(state, task.space, request);
  state.served = outcome.after;
  call.done = true;
  call.settled = settlementOf(outcome);
};

/** A ghost takes effect now. */
export const layGhost = (state: OsState, ghost: Ghost | undefined): void => {
  if (!ghost) return;
  noteTouched(state, ghost.owner, ghost.call);
  state.served = serviceOutcome(state.served, ghost.owner, ghost.call).after;
  state.ghosts = state.ghosts.filter((other) => other !== ghost);
  leave(state, ghost.owner);
};

/** A call that took effect earlier returns: what it stores is in its buffer now. */
export const storeSettled = (
  state: OsState,
  task: Task,
  name: CallName,
  { args }: PendingCall,
  { stored: bytes, loose }: Settlement,
): void => {
  take(state, name);
  storeBytes(state, task, { va: bufferOf(name, args).va, bytes, loose });
};

/** May it return this? */
export const keeps = (
  { errors, result }: Settlement,
  a0: Word,
  errno: number | undefined,
): boolean => (errno === undefined ? errors.length === 0 && a0 === result : errors.includes(errno));

/** The task is ended while its call is under way: that may still take effect. */
export const abandon = (state: OsState, task: Task, name: CallName): void => {
  const { call } = task;
  if (!call || !isServed(name)) return;
  const { va, bytes } = bufferOf(name, call.args);
  abandonBuffer(state, task, va, bytes);
  if (call.settled) return;
  const ghost = { owner: task.space, call: requestOf(state, task, name, call.args) };
  noteTouched(state, ghost.owner, ghost.call);
  state.ghosts = [...state.ghosts.slice(1 - MAX_GHOSTS), ghost];
};

/** An address space has ended: its ports are free, and its files closed as soon as no call of it can use them. */
export const leave = (state: OsState, owner: SpaceId): void => {
  if (state.spaces.has(owner)) return;
  const { files, network } = forgetOwner(state.served, owner);
  const haunted = state.ghosts.some((ghost) => ghost.owner === owner);
  state.served = { files: haunted ? state.served.files : files, network };
};
