import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Operation, Workload } from '../../spec/workload.ts';
import { validateWorkload } from '../arbitraries/validate.ts';
import { workloadArbitrary } from '../arbitraries/workload.ts';
import { minimise } from './minimise.ts';
import { neighbours } from './neighbours.ts';

const operationsOf = ({ programs }: Workload): readonly Operation[] =>
  programs.flatMap(({ bodies }) => bodies.flat());
const count = (workload: Workload, call: string): number =>
  operationsOf(workload).filter((one) => one.op === 'call' && one.call === call).length;

/** Stand-ins for a kernel's failures: conditions on the workload alone. */
const FAILURES: Readonly<Record<string, (workload: Workload) => boolean>> = {
  'two maps': (workload) => count(workload, 'map') >= 2,
  'a map and an unmap of the same page': (workload) =>
    operationsOf(workload).some(
      (one) =>
        one.op === 'call' &&
        one.call === 'unmap' &&
        operationsOf(workload).some(
          (other) => other.op === 'call' && other.call === 'map' && other.args[0] === one.args[0],
        ),
    ),
  'two harts and a load': ({ harts, ...rest }) =>
    harts > 1 && operationsOf({ harts, ...rest }).some(({ op }) => op === 'load'),
  'an exit in a program that is started': (workload) =>
    workload.start.some((program) =>
      workload.programs[program]?.bodies[0]?.some(
        (one) => one.op === 'call' && one.call === 'exit',
      ),
    ),
};

const failing = (name: string, seed: number): readonly Workload[] =>
  fc
    .sample(workloadArbitrary(), { seed, numRuns: 60 })
    .filter((workload) => FAILURES[name]?.(workload))
    .slice(0, 4);

describe.each(Object.keys(FAILURES))('a failure that needs %s', (name) => {
  const fails = async (workload: Workload): Promise<boolean> => FAILURES[name]?.(workload) === true;

  test('is shrunk to a workload of which no neighbour fails', async () => {
    for (const workload of failing(name, 1)) {
      const minimal = await minimise(workload, fails);
      expect(await fails(minimal.workload)).toBe(true);
      expect(minimal.verified).toBe(true);
      for (const neighbour of neighbours(minimal.workload)) {
        const same = JSON.stringify(neighbour.workload) === JSON.stringify(minimal.workload);
        expect(same || !(await fails(neighbour.workload)), neighbour.change).toBe(true);
      }
    }
  });

  test('is shrunk to at most two operations, by a few hundred runs', async () => {
    for (const workload of failing(name, 2)) {
      const { workload: minimal, runs } = await minimise(workload, fails);
      expect(operationsOf(minimal).length).toBeLessThanOrEqual(2);
      expect(validateWorkload(minimal)).toBeUndefined();
      expect(runs).toBeLessThan(600);
    }
  });
});

describe('minimise', () => {
  const [workload] = failing('two maps', 3);
  if (!workload) throw new Error('no sample fails');

  test('runs no workload twice, and counts those that it ran', async () => {
    const seen = new Set<string>();
    const { runs } = await minimise(workload, async (one) => {
      const key = JSON.stringify(one);
      expect(seen.has(key)).toBe(false);
      seen.add(key);
      return count(one, 'map') >= 2;
    });
    expect(seen.size).toBe(runs);
  });

  test('counts the neighbours that were run', async () => {
    const ran = new Set<string>();
    const minimal = await minimise(workload, async (one) => {
      ran.add(JSON.stringify(one));
      return count(one, 'map') >= 2;
    });
    const own = JSON.stringify(minimal.workload);
    const distinct = new Set(
      [...neighbours(minimal.workload)].map((neighbour) => JSON.stringify(neighbour.workload)),
    );
    distinct.delete(own);
    expect(minimal.neighbours).toBe(distinct.size);
    for (const key of distinct) expect(ran.has(key)).toBe(true);
  });

  test('is the same each time', async () => {
    const fails = async (one: Workload): Promise<boolean> => count(one, 'map') >= 2;
    expect(await minimise(workload, fails)).toEqual(await minimise(workload, fails));
  });

  test('claims nothing when its budget is too small, or when nothing fails', async () => {
    const fails = async (one: Workload): Promise<boolean> => count(one, 'map') >= 2;
    const cut = await minimise(workload, fails, { budget: 10 });
    expect(cut.verified).toBe(false);
    expect(cut.runs).toBe(10);
    expect(await fails(cut.workload)).toBe(true);
    expect((await minimise(workload, async () => false)).verified).toBe(false);
  });

  test('drops what the failing run never came to in one go', async () => {
    const [first] = operationsOf(workload);
    if (!first) throw new Error('the sample is empty');
    const turn = { hart: 0, operation: first, retires: true, timer: false };
    const sizes: number[] = [];
    await minimise(
      workload,
      async (one) => {
        sizes.push(operationsOf(one).length);
        return operationsOf(one).includes(first);
      },
      { turns: async () => [turn] },
    );
    expect(sizes.indexOf(1)).toBeLessThan(5);
  });
});
