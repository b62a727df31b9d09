/**
 * Ends a log from outside: where a run was stopped, a halt record and the end record follow what was logged before.
 */
import {
  END_REASONS,
  HALT_REASONS,
  type HaltReason,
  RECORD_WORDS,
  RecordKind,
} from '../../spec/records.ts';

const KIND = 0xff;
/** Words that `appendHalt` needs behind the log. */
export const HALT_WORDS = 2 * RECORD_WORDS;
/** A return record has four rows of registers behind it. */
const rowsOf = (kind: number): number => (kind === RecordKind.return ? 5 : 1);

/** Offset of the last record and length of a log that is followed by zeros; −1 and 0 if it is empty. */
const extent = (words: Uint32Array): { last: number; length: number } => {
  let last = -1;
  let at = 0;
  while (at < words.length) {
    const kind = (words[at] ?? 0) & KIND;
    if (kind === 0) break;
    last = at;
    at += rowsOf(kind) * RECORD_WORDS;
  }
  return { last, length: Math.min(at, words.length) };
};

const isEnd = (words: Uint32Array, at: number): boolean =>
  at >= 0 && ((words[at] ?? 0) & KIND) === RecordKind.end;

/** Words in use of a log that is followed by zeros. */
export const usedWords = (words: Uint32Array): number => extent(words).length;

/**
 * Writes the two records behind `length` words, on the hart that the last record names; answers with the new length.
 * An end record that stands there gives way, and in a log that is full the last records do.
 */
export const appendHalt = (
  words: Uint32Array,
  length: number,
  reason: HaltReason,
  message: number,
): number => {
  let { last } = extent(words.subarray(0, length));
  let end = length;
  while (end + HALT_WORDS > words.length || isEnd(words, last)) {
    end = last;
    last = extent(words.subarray(0, end)).last;
  }
  const [head = 0x1000, cycle = 0, scontext = 0] = last < 0 ? [] : words.subarray(last, last + 3);
  const supervisor = (head & ~KIND) | 0x1000;
  words.set(
    [supervisor | RecordKind.halt, cycle, scontext, HALT_REASONS.indexOf(reason), message, 0, 0, 0],
    end,
  );
  words.set(
    [supervisor | RecordKind.end, cycle, scontext, END_REASONS.indexOf('halted'), 0, 0, 0, 0],
    end + RECORD_WORDS,
  );
  return end + HALT_WORDS;
};
