import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileCaseArbitrary } from './arbitrary.ts';
import { judgeFiles } from './judge.ts';
import { FILE_PROPERTIES } from './properties.ts';

/** More of them: MODULE_RUNS=5000. */
const RUNS = Number(process.env['MODULE_RUNS'] ?? 120);
const CASES = fc.sample(fileCaseArbitrary, { numRuns: RUNS, seed: 1 });

describe('file systems that are modules', () => {
  const counts = new Map<string, number>();

  test('keep all properties, for every world and every sequence of requests', () => {
    for (const one of CASES) {
      const { violation, tally } = judgeFiles(one);
      expect(violation).toBeUndefined();
      for (const [what, times] of tally) counts.set(what, (counts.get(what) ?? 0) + times);
    }
  });

  test.each(FILE_PROPERTIES)('are put to the test of $id', ({ exercise }) => {
    expect(exercise.filter((what) => (counts.get(what) ?? 0) < RUNS / 50)).toEqual([]);
  });
});
