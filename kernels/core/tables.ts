/**
 * Records in RAM, and tables of them that grow and shrink by whole frames: the task table and the space table.
 *
 * A record is known by its address, in words of RAM: `frame << 10 | word`. So reaching a field takes no search, and a
 * wrong address reaches what is really there. Word 0 of a record is 0 while nobody has it. A table's directory in the
 * control frame is the number of its frames, followed by them; the first frame stays for ever.
 */
import { type Frame, WORDS_PER_FRAME, wordIn } from '../../spec/riscv.ts';
import type { State } from './kernel.ts';
import type { Table } from './layout.ts';

/** A record's address in words of RAM; 0: none, for frame 0 is the kernel's text. */
type Address = number;

/** Kept so short that it costs no call. An address that is not in RAM makes the kernel throw. */
export const get = (k: State, record: Address, word: number): number =>
  k.ram[record + word] ?? outside(record);

export const set = (k: State, record: Address, word: number, value: number): void => {
  k.ram[record + word] = value;
};

const outside = (record: Address): never => {
  throw new Error(`there is no record at word ${record} of RAM: a record was overwritten`);
};

const framesOf = (k: State, table: Table): number => wordIn(k.control, table.directory);
const frameAt = (k: State, table: Table, index: number): Frame =>
  wordIn(k.control, table.directory + 1 + index);

/** The first record in use whose `word` has this value; 0: there is none. */
export const findRecord = (k: State, table: Table, word: number, value: number): Address => {
  for (let index = 0; index < framesOf(k, table); index++) {
    const first = frameAt(k, table, index) << 10;
    for (let record = first; record < first + WORDS_PER_FRAME; record += table.words) {
      if (get(k, record, 0) !== 0 && get(k, record, word) === value) return record;
    }
  }
  return 0;
};

/** Whether any record in use fits. */
export const someRecord = (k: State, table: Table, fits: (record: Address) => boolean): boolean => {
  for (let index = 0; index < framesOf(k, table); index++) {
    const first = frameAt(k, table, index) << 10;
    for (let record = first; record < first + WORDS_PER_FRAME; record += table.words) {
      if (get(k, record, 0) !== 0 && fits(record)) return true;
    }
  }
  return false;
};

/** A record that nobody has in one frame; 0: all are in use. */
const freeIn = (k: State, table: Table, frame: Frame): Address => {
  const first = frame << 10;
  for (let record = first; record < first + WORDS_PER_FRAME; record += table.words) {
    if (get(k, record, 0) === 0) return record;
  }
  return 0;
};

/** A new record, its words all 0; 0: no memory. The caller makes word 0 different from 0. */
export const allocateRecord = (k: State, table: Table): Address => {
  let record = 0;
  for (let index = 0; index < framesOf(k, table) && record === 0; index++) {
    record = freeIn(k, table, frameAt(k, table, index));
  }
  if (record === 0) record = grow(k, table);
  if (record !== 0) k.ram.fill(0, record, record + table.words);
  return record;
};

/** Adds a frame, which is all free records; answers with the first. */
const grow = (k: State, table: Table): Address => {
  const frame = framesOf(k, table) < table.limit ? k.routines.allocateFrame(k) : 0;
  if (frame === 0) return 0;
  k.routines.zeroFrame(k, frame);
  addFrame(k, table, frame);
  return frame << 10;
};

export const addFrame = (k: State, table: Table, frame: Frame): void => {
  const count = framesOf(k, table);
  k.control[table.directory + 1 + count] = frame;
  k.control[table.directory] = count + 1;
};

/** Gives a record back, and its frame where nothing is left in it. */
export const freeRecord = (k: State, table: Table, record: Address): void => {
  set(k, record, 0, 0);
  const frame = record >>> 10;
  if (frame === frameAt(k, table, 0)) return;
  const first = frame << 10;
  for (let other = first; other < first + WORDS_PER_FRAME; other += table.words) {
    if (get(k, other, 0) !== 0) return;
  }
  removeFrame(k, table, frame);
  k.routines.releaseFrame(k, frame);
};

/** The last frame of the directory takes its place. */
const removeFrame = (k: State, table: Table, frame: Frame): void => {
  const last = framesOf(k, table) - 1;
  for (let index = 1; index < last; index++) {
    if (frameAt(k, table, index) !== frame) continue;
    k.control[table.directory + 1 + index] = frameAt(k, table, last);
    break;
  }
  k.control[table.directory] = last;
};
