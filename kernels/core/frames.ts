/**
 * Physical frames: who uses each, and which are free.
 *
 * The frame table holds one word a frame: the number of its users (pages of spaces, tables, the kernel), or FREE and
 * the number of the next free frame. A frame comes back when its last user lets go. `promised` frames are free, but
 * spoken for: a page that was mapped and never touched always gets its frame.
 */
import { type Frame, WORDS_PER_FRAME, wordIn } from '../../spec/riscv.ts';
import type { State } from './kernel.ts';
import { Control, FREE_FRAME } from './layout.ts';
import { get, set } from './tables.ts';

/** The address of a frame's word in the frame table. */
export const entryOf = (k: State, frame: Frame): number =>
  (wordIn(k.control, Control.frameTable + (frame >>> 10)) << 10) + (frame & (WORDS_PER_FRAME - 1));

const bump = (k: State, word: number, by: number): void => {
  k.control[word] = wordIn(k.control, word) + by;
};

/** Frames that can be had: neither used nor promised. */
export const available = (k: State): number =>
  wordIn(k.control, Control.freeCount) - wordIn(k.control, Control.promised);

export const promiseFrame = (k: State): void => bump(k, Control.promised, 1);
export const breakPromise = (k: State): void => bump(k, Control.promised, -1);

export const allocateFrame = (k: State): Frame => {
  if (available(k) < 1) return 0;
  bump(k, Control.freeCount, -1);
  const frame = k.routines.takeFrame(k);
  set(k, entryOf(k, frame), 0, 1);
  return frame;
};

export const retainFrame = (k: State, frame: Frame): void =>
  set(k, entryOf(k, frame), 0, get(k, entryOf(k, frame), 0) + 1);

export const releaseFrame = (k: State, frame: Frame): void => {
  const users = get(k, entryOf(k, frame), 0) - 1;
  set(k, entryOf(k, frame), 0, users);
  if (users > 0) return;
  bump(k, Control.freeCount, 1);
  k.routines.giveFrame(k, frame);
};

/** A frame may hold what its last user left there: it is cleared before anybody can see it. */
export const zeroFrame = (k: State, frame: Frame): void => {
  k.machine.frame(frame).fill(0);
};

const nextFree = (k: State, frame: Frame): Frame =>
  (get(k, entryOf(k, frame), 0) & ~FREE_FRAME) >>> 0;

/** Last in, first out: what was just given back is warm in the cache; unless somebody has chosen one. */
export const takeFrame = (k: State): Frame => {
  const chosen = wordIn(k.control, Control.chosen);
  k.control[Control.chosen] = 0;
  const head = wordIn(k.control, Control.freeHead);
  const frame = chosen === 0 ? head : chosen;
  if (frame === head) k.control[Control.freeHead] = nextFree(k, frame);
  else unlinkFrame(k, frame);
  return frame;
};

/** Takes a free frame that is not the first out of the list. A list that was overwritten may lead round and round. */
const unlinkFrame = (k: State, frame: Frame): void => {
  let before = wordIn(k.control, Control.freeHead);
  for (let left = k.machine.frames; nextFree(k, before) !== frame && left > 0; left--) {
    before = nextFree(k, before);
  }
  set(k, entryOf(k, before), 0, (FREE_FRAME | nextFree(k, frame)) >>> 0);
};

/** Whether nobody uses a frame of the pool. */
export const isFree = (k: State, frame: Frame): boolean =>
  frame < k.machine.frames && (get(k, entryOf(k, frame), 0) & FREE_FRAME) !== 0;

export const giveFrame = (k: State, frame: Frame): void => {
  set(k, entryOf(k, frame), 0, (FREE_FRAME | wordIn(k.control, Control.freeHead)) >>> 0);
  k.control[Control.freeHead] = frame;
};
