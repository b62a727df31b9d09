/** Who waits for a hart: runnable tasks, and whether a hart idles in spite of them. */

import type { Tid } from '../../spec/riscv.ts';
import { isBlocked } from './calls.ts';
import { maySleep } from './files/waiting.ts';
import { waitsForPeer } from './ipc/underway.ts';
import type { HartView, OsState, Task } from './state.ts';

/**
 * It could run now: not ended, not blocked nor asleep in a call, on no hart, and no kernel activation is busy with it. A
 * task that may have ended is not missed.
 */
export const isRunnable = (state: OsState, task: Task): boolean =>
  task.status === 'stopped' &&
  task.handledOn === -1 &&
  task.fault?.contested !== true &&
  !isBlocked(state, task) &&
  !waitsForPeer(state, task) &&
  !maySleep(state, task);

/** The first task that waits for a hart. */
export const firstRunnable = (state: OsState): Task | undefined => {
  for (const task of state.tasks.values()) if (isRunnable(state, task)) return task;
  return undefined;
};

/** The activation on this hart is over: its tasks wait for a hart from now on. */
export const releaseHandled = (state: OsState, hart: number): void => {
  for (const task of state.tasks.values()) if (task.handledOn === hart) task.handledOn = -1;
};

/** Looks whether some hart idles, with no interrupt on its way, while a task could run there. */
export const updateWaste = (state: OsState): void => {
  state.wasteful =
    state.harts.some(({ idle, ipiPending }) => idle && !ipiPending) &&
    firstRunnable(state) !== undefined;
  if (!state.wasteful) state.waste = 0;
};

/** The hart goes to user mode for a task, or for a process of the kernel. */
export const occupy = (state: OsState, hart: HartView, tid: Tid): void => {
  hart.task = tid;
  hart.last = tid;
  hart.idle = false;
  hart.waiting = false;
  updateWaste(state);
};
