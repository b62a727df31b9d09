/** Runs are measured as they are, claims are judged by what was run, and nothing is found where nothing was tried. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Kernel } from '../../hardware/contract.ts';
import { DEFAULT_COSTS } from '../../hardware/costs.ts';
import { runWorkload } from '../../hardware/run.ts';
import { linkKernel } from '../../kernels/link/index.ts';
import { microkernel } from '../../kernels/microkernel/index.ts';
import { monolithic } from '../../kernels/monolithic/index.ts';
import { CLAIMS, COST_BOUNDS } from '../../spec/claims/index.ts';
import { mutants } from '../mutants/index.ts';
import { compareKernels } from './compare.ts';
import { busiestHart, COST_NAMES } from './counting.ts';
import { FAMILIES, type Shape, shapeOf, workloadOfShapes } from './families.ts';
import { runFault } from './faults.ts';
import { judgeClaims } from './judge.ts';
import { kernelsOf, subjectsOf } from './kernels.ts';
import { measure, observe } from './measure.ts';
import { boundsOf, costTables, crossovers } from './pricing.ts';
import { checkClaims } from './run.ts';
import { countLines, sourceLines } from './source-lines.ts';
import { madeUpComparison } from './testing.ts';
import type { ClaimResult } from './verdict.ts';

const memory: Shape = {
  family: 'memory',
  tasks: 2,
  rounds: 2,
  bytes: 16,
  harts: 2,
  tlbEntries: 4,
};
const lines = { kernel: 100, services: { disk: 10 } };
const find = (results: readonly ClaimResult[], id: string): ClaimResult => {
  const result = results.find(({ claim }) => claim.id === id);
  if (!result) throw new Error(`no claim ${id}`);
  return result;
};

describe('a run is counted once and priced many times', () => {
  test('the price is what the machine says, whatever events cost', () => {
    fc.assert(
      fc.property(shapeOf('memory'), costTables, (shape, costs) => {
        const workload = workloadOfShapes([shape]);
        const run = runWorkload(monolithic, workload, { observe: false, costs });
        expect(busiestHart(measure(monolithic, workload), costs)).toBeCloseTo(run.cycles, 3);
      }),
      { numRuns: 20 },
    );
  });

  test('tables of costs stay within the bounds, which every cost has', () => {
    expect(Object.keys(COST_BOUNDS).sort()).toEqual([...COST_NAMES].sort());
    fc.assert(
      fc.property(costTables, (costs) => {
        for (const name of COST_NAMES) {
          const { low, high } = boundsOf(name);
          expect(costs[name]).toBeGreaterThanOrEqual(low);
          expect(costs[name]).toBeLessThanOrEqual(high);
        }
      }),
    );
  });

  test('at a crossover both cost the same, and each is cheaper on its side', () => {
    const none = { ...Object.fromEntries(COST_NAMES.map((name) => [name, 0])) };
    const side = (counts: object) => ({
      ...observe(monolithic, workloadOfShapes([memory])),
      counts: [{ ...DEFAULT_COSTS, ...none, ...counts }],
      serial: [],
    });
    const [left, right] = [side({ trap: 10 }), side({ instruction: 500 })];
    expect(crossovers(left, right)).toEqual([{ cost: 'trap', at: 50, below: 'left' }]);
    expect(crossovers(left, side({ trap: 11 }))).toEqual([]);
  });
});

describe('workloads to measure with', () => {
  test.each(FAMILIES)(
    '%s: every task comes to its exit, also where its calls are refused',
    (family) => {
      fc.assert(
        fc.property(shapeOf(family), (shape) => {
          expect(observe(monolithic, workloadOfShapes([shape])).completed).toBe(true);
        }),
        { numRuns: 10 },
      );
    },
  );
});

describe('faults', () => {
  const inKernel = linkKernel({
    name: 'all inside',
    placement: {
      files: 'kernel',
      disk: 'kernel',
      console: 'kernel',
      network: 'kernel',
      memory: 'kernel',
    },
  });
  const [subject] = subjectsOf([inKernel]);
  if (!subject) throw new Error('no subject');

  test('a service in the kernel that dereferences null ends the whole system', () => {
    const run = runFault(subject, { service: 'memory', request: 0, kind: 'null dereference' });
    expect(run).toMatchObject({ fatal: true, placement: 'kernel', clientsHit: 1 });
    expect(run?.bystandersHit).toBe(2);
  });

  test('a wild store into memory of nobody hurts nobody, and is still counted', () => {
    const run = runFault(subject, {
      service: 'memory',
      request: 0,
      kind: 'wild store',
      va: 0xc007_8000,
      value: 0,
    });
    expect(run).toMatchObject({ fatal: false, clientsHit: 0, bystandersHit: 0 });
  });

  test('a fault that is never come to is no run with a fault', () => {
    expect(runFault(subject, { service: 'memory', request: 99, kind: 'leak' })).toBeUndefined();
  });

  test('of services outside it is contained, unless the kernel loses track of a crash', async () => {
    const contained = async (kernel: Kernel) => {
      const { results } = await checkClaims({
        kernels: [kernel],
        architecture: 'microkernel',
        workloads: 1,
      });
      return find(results, 'microkernel/driver-crash-contained');
    };
    expect((await contained(microkernel)).verdict).toBe('passed');
    const mutant = mutants.find(({ id }) => id === 'crash-is-panic');
    const spread = await contained(mutant?.kernel ?? microkernel);
    expect(spread.verdict).toBe('failed');
    expect(spread.exception?.story.at(-1)).toMatch(/the whole system is lost$/);
  });

  test('the claim that drivers crash the system is shown, with a witness and a counter-witness', async () => {
    const report = await checkClaims({
      kernels: [inKernel],
      architecture: 'monolithic',
      workloads: 1,
    });
    const result = find(report.results, 'monolithic/driver-crashes-system');
    expect(result.verdict).toBe('shown');
    expect(result.witness?.story.at(-1)).toMatch(/the whole system is lost$/);
    expect(result.witness?.story.length).toBeLessThanOrEqual(4);
    expect(result.counter?.verdict).toBe('shown');
  });
});

describe('claims', async () => {
  const named = subjectsOf(kernelsOf('named'));
  const few = { seed: 1, workloads: 3, lines, faults: false };
  const results = judgeClaims(await compareKernels(named, few));

  test('every claim has a result, in order', () => {
    expect(results.map(({ claim }) => claim.id)).toEqual(CLAIMS.map(({ id }) => id));
  });

  test('with the usual costs a task alone is served faster by direct calls', () => {
    const { tally } = find(results, 'microkernel/message-latency');
    expect(tally?.pairs).toBeGreaterThan(1);
    expect(tally?.withUsualCosts).toBe(tally?.pairs);
    expect(find(results, 'microkernel/context-switching').verdict).toBe('passed');
  });

  test('where page walks cost more than traps it is not: the search finds it, whatever was generated', () => {
    for (const id of ['microkernel/message-latency', 'monolithic/faster']) {
      const { claim, counter, verdict, exception } = find(results, id);
      const latency = claim.about === 'monolithic' ? counter : { verdict, exception };
      expect(latency?.verdict, id).toBe('failed');
      expect(latency?.exception?.story.at(-2), id).toMatch(/usual costs, but walk 1?\d\d/);
    }
  });

  test('of what follows from the placement alone nothing is passed', () => {
    for (const { claim, verdict } of results) {
      if (claim.tag === 'by definition') expect(verdict, claim.id).toBe('by definition');
    }
  });

  test('the other way round they fail, with an exception that tells it, also by definition', async () => {
    const other = {
      monolithic: 'microkernel',
      microkernel: 'monolithic',
      hybrid: 'hybrid',
      layered: 'layered',
    } as const;
    const turned = kernelsOf('named').map((kernel) => ({
      ...kernel,
      architecture: other[kernel.architecture],
    }));
    const reverse = judgeClaims(
      await compareKernels(subjectsOf(turned), { seed: 1, workloads: 2, lines, faults: false }),
      ['monolithic', 'microkernel'],
    );
    const latency = find(reverse, 'microkernel/message-latency');
    expect(latency.verdict).toBe('failed');
    expect(latency.exception?.story.at(-1)).toMatch(/cycles; /);
    for (const id of ['monolithic/no-messages', 'monolithic/full-privileges'])
      expect(find(reverse, id).verdict, id).toBe('failed');
  });

  test('where no fault struck nothing is said of faults', () => {
    for (const id of [
      'microkernel/driver-crash-contained',
      'microkernel/isolation',
      'hybrid/compromise',
    ]) {
      expect(find(results, id).verdict, id).toBe('not shown');
      expect(find(results, id).evidence, id).toMatch(/^No fault/);
    }
  });

  test('without a microkernel nothing is compared with one', async () => {
    const alone = judgeClaims(
      await compareKernels(subjectsOf([monolithic]), { seed: 1, workloads: 1, lines }),
    );
    expect(find(alone, 'monolithic/faster').verdict).toBe('not shown');
    expect(find(alone, 'hybrid/flexible').verdict).toBe('not shown');
    expect(find(alone, 'kernel/always-there').counter?.verdict).toBe('shown');
  });

  test('only what no other beats is on the front', () => {
    const { reports } = madeUpComparison();
    expect(reports.filter(({ onFront }) => onFront).length).toBeGreaterThan(2);
    expect(reports.some(({ onFront }) => !onFront)).toBe(true);
  });
});

describe('source lines', () => {
  test('blank lines and comments are not counted', () => {
    expect(countLines('/** a\n b */\n\n// c\nconst x = 1; // d\n  /* e */ y();\n')).toBe(2);
  });

  test('every service and the kernel have some', () => {
    const counted = sourceLines();
    expect(counted.kernel).toBeGreaterThan(500);
    expect(Object.keys(counted.services)).toEqual([
      'console',
      'disk',
      'files',
      'memory',
      'network',
    ]);
  });
});
