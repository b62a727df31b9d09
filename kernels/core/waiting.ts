/**
 * Calls that cannot go on at once: the hart waits inside the kernel, and other harts run meanwhile.
 *
 * A call waits for one of two things: that the harts which it asked to fence have done so, or for its turn at an
 * address space where another call waits for fences; then it starts again. Each space has a queue of at most four
 * harts, one in four bits, first come first served; so no hart that changes pages in a loop keeps the others waiting:
 *
 *     15    12 11     8 7      4 3      0
 *     [ last  |        |        | first ]      hart id + 1; 0: none
 *
 * What a call waits for, and the frame to give back then, stand in the hart's block. So it needs no generator of its
 * own, and one that need not wait costs nothing.
 */
import type { Hart } from '../../hardware/contract.ts';
import { KILLED_STATUS } from '../../spec/abi.ts';
import type { HartId } from '../../spec/riscv.ts';
import { wordIn } from '../../spec/riscv.ts';
import { type State, TRY_AGAIN, type Waiting } from './kernel.ts';
import { HartWord, hartAt, type Space, SpaceWord, type Task, TaskWord } from './layout.ts';
import { get, set } from './tables.ts';
import { isDoomed, runningOn } from './tasks.ts';
import { leave } from './trap.ts';

/** The bit of `awaited` behind those of the harts: the call waits for its turn. */
const TURN = 1 << 4;

const first = (queue: number): HartId => (queue & 0xf) - 1;

/** A queue without a hart, and with it at the end. */
const without = (queue: number, id: HartId): number => {
  let rest = 0;
  for (let from = 0, to = 0; from < 16; from += 4) {
    const entry = (queue >>> from) & 0xf;
    if (entry === 0 || entry === id + 1) continue;
    rest |= entry << to;
    to += 4;
  }
  return rest;
};
const withLast = (queue: number, id: HartId): number => {
  let end = 0;
  while (queue >>> end !== 0) end += 4;
  return queue | ((id + 1) << end);
};
const contains = (queue: number, id: HartId): boolean => without(queue, id) !== queue;

/** Whether others asked this hart to fence, and it has not yet. */
const isAsked = (k: State, id: HartId): boolean => {
  const at = hartAt(id);
  return k.control[at + HartWord.requested] !== k.control[at + HartWord.done];
};

/** Whether a call on another hart is at work on this space: its harts do not all see the same pages. */
export const isBusy = (k: State, hart: Hart, space: Space): boolean => {
  const queue = get(k, space, SpaceWord.queue);
  return queue !== 0 && first(queue) !== hart.id;
};

export const hasToWait = (k: State, hart: Hart): boolean =>
  k.control[hartAt(hart.id) + HartWord.awaited] !== 0;

/** The call on this hart will not return before these harts (bits) have fenced. */
export const waitFor = (k: State, hart: Hart, harts: number, space: Space): void => {
  const at = hartAt(hart.id);
  k.control[at + HartWord.awaited] = wordIn(k.control, at + HartWord.awaited) | harts;
  k.control[at + HartWord.waitsOn] = space;
};

/** The space is busy from now on, until the call on this hart and those before it are over. */
export const joinQueue = (k: State, hart: Hart, space: Space): void => {
  const queue = get(k, space, SpaceWord.queue);
  if (!contains(queue, hart.id)) set(k, space, SpaceWord.queue, withLast(queue, hart.id));
};

/** The call on this hart starts again when it is its turn; it has changed nothing yet. */
export const tryAgain = (k: State, hart: Hart, space: Space): number => {
  joinQueue(k, hart, space);
  waitFor(k, hart, TURN, space);
  return TRY_AGAIN;
};

export function* awaitFence(k: State, hart: Hart): Waiting {
  const { id } = hart;
  const ready = (): boolean => isOver(k, id);
  while (hasToWait(k, hart)) {
    while (!ready()) yield ready;
    goOn(k, hart);
  }
  if (isAsked(k, id)) k.routines.acknowledge(k, hart);
  const task = runningOn(k, hart);
  if (task !== 0 && isDoomed(k, task)) k.routines.stop(k, hart, task, KILLED_STATUS); // killed while it waited
  const more = leave(k, hart);
  if (more) yield* more;
}

/** A space that has died meanwhile has no queue any more. */
const isOver = (k: State, id: HartId): boolean => {
  const at = hartAt(id);
  const awaited = wordIn(k.control, at + HartWord.awaited);
  if (awaited & TURN) {
    const queue = get(k, wordIn(k.control, at + HartWord.waitsOn), SpaceWord.queue);
    return first(queue) === id || !contains(queue, id);
  }
  for (let other = 0; other < k.machine.harts.length; other++) {
    if (awaited & (1 << other) && isAsked(k, other)) return false;
  }
  return true;
};

/** What it waited for is over: the frame goes back, or the call starts again; the next in the queue has its turn. */
const goOn = (k: State, hart: Hart): void => {
  const { control, routines } = k;
  const at = hartAt(hart.id);
  const task = runningOn(k, hart);
  const space = wordIn(control, at + HartWord.waitsOn);
  const frame = wordIn(control, at + HartWord.release);
  const awaited = wordIn(control, at + HartWord.awaited);
  control[at + HartWord.awaited] = 0;
  control[at + HartWord.release] = 0;
  if (frame !== 0) routines.releaseFrame(k, frame);
  if (awaited & TURN && !isDoomed(k, task)) startAgain(k, hart, task);
  if (hasToWait(k, hart) && control[at + HartWord.waitsOn] === space) return;
  set(k, space, SpaceWord.queue, without(get(k, space, SpaceWord.queue), hart.id));
};

/** The call from its beginning; or, where it had come further, its kernel thread from where that waits. */
const startAgain = (k: State, hart: Hart, task: Task): void => {
  if (get(k, task, TaskWord.thread) === 0) k.routines.call(k, hart, task);
  else k.routines.resume(k, hart, task);
};
