import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeModules } from '../judge.ts';
import { filterCaseArbitrary } from './arbitrary.ts';
import { FILTER_MISTAKES } from './mistakes.ts';
import { FILTER_PROPERTIES } from './properties.ts';
import { FILTER_VARIANTS } from './variants.ts';
import { filterViews } from './views.ts';

/** More of them: MODULE_RUNS=20000. */
const RUNS = Number(process.env['MODULE_RUNS'] ?? 200);
const CASES = fc.sample(filterCaseArbitrary, { numRuns: RUNS, seed: 1 });

describe('the packet filter', () => {
  test('keeps all properties, for every table and every packet', () => {
    fc.assert(
      fc.property(filterCaseArbitrary, ({ world, operations }) => {
        expect(judgeModules(world, operations, {}, 6, filterViews).violation).toBeUndefined();
      }),
      { numRuns: RUNS, seed: 2 },
    );
  });

  const counts = new Map<string, number>();
  for (const { world, operations } of CASES) {
    for (const [what, times] of judgeModules(world, operations, {}, 6, filterViews).tally)
      counts.set(what, (counts.get(what) ?? 0) + times);
  }
  test.each(FILTER_PROPERTIES)('is put to the test of $id', ({ exercise }) => {
    expect(exercise.filter((what) => (counts.get(what) ?? 0) < RUNS / 20)).toEqual([]);
  });
});

describe('a packet filter with a mistake', () => {
  test.each(FILTER_MISTAKES)('$id is caught by $killedBy', (mistake) => {
    const found = CASES.some(
      ({ world, operations }) =>
        judgeModules(world, operations, mistake, 6, filterViews).violation?.property ===
        mistake.killedBy,
    );
    expect(found).toBe(true);
  });
});

describe('a packet filter that makes other choices', () => {
  test.each(FILTER_VARIANTS)('$id keeps all properties', (variant) => {
    const failed = CASES.slice(0, 80).map(
      ({ world, operations }) => judgeModules(world, operations, variant, 6, filterViews).violation,
    );
    expect(failed.filter((violation) => violation !== undefined)).toEqual([]);
  });
});
