import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeModules } from '../judge.ts';
import { filterCaseArbitrary } from './arbitrary.ts';
import { FILTER_PROPERTIES } from './properties.ts';
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
