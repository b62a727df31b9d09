/** The optimised machine equals the model of the hardware, for all operation sequences. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Arena } from '../../hardware/run.ts';
import { play } from './arbitrary.ts';
import { compareMmu, mmuPlay } from './direct.ts';
import { type Counts, compare, type Stage } from './puppet.ts';
import { CORE_SABOTEURS, MMU_SABOTEURS, MODEL_SABOTEURS } from './saboteurs.ts';

const arena = new Arena();

const expectCounts = (counts: Counts, names: readonly string[], atLeast: number): void => {
  const rare = names.filter((name) => (counts.get(name) ?? 0) < atLeast);
  expect(rare, `seen too rarely; all counts: ${JSON.stringify([...counts])}`).toEqual([]);
};

/** The first play on which both sides differ: how many it took, or Infinity. */
const runsToFind = (stage: Stage, limit: number): number => {
  let runs = 0;
  const result = fc.check(
    fc.property(play, (one) => {
      runs += 1;
      return compare(one, { ...stage, arena }) === undefined;
    }),
    { numRuns: limit, seed: 1, endOnFailure: true },
  );
  return result.failed ? runs : Number.POSITIVE_INFINITY;
};

describe('the MMU equals the model', () => {
  test('for all sequences of accesses, fences, table writes and CSR writes', () => {
    const counts: Counts = new Map();
    fc.assert(
      fc.property(mmuPlay, (one) => {
        expect(compareMmu(one, counts)).toBeUndefined();
      }),
      { numRuns: 600, seed: 1 },
    );
    const causes = [1, 5, 7, 12, 13, 15].map((cause) => `cause ${cause}`);
    const accesses = ['load in mode 0', 'store in mode 0', 'fetch in mode 0'];
    const supervisor = ['load in mode 1', 'store in mode 1', 'fetch in mode 1'];
    expectCounts(counts, [...causes, ...accesses, ...supervisor, 'hit', 'miss'], 50);
    expectCounts(counts, ['global hit', 'superpage hit', 'a store through an entry without D'], 30);
  });

  test.each(Object.entries(MMU_SABOTEURS))('%s is found', (_, sabotage) => {
    const result = fc.check(
      fc.property(mmuPlay, (one) => compareMmu(one, new Map(), sabotage) === undefined),
      { numRuns: 300, seed: 1, endOnFailure: true },
    );
    expect(result.failed).toBe(true);
  });
});

describe('the machine that kernels run on equals the model', () => {
  test('for all programs, supervisor deeds, schedules and interrupts, step by step', () => {
    const counts: Counts = new Map();
    fc.assert(
      fc.property(play, (one) => {
        expect(compare(one, { arena, counts })).toBeUndefined();
      }),
      { numRuns: 500, seed: 1 },
    );
    const exceptions = [0, 1, 2, 4, 5, 6, 7, 8, 12, 13, 15].map((cause) => `U: cause ${cause}`);
    const interrupts = ['U: cause 2147483649', 'U: cause 2147483653', 'idle: cause 2147483649'];
    const nested = [4, 5, 13, 15].map((cause) => `S: cause ${cause}`);
    const fences = ['fence', 'fence va', 'fence asid', 'fence va asid'];
    const ends = ['budget', 'quiescent', 'handler-threw', 'kernel-unreachable'];
    expectCounts(counts, [...exceptions, ...interrupts, ...nested], 5);
    expectCounts(counts, [...fences.map((form) => `${form}: forgets`)], 20);
    expectCounts(counts, [...fences.slice(1).map((form) => `${form}: keeps`)], 20);
    expectCounts(counts, [...ends.map((end) => `end: ${end}`), 'resumed'], 5);
    expectCounts(counts, ['remote fence while waiting'], 3);
    expectCounts(counts, ['retired'], 5_000);
  });

  test.each(Object.entries(MMU_SABOTEURS))('%s is found', (_, sabotage) => {
    expect(runsToFind({ sabotage: ({ mmu, ram }) => sabotage(mmu, ram) }, 400)).toBeLessThan(400);
  });

  test.each(Object.entries(CORE_SABOTEURS))('%s is found', (_, sabotage) => {
    expect(runsToFind({ sabotage }, 300)).toBeLessThan(300);
  });

  test.each(Object.entries(MODEL_SABOTEURS))('%s is found', (_, modelStep) => {
    expect(runsToFind({ modelStep }, 300)).toBeLessThan(300);
  });
});
