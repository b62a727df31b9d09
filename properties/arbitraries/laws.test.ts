/** What every arbitrary promises, tested once for all of them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ABI_GROUPS, type AbiGroup, CALLS, callByNumber } from '../../spec/abi.ts';
import { CORE_GROUPS } from '../../spec/calls/core.ts';
import type { Workload } from '../../spec/workload.ts';
import { type Choices, choicesArbitrary } from './choices.ts';
import { secretProgramOf, withOtherSecrets } from './confidential.ts';
import { DEFAULT_CONSTRAINTS } from './constraints.ts';
import { FILE_GROUPS, fileWorkloadArbitrary } from './files/workload.ts';
import { validateWorkload } from './validate.ts';
import { workloadArbitrary } from './workload.ts';

interface Arbitrary {
  readonly name: string;
  readonly arbitrary: fc.Arbitrary<unknown>;
  readonly problem: (value: unknown) => string | undefined;
}

const isNatural = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0;
const choicesProblem = (value: unknown): string | undefined => {
  const { machine, start, programs, threads, schedule, interrupts } = value as Choices;
  const numbers = [machine, start, schedule, interrupts, ...programs, ...threads].flat();
  return numbers.every(isNatural) && programs.length > 0
    ? undefined
    : 'not made of natural numbers';
};
const workloads = (groups: readonly AbiGroup[], name: string): Arbitrary => ({
  name: `workloadArbitrary for ${name}`,
  arbitrary: workloadArbitrary({ groups }),
  problem: validateWorkload,
});

const ARBITRARIES: readonly Arbitrary[] = [
  {
    name: 'choicesArbitrary',
    arbitrary: choicesArbitrary(DEFAULT_CONSTRAINTS),
    problem: choicesProblem,
  },
  workloads(ABI_GROUPS, 'a kernel that claims all'),
  workloads(['tasks', 'memory', 'console'], 'a first kernel'),
  workloads(['memory', 'threads', 'children'], 'a kernel without spawn'),
  workloads([], 'a kernel that claims nothing'),
  {
    name: 'fileWorkloadArbitrary',
    arbitrary: fileWorkloadArbitrary({ groups: [...CORE_GROUPS, ...FILE_GROUPS] }),
    problem: validateWorkload,
  },
  {
    name: 'fileWorkloadArbitrary for a kernel without memory',
    arbitrary: fileWorkloadArbitrary({ groups: ['files'] }),
    problem: validateWorkload,
  },
  {
    name: 'the smallest workloads',
    arbitrary: workloadArbitrary({ maxHarts: 1, maxTasks: 1, maxPrograms: 1, maxActs: 2 }),
    problem: validateWorkload,
  },
];

const sample = (arbitrary: fc.Arbitrary<unknown>, seed: number): readonly unknown[] =>
  fc.sample(arbitrary, { seed, numRuns: 40 });

/** The first few values that a value shrinks to, and so on down for some of them. */
function* shrinks(arbitrary: fc.Arbitrary<unknown>, seed: number): Generator<unknown> {
  const found: unknown[] = [];
  fc.check(
    fc.property(arbitrary, (value) => {
      found.push(value);
      return found.length % 3 !== 0;
    }),
    { seed, numRuns: 30 },
  );
  yield* found;
}

describe.each(ARBITRARIES)('$name', ({ arbitrary, problem }) => {
  test('the same seed gives the same values', () => {
    for (const seed of [1, 2, 3]) expect(sample(arbitrary, seed)).toEqual(sample(arbitrary, seed));
  });

  test('another seed gives other values', () => {
    expect(sample(arbitrary, 1)).not.toEqual(sample(arbitrary, 2));
  });

  test('every value is valid', () => {
    for (const value of fc.sample(arbitrary, { seed: 4, numRuns: 500 })) {
      expect(problem(value)).toBeUndefined();
    }
  });

  test('whatever a value shrinks to is valid', () => {
    for (const seed of [5, 6, 7]) {
      for (const value of shrinks(arbitrary, seed)) expect(problem(value)).toBeUndefined();
    }
  });

  test('stored as JSON a value stays the same', () => {
    for (const value of sample(arbitrary, 8)) {
      expect(JSON.parse(JSON.stringify(value))).toEqual(value);
    }
  });
});

const callsOf = (workload: Workload): readonly (string | number)[] =>
  workload.programs.flatMap(({ bodies }) =>
    bodies.flat().flatMap((operation) => (operation.op === 'call' ? [operation.call] : [])),
  );

describe('constraints on workloads', () => {
  const groups = fc.subarray([...ABI_GROUPS]);

  test('only calls of the groups asked for are made, and calls that do not exist', () => {
    fc.assert(
      fc.property(groups, fc.nat(), (claimed, seed) => {
        const allowed = CALLS.filter(({ group }) =>
          (claimed as readonly string[]).includes(group),
        ).map(({ name }) => name);
        for (const workload of fc.sample(workloadArbitrary({ groups: claimed }), {
          seed,
          numRuns: 20,
        })) {
          for (const call of callsOf(workload)) {
            if (typeof call === 'number') expect(callByNumber(call)).toBeUndefined();
            else expect(allowed).toContain(call);
          }
        }
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  test('no more harts, tasks and programs than asked for', () => {
    const asked = { maxHarts: 2, maxTasks: 2, maxPrograms: 2 };
    for (const workload of fc.sample(workloadArbitrary(asked), { seed: 3, numRuns: 500 })) {
      expect(workload.harts).toBeLessThanOrEqual(2);
      expect(workload.start.length).toBeLessThanOrEqual(2);
      expect(workload.programs.length).toBeLessThanOrEqual(2);
    }
  });
});

describe('confidential pairs', () => {
  const all = fc.sample(workloadArbitrary(), { seed: 9, numRuns: 500 });
  const pairs = all.flatMap((a) => {
    const program = secretProgramOf(a);
    return program === undefined ? [] : [{ a, b: withOtherSecrets(a, program), program }];
  });

  test('at least 30 % of the workloads have a secret', () => {
    expect(pairs.length / all.length).toBeGreaterThan(0.3);
  });

  test('both workloads are valid, and differ in the words that the secret program stores only', () => {
    const hidden = (workload: Workload, program: number): string =>
      JSON.stringify(workload.programs, (key, value: unknown) =>
        key === 'value' ? typeof value : value,
      ) + JSON.stringify(workload.programs.filter((_, index) => index !== program));
    for (const { a, b, program } of pairs) {
      expect(validateWorkload(b)).toBeUndefined();
      expect(b).not.toEqual(a);
      expect(hidden(b, program)).toBe(hidden(a, program));
      expect({ ...b, programs: [] }).toEqual({ ...a, programs: [] });
    }
  });
});
