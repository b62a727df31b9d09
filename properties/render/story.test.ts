/** Stories as a person sees them. The golden files are looked at by eye whenever they change. */
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SAMPLES, sample } from './golden/samples.ts';
import { renderStory } from './story.ts';
import { width } from './text.ts';

const lines = (text: string): readonly string[] => text.split('\n');

describe.each(SAMPLES)('the story of %s', (name) => {
  const story = sample(name);

  test.each([80, 120])('reads as before in %i columns', async (columns) => {
    const text = renderStory(story, { width: columns, color: false });
    await expect(text).toMatchFileSnapshot(`golden/${name}.${columns}.txt`);
  });

  test('says the same with and without colour', () => {
    fc.assert(
      fc.property(fc.integer({ min: 40, max: 200 }), (columns) => {
        const plain = renderStory(story, { width: columns, color: false });
        const colored = renderStory(story, { width: columns, color: true });
        expect(colored).not.toBe(plain);
        expect(lines(stripVTControlCharacters(colored)).map((line) => line.trimEnd())).toEqual(
          lines(plain),
        );
      }),
      { numRuns: 20 },
    );
  });

  test('fits any terminal of 72 columns or more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 72, max: 200 }), (columns) => {
        const text = renderStory(story, { width: columns, color: false });
        for (const line of lines(text)) expect(width(line)).toBeLessThanOrEqual(columns);
      }),
      { numRuns: 40 },
    );
  });

  test('tells every step, in order', () => {
    const text = renderStory(story, { width: 40, color: false });
    const numbers = lines(text).flatMap((line) => /^ {1,3}(\d+) {2}/.exec(line)?.[1] ?? []);
    expect(numbers.map(Number)).toEqual(story.steps.map(({ number }) => number));
  });
});

test('colours are as before', async () => {
  const text = renderStory(sample('stale-tlb'), { width: 80, color: true });
  await expect(text).toMatchFileSnapshot('golden/stale-tlb.80.color.txt');
});

describe('a story', () => {
  const story = sample('stale-tlb');
  const plain = (changed: Partial<typeof story>): string =>
    renderStory({ ...story, ...changed }, { width: 80, color: false });

  test('without steps has no table', () => {
    const text = plain({ steps: [], tasks: [] });
    expect(text).not.toContain('───');
    expect(text).toContain('Smallest  2 harts.');
  });

  test.each([
    [{ verified: true, neighbours: 0, runs: 3 }, 'Nothing can be left out of it.'],
    [
      { verified: true, neighbours: 1, runs: 3 },
      'The one smaller one was run and does not fail like this.',
    ],
    [
      { verified: true, neighbours: 2, runs: 3 },
      'Both smaller ones were run; neither fails like this.',
    ],
    [
      { verified: true, neighbours: 9, runs: 99 },
      'All 9 smaller ones were run; none fails like this.',
    ],
    [{ verified: false, neighbours: 0, runs: 0 }, 'Told as it was found; it was not made smaller.'],
    [
      { verified: false, neighbours: 4, runs: 1 },
      'Still shrinking after 1 run: a smaller one may exist.',
    ],
  ])('claims no more than was verified: %o', (minimal, sentence) => {
    expect(plain({ minimal }).replace(/\n\s+/g, ' ')).toContain(sentence);
  });

  test('shows nothing that a terminal would obey', () => {
    const text = plain({
      file: 'a\u001b[2Jb.ts',
      observed: 'x\u001b]0;y\u0007',
      replay: 'npx \u009b5n',
    });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is what is tested
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });

  test('puts a long file name under the property', () => {
    const text = plain({ file: `${'folder/'.repeat(9)}kernel.ts` });
    expect(lines(text)[1]).toMatch(/^ {8}folder.*kernel\.ts$/);
  });
});
