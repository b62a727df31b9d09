/**
 * Tables in RAM that grow and shrink by whole frames: the frame, task and space tables.
 *
 * A record's number is its place, counted through all frames of its table. `pages` repeats the directory of the
 * control frame as views. Word 0 of a record is 0 while nobody has it; place 0 is never given out.
 */
import type { State } from './kernel.ts';

export interface Table {
  /** Views of its frames; a hole where a frame was given back. */
  readonly pages: (Uint32Array | undefined)[];
  /** Where its directory begins in the control frame, and how many frames it has room for. */
  readonly directory: number;
  readonly limit: number;
  /** Records per frame and words per record, as powers of two; together 10. */
  readonly recordsShift: number;
  readonly wordsShift: number;
}

export const emptyTable = (directory: number, limit: number, wordsShift: number): Table => ({
  pages: [],
  directory,
  limit,
  recordsShift: 10 - wordsShift,
  wordsShift,
});

const missing = (place: number): never => {
  throw new RangeError(`the kernel used record ${place}, which is in no table`);
};

/** The frame that holds a record, and the record's first word there. */
export const pageOf = (table: Table, place: number): Uint32Array =>
  table.pages[place >>> table.recordsShift] ?? missing(place);
export const wordOf = (table: Table, place: number): number =>
  (place & ((1 << table.recordsShift) - 1)) << table.wordsShift;

export const get = (table: Table, place: number, word: number): number =>
  pageOf(table, place)[wordOf(table, place) + word] ?? 0;

export const set = (table: Table, place: number, word: number, value: number): void => {
  pageOf(table, place)[wordOf(table, place) + word] = value;
};

/** Every record in use, from place `from` on: the first at or behind it, 0 at the end. */
export const nextRecord = (table: Table, from: number): number => {
  const end = table.pages.length << table.recordsShift;
  for (let place = from; place < end; place++) {
    if (table.pages[place >>> table.recordsShift] && get(table, place, 0) !== 0) return place;
  }
  return 0;
};

/** A free place, its words all 0; 0 if there is no memory. The caller makes word 0 different from 0. */
export const allocateRecord = (k: State, table: Table): number => {
  let index = 0;
  let hole = table.pages.length;
  let place = 0;
  for (; index < table.pages.length && place === 0; index++) {
    if (table.pages[index]) place = freePlace(table, index);
    else hole = Math.min(hole, index);
  }
  if (place === 0 && hole < table.limit && grow(k, table, hole)) place = freePlace(table, hole);
  if (place === 0) return 0;
  const at = wordOf(table, place);
  pageOf(table, place).fill(0, at, at + (1 << table.wordsShift));
  return place;
};

const freePlace = (table: Table, index: number): number => {
  const first = index << table.recordsShift;
  const end = first + (1 << table.recordsShift);
  for (let place = first || 1; place < end; place++) if (get(table, place, 0) === 0) return place;
  return 0;
};

const grow = (k: State, table: Table, index: number): boolean => {
  const frame = k.routines.allocateFrame(k);
  if (frame === 0) return false;
  k.routines.zeroFrame(k, frame);
  k.control[table.directory + index] = frame;
  table.pages[index] = k.machine.frame(frame);
  return true;
};

/** Gives a record back, and its frame if it was the last one there (the first frame of a table stays). */
export const freeRecord = (k: State, table: Table, place: number): void => {
  set(table, place, 0, 0);
  const index = place >>> table.recordsShift;
  if (index === 0) return;
  const first = index << table.recordsShift;
  for (let other = first; other < first + (1 << table.recordsShift); other++) {
    if (get(table, other, 0) !== 0) return;
  }
  table.pages[index] = undefined;
  k.routines.releaseFrame(k, k.control[table.directory + index] ?? 0);
  k.control[table.directory + index] = 0;
};
