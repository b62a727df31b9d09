import { describe, expect, it } from 'vitest';
import { RECORD_WORDS, RecordKind } from '../../spec/records.ts';
import { endingOf } from './fixtures/observe.ts';
import { appendHalt, HALT_WORDS, usedWords } from './halts.ts';

/** A log of records of these kinds with hart 2, cycle 7 and scontext 9, and room behind it. */
const logOf = (kinds: readonly number[], room = 64): Uint32Array => {
  const rows = kinds.flatMap((kind) => {
    const record = [kind | (2 << 8), 7, 9, 0, 0, 0, 0, 0];
    return kind === RecordKind.return ? [...record, ...Array(4 * RECORD_WORDS).fill(0)] : record;
  });
  const words = new Uint32Array(rows.length + room);
  words.set(rows);
  return words;
};

describe('the words in use of a log that zeros follow', () => {
  it('are those of its records, the rows of registers included', () => {
    expect(usedWords(logOf([]))).toBe(0);
    expect(usedWords(logOf([RecordKind.trap]))).toBe(8);
    expect(usedWords(logOf([RecordKind.trap, RecordKind.return]))).toBe(48);
    expect(usedWords(logOf([RecordKind.return, RecordKind.trap, RecordKind.retire]))).toBe(56);
  });
});

describe('a halt that is appended', () => {
  it('comes behind the last record, on its hart, in supervisor mode, and ends the log', () => {
    const words = logOf([RecordKind.trap]);
    const length = appendHalt(words, 8, 'out-of-fuel', 3);
    expect(length).toBe(8 + HALT_WORDS);
    expect([...words.subarray(8, 16)]).toEqual([
      RecordKind.halt | (2 << 8) | 0x1000,
      7,
      9,
      2,
      3,
      0,
      0,
      0,
    ]);
    expect(endingOf({ words, length, messages: [] })).toMatchObject({
      end: 'halted',
      halt: 'out-of-fuel',
    });
  });
  it('stands alone in an empty log', () => {
    const words = new Uint32Array(HALT_WORDS);
    expect(appendHalt(words, 0, 'boot-failed', 0)).toBe(HALT_WORDS);
    expect(endingOf({ words, length: HALT_WORDS, messages: ['m'] })).toEqual({
      end: 'halted',
      halt: 'boot-failed',
      message: 'm',
      records: 0,
    });
  });
  it('takes the place of an end record', () => {
    const words = logOf([RecordKind.trap, RecordKind.end]);
    expect(appendHalt(words, 16, 'forbidden', 0)).toBe(8 + HALT_WORDS);
  });
  it('takes the place of the last records where there is no room', () => {
    const words = logOf([RecordKind.trap, RecordKind.trap, RecordKind.trap], 0);
    expect(appendHalt(words, 24, 'forbidden', 0)).toBe(8 + HALT_WORDS);
    const full = logOf([RecordKind.trap, RecordKind.return], 0);
    expect(appendHalt(full, 48, 'forbidden', 0)).toBe(8 + HALT_WORDS);
  });
});
