import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeModules } from '../judge.ts';
import { orderCaseArbitrary, securityCaseArbitrary } from './arbitrary.ts';
import { SECURITY_MISTAKES } from './mistakes.ts';
import { judgeOrders } from './orders.ts';
import { SECURITY_PROPERTIES } from './properties.ts';
import { securityViews } from './views.ts';

/** More of them: MODULE_RUNS=20000. */
const RUNS = Number(process.env['MODULE_RUNS'] ?? 300);
const CASES = fc.sample(securityCaseArbitrary, { numRuns: RUNS, seed: 1 });
const ORDERS = fc.sample(orderCaseArbitrary, { numRuns: RUNS, seed: 1 });

describe('security modules', () => {
  test('keep all properties, for every policy and every request', () => {
    fc.assert(
      fc.property(securityCaseArbitrary, ({ world, operations }) => {
        expect(judgeModules(world, operations, {}, 6, securityViews).violation).toBeUndefined();
      }),
      { numRuns: RUNS, seed: 2 },
    );
  });
  test('decide the same in whichever order they were loaded', () => {
    fc.assert(
      fc.property(orderCaseArbitrary, (it) => {
        expect(judgeOrders(it).violation).toBeUndefined();
      }),
      { numRuns: RUNS, seed: 2 },
    );
  });

  const counts = new Map<string, number>();
  const judged = [
    ...CASES.map(({ world, operations }) => judgeModules(world, operations, {}, 6, securityViews)),
    ...ORDERS.map((it) => judgeOrders(it)),
  ];
  for (const { tally } of judged)
    for (const [what, times] of tally) counts.set(what, (counts.get(what) ?? 0) + times);
  test.each(SECURITY_PROPERTIES)('are put to the test of $id', ({ exercise }) => {
    expect(exercise.filter((what) => (counts.get(what) ?? 0) < RUNS / 20)).toEqual([]);
  });
});

describe('a mistake', () => {
  test.each(SECURITY_MISTAKES.filter(({ id }) => id === 'last-answer-wins'))(
    '$id is caught by the other order, too',
    (mistake) => {
      expect(ORDERS.some((it) => judgeOrders(it, mistake).violation !== undefined)).toBe(true);
    },
  );
});
