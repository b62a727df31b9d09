/** What is measured, wrapped and cleaned is what a terminal shows. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { count, longestWord, percent, printable, TOGETHER, width, wrap } from './text.ts';

/** Words with narrow, wide, combining and control characters. */
const anyText = fc.string({
  unit: fc.constantFrom('a', 'b', ' ', ' ', '→', '✗', '内', '🙂', 'e\u0301', '\t', '\u001b'),
  maxLength: 60,
});

describe('wrapped text', () => {
  test('is never wider than asked for, and says the same', () => {
    fc.assert(
      fc.property(
        anyText,
        fc.integer({ min: 4, max: 40 }),
        fc.constantFrom(0, 2),
        (text, columns, hang) => {
          const lines = wrap(text, columns, hang);
          for (const line of lines) expect(width(line)).toBeLessThanOrEqual(columns);
          const letters = (one: string): string => printable(one).replaceAll(' ', '');
          expect(letters(lines.join(''))).toBe(letters(text));
        },
      ),
    );
  });

  test('breaks at spaces, hangs, and cuts what is too long for a line', () => {
    expect(wrap('map(0x2000, rw) = 0', 12, 2)).toEqual(['map(0x2000,', '  rw) = 0']);
    expect(wrap(`map(0x2000,${TOGETHER}rw) = 0`, 16, 2)).toEqual([
      `map(0x2000,${TOGETHER}rw)`,
      '  = 0',
    ]);
    expect(wrap('0123456789', 4)).toEqual(['0123', '4567', '89']);
    expect(wrap('', 4)).toEqual(['']);
  });
});

describe('width', () => {
  test.each([
    ['load 0x2000 ← 0', 15],
    ['内核.ts', 7],
    ['🙂', 2],
    ['e\u0301', 1],
    ['', 0],
  ])('%s takes %i columns', (text, columns) => {
    expect(width(text)).toBe(columns);
  });

  test('of the longest word', () => {
    expect(longestWord('a bcd ef')).toBe(3);
  });
});

test('nothing that a terminal would obey is printed', () => {
  expect(printable('a\u001b[31mb\u202ec\nd\u2028')).toBe('a [31mb c d ');
});

test.each([
  [0, '0'],
  [0.0497, '4.9'],
  [0.05, '5.0'],
  [0.0999, '9.9'],
  [0.3456, '34'],
  [1, '100'],
])('a share of %d is shown as %s %%, never rounded up', (share, shown) => {
  expect(percent(share)).toBe(`${shown}${TOGETHER}%`);
});

test('numbers come with their noun', () => {
  expect([count(1, 'task'), count(2345, 'task'), count(2, 'property', 'properties')]).toEqual([
    '1 task',
    '2,345 tasks',
    '2 properties',
  ]);
});
