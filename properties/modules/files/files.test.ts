import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileCaseArbitrary } from './arbitrary.ts';
import { judgeFiles } from './judge.ts';
import { FILE_MISTAKES } from './mistakes.ts';
import { FILE_PROPERTIES } from './properties.ts';
import { FILE_VARIANTS } from './variants.ts';

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

describe('a file system with a mistake', () => {
  test.each(FILE_MISTAKES)('$id is caught by $killedBy', (mistake) => {
    const found = CASES.some(
      (one) => judgeFiles(one, mistake).violation?.property === mistake.killedBy,
    );
    expect(found).toBe(true);
  });
});

describe('a file system that makes other choices', () => {
  test.each(FILE_VARIANTS)('$id keeps all properties', (variant) => {
    for (const one of CASES.slice(0, 30))
      expect(judgeFiles(one, variant).violation).toBeUndefined();
  });
});
