/**
 * Calls that cannot go on at once: the hart waits inside the kernel, other harts run meanwhile.
 *
 * A call waits for one of two things: that the harts which it asked to fence have done so, or (TRY_AGAIN) that nobody
 * else waits for fences of a space any more, and then starts again. What it waits for, and the frame to give back
 * then, stand in the hart's block: so a call needs no generator of its own, and one that need not wait costs nothing.
 */
import type { Hart } from '../../hardware/contract.ts';
import { KILLED_STATUS } from '../../spec/abi.ts';
import { type State, TRY_AGAIN, type Waiting } from './kernel.ts';
import { HartWord, hartAt, type Space, SpaceWord, type Task } from './layout.ts';
import { get, set } from './tables.ts';
import { isDoomed, runningOn } from './tasks.ts';

/** The bit of `awaited` behind those of the harts: the space is busy. */
const BUSY = 1 << 4;

/** Whether others asked this hart to fence, and it has not yet. */
export const isAsked = (k: State, id: number): boolean => {
  const at = hartAt(id);
  return k.control[at + HartWord.requested] !== k.control[at + HartWord.done];
};

/** Whether a call on some hart waits for fences of this space. */
export const isBusy = (k: State, space: Space): boolean => get(k, space, SpaceWord.busy) !== 0;

export const hasToWait = (k: State, hart: Hart): boolean =>
  k.control[hartAt(hart.id) + HartWord.awaited] !== 0;

/** The call on this hart will not return before these harts (bits) have fenced. */
export const waitFor = (k: State, hart: Hart, harts: number, space: Space): void => {
  const at = hartAt(hart.id);
  k.control[at + HartWord.awaited] = (k.control[at + HartWord.awaited] ?? 0) | harts;
  k.control[at + HartWord.waitsOn] = space;
};

/** The call on this hart starts again when the space is not busy any more. The result for `a0` is not known yet. */
export const tryAgain = (k: State, hart: Hart, space: Space): number => {
  waitFor(k, hart, BUSY, space);
  return TRY_AGAIN;
};

export function* awaitFence(k: State, hart: Hart): Waiting {
  const task = runningOn(k, hart);
  const ready = (): boolean => isOver(k, hartAt(hart.id));
  while (hasToWait(k, hart)) {
    while (!ready()) yield ready;
    goOn(k, hart, task);
  }
  if (isAsked(k, hart.id)) k.routines.acknowledge(k, hart);
  if (isDoomed(k, task)) k.routines.stop(k, hart, task, KILLED_STATUS); // killed while it waited
  if (runningOn(k, hart) === 0) k.routines.dispatch(k, hart);
}

const isOver = (k: State, at: number): boolean => {
  const awaited = k.control[at + HartWord.awaited] ?? 0;
  if (awaited & BUSY) return !isBusy(k, k.control[at + HartWord.waitsOn] ?? 0);
  for (let id = 0; id < k.machine.harts.length; id++) {
    if (awaited & (1 << id) && isAsked(k, id)) return false;
  }
  return true;
};

const goOn = (k: State, hart: Hart, task: Task): void => {
  const { control, routines } = k;
  const at = hartAt(hart.id);
  const awaited = control[at + HartWord.awaited] ?? 0;
  control[at + HartWord.awaited] = 0;
  if (awaited & BUSY) {
    if (!isDoomed(k, task)) routines.call(k, hart, task);
    return;
  }
  const space = control[at + HartWord.waitsOn] ?? 0;
  set(k, space, SpaceWord.busy, get(k, space, SpaceWord.busy) & ~(1 << hart.id));
  const frame = control[at + HartWord.release] ?? 0;
  control[at + HartWord.release] = 0;
  if (frame !== 0) routines.releaseFrame(k, frame);
};
