import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeModules } from '../judge.ts';
import { DEVICE_PROPERTIES } from '../properties.ts';
import { deviceCaseArbitrary } from './arbitrary.ts';

/** More of them: DEVICE_RUNS=20000. */
const RUNS = Number(process.env['DEVICE_RUNS'] ?? 200);
const CASES = fc.sample(deviceCaseArbitrary, { numRuns: RUNS, seed: 1 });

describe('the drivers', () => {
  test('keep all properties of modules, for every world and every sequence of operations', () => {
    fc.assert(
      fc.property(deviceCaseArbitrary, ({ world, operations }) => {
        expect(judgeModules(world, operations).violation).toBeUndefined();
      }),
      { numRuns: RUNS, seed: 1 },
    );
  });

  const counts = new Map<string, number>();
  for (const { world, operations } of CASES) {
    for (const [what, times] of judgeModules(world, operations).tally)
      counts.set(what, (counts.get(what) ?? 0) + times);
  }
  test.each(DEVICE_PROPERTIES)('are put to the test of $id', ({ exercise }) => {
    expect(exercise.filter((what) => (counts.get(what) ?? 0) < RUNS / 20)).toEqual([]);
  });
});
