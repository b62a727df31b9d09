/** Calls that may sleep: the service that does the work may have to wait for its device, or for its turn. */
import type { OsState, PendingCall, Task } from '../state.ts';
import type { Violation } from '../violation.ts';
import { isServed } from './request.ts';

const sleeps = (state: OsState, call: PendingCall): boolean => {
  const name = state.setting.calls.get(call.number)?.name;
  return name !== undefined && (isServed(name) || name === 'write');
};

/** Is it in a call that may sleep? Then no hart idles in vain for it. */
export const maySleep = (state: OsState, { call }: Task): boolean =>
  call !== undefined && sleeps(state, call);

/** At the end of a run in which nothing can happen any more: a call that still sleeps sleeps for ever. */
export const sleptForEver = (state: OsState): Violation | undefined => {
  if (state.setting.mayHang) return undefined;
  for (const task of state.tasks.values()) {
    if (task.status !== 'stopped' || !maySleep(state, task)) continue;
    const name = task.call && state.setting.calls.get(task.call.number)?.name;
    return {
      clause: state.setting.faulty
        ? 'fault-spreads'
        : name === 'write'
          ? 'idle-while-runnable'
          : 'call-never-returns',
      hart: task.hart,
      tid: task.tid,
      expected: `${name} of task ${task.tid} returns`,
      observed: 'every hart waits, nothing is on its way, and it has not returned',
    };
  }
  return undefined;
};
