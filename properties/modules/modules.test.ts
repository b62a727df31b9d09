import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { moduleCaseArbitrary } from './arbitrary.ts';
import { judgeModules, type ModuleViolation } from './judge.ts';
import { judgeOrder, orderCaseArbitrary } from './order.ts';
import { LOADER_PROPERTIES } from './properties.ts';
import { judgeTrust, trustCaseOf } from './trust.ts';
import type { Changes } from './world.ts';

/** More of them: MODULE_RUNS=20000. */
const RUNS = Number(process.env['MODULE_RUNS'] ?? 400);
const CASES = fc.sample(moduleCaseArbitrary, { numRuns: RUNS, seed: 1 });
const TRUST_CASES = CASES.slice(0, 200).map(trustCaseOf);
const ORDER_CASES = fc.sample(orderCaseArbitrary, { numRuns: 200, seed: 1 });

type Judge = (changed?: Changes) => Generator<ModuleViolation | undefined>;
const judges: readonly Judge[] = [
  function* all(changed) {
    for (const { world, operations } of CASES)
      yield judgeModules(world, operations, changed).violation;
  },
  function* trust(changed) {
    for (const one of TRUST_CASES) yield judgeTrust(one, changed).violation;
  },
  function* order(changed) {
    for (const one of ORDER_CASES) yield judgeOrder(one, changed).violation;
  },
];
const _judgeOf = (property: string): Judge => {
  const [all, trust, order] = judges as [Judge, Judge, Judge];
  if (property === 'modules/only-trusted-code') return trust;
  return property === 'modules/order-independence' ? order : all;
};

/** Fails with the smallest case that it finds. */
const shrink = (): void =>
  fc.assert(
    fc.property(moduleCaseArbitrary, ({ world, operations }) => {
      expect(judgeModules(world, operations).violation).toBeUndefined();
    }),
    { numRuns: RUNS, seed: 1 },
  );

describe('the reference loader', () => {
  const judged = CASES.map(({ world, operations }) => judgeModules(world, operations));

  test('keeps all properties of modules, for every world and every sequence of operations', () => {
    if (judged.some(({ violation }) => violation !== undefined)) shrink();
    expect(judged).toHaveLength(RUNS);
  });

  const counts = new Map<string, number>();
  for (const { tally } of judged)
    for (const [what, times] of tally) counts.set(what, (counts.get(what) ?? 0) + times);
  test.each(LOADER_PROPERTIES)('is put to the test of $id', ({ exercise }) => {
    expect(exercise.filter((what) => (counts.get(what) ?? 0) < RUNS / 20)).toEqual([]);
  });

  test('runs trusted code only, of which there is much', () => {
    const judged = TRUST_CASES.map((one) => judgeTrust(one));
    expect(judged.filter(({ violation }) => violation)).toEqual([]);
    expect(judged.filter(({ trusted }) => trusted > 4).length).toBeGreaterThan(50);
    const signatures = TRUST_CASES.flatMap(({ world }) => world.files.map((one) => one.signature));
    for (const wrong of ['unknown', 'tampered', 'missing'] as const)
      expect(signatures.filter((one) => one === wrong).length).toBeGreaterThan(50);
  });

  test('is in the same state whatever order modules came in, of which most are LIVE', () => {
    const judged = ORDER_CASES.map((one) => judgeOrder(one));
    expect(judged.filter(({ violation }) => violation)).toEqual([]);
    expect(judged.filter(({ live }) => live > 2).length).toBeGreaterThan(50);
  });
});
