/** Names get the same number if, and only if, they are the same text, however many there are. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Interned } from './interned.ts';

test('the same text has the same number, another text another, while the table grows', () => {
  const names = new Interned();
  const texts = Array.from({ length: 70_000 }, (_, at) => `name_${at.toString(36)}`);
  const pool = Buffer.from(texts.map((text) => `${text}\0`).join(''));
  for (let round = 0; round < 2; round++) {
    let offset = 0;
    for (const [at, text] of texts.entries()) {
      if (names.at(pool, offset, 1024) !== at) throw new Error(`${text} has another number`);
      offset += text.length + 1;
    }
  }
  expect(names.texts).toEqual(texts);
});

test('a name ends at a zero, at the longest that is allowed, or with the bytes', () => {
  const short = fc.string({ unit: fc.constantFrom('a', 'b', '\0'), maxLength: 12 });
  fc.assert(
    fc.property(fc.array(short), fc.nat(14), fc.nat(6), (list, from, most) => {
      const names = new Interned();
      for (const text of list) {
        const number = names.at(Buffer.from(text), from, most);
        expect(names.texts[number]).toBe(text.slice(from, from + most).split('\0')[0]);
      }
      expect(new Set(names.texts).size).toBe(names.texts.length);
    }),
    { seed: 8, numRuns: 300 },
  );
});
