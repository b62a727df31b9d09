/**
 * Services that may fail. Where the workload has a fault for one, a call that it serves may fail with EIO, and from then
 * on, or from the first result on that only a service which lost its state can have given, the model says nothing any
 * more about that group of calls: what was not synced may be lost, descriptors may be gone. What it goes on to judge is
 * all else: the caller's registers, and all memory but the buffer of the call.
 *
 * A state in which a service was never in doubt is preferred: so a call is judged as strictly as the run allows.
 *
 * What was synced must still be there (kept.ts), with the same contents (reopened.ts).
 */
import type { AbiGroup, CallName } from '../../../spec/abi.ts';
import type { OsState, PendingCall, Task } from '../state.ts';
import type { Violation } from '../violation.ts';
import { bufferOf } from './buffer.ts';
import { noteTouched } from './kept.ts';
import { abandonBuffer } from './memory.ts';
import { isServed, requestOf } from './request.ts';

/** May calls of this group go wrong in this run? */
export const isUnreliable = ({ setting }: OsState, group: AbiGroup): boolean =>
  setting.unreliable.includes(group);

export const isDoubted = ({ doubted }: OsState, group: AbiGroup): boolean =>
  doubted.includes(group);

/** Nothing is known any more of what the services of this group hold. */
const doubt = (state: OsState, group: AbiGroup): void => {
  if (!isDoubted(state, group)) state.doubted = [...state.doubted, group];
};

/** A call returns of which the model says nothing: its buffer may hold anything. */
export const shrug = (
  state: OsState,
  task: Task,
  name: CallName,
  { args }: PendingCall,
  group: AbiGroup,
): void => {
  doubt(state, group);
  if (isServed(name)) noteTouched(state, task.space, requestOf(state, task, name, args));
  const { va, bytes } = bufferOf(name, args);
  abandonBuffer(state, task, va, bytes);
};

/** A wrong buffer of a call whose service may have failed is no fault of the kernel. */
export const excuses = (
  state: OsState,
  task: Task,
  call: PendingCall | undefined,
  { clause }: Violation,
): boolean => {
  const description = call && state.setting.calls.get(call.number);
  const about = clause === 'file-contents-differ' || clause === 'datagram-differs';
  if (!description || !about || call.synced || !isUnreliable(state, description.group))
    return false;
  shrug(state, task, description.name, call, description.group);
  return true;
};

/** Those states in which the fewest services are in doubt. */
export const mostCertain = (states: readonly OsState[]): readonly OsState[] => {
  const least = Math.min(...states.map(({ doubted }) => doubted.length));
  return states.filter(({ doubted }) => doubted.length === least);
};
