import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { moduleCaseArbitrary } from './arbitrary.ts';
import { judgeModules } from './judge.ts';
import { MODULE_MISTAKES } from './mistakes.ts';
import { MODULE_PROPERTIES } from './properties.ts';
import { MODULE_VARIANTS } from './variants.ts';

/** More of them: MODULE_RUNS=20000. */
const RUNS = Number(process.env['MODULE_RUNS'] ?? 400);
const CASES = fc.sample(moduleCaseArbitrary, { numRuns: RUNS, seed: 1 });

describe('the reference loader', () => {
  test('keeps all properties of modules, for every world and every sequence of operations', () => {
    fc.assert(
      fc.property(moduleCaseArbitrary, ({ world, operations }) => {
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
  test.each(MODULE_PROPERTIES)('is put to the test of $id', ({ exercise }) => {
    expect(exercise.filter((what) => (counts.get(what) ?? 0) < RUNS / 20)).toEqual([]);
  });
});

describe('a loader with a mistake', () => {
  test.each(MODULE_MISTAKES)('$id is caught by $killedBy', (mistake) => {
    const found = CASES.some(
      ({ world, operations }) =>
        judgeModules(world, operations, mistake).violation?.property === mistake.killedBy,
    );
    expect(found).toBe(true);
  });
});

describe('a loader that makes other choices', () => {
  test.each(MODULE_VARIANTS)('$id keeps all properties', (variant) => {
    const failed = CASES.slice(0, 100).map(
      ({ world, operations }) => judgeModules(world, operations, variant).violation,
    );
    expect(failed.filter((violation) => violation !== undefined)).toEqual([]);
  });
});
