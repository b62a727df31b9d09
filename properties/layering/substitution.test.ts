import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Arena, runWorkload } from '../../hardware/run.ts';
import { buildLayered, LAYERS, layered } from '../../kernels/layered/index.ts';
import { linkLayers } from '../../kernels/layered/link/index.ts';
import type { Workload } from '../../spec/workload.ts';
import { judgeRun } from '../checker/judge-run.ts';
import { suitesFor, workloadsOf } from '../checker/suites.ts';
import { observe } from '../claims/measure.ts';
import { factsOf } from '../execute/facts.ts';
import { endingOf } from '../execute/fixtures/observe.ts';
import { apartFromCalls, crossingsOf, withIdentity } from './identity.ts';
import { substitutes } from './substitutes.ts';

const SEED = 1968;
const arena = new Arena();
const facts = factsOf(layered);
const workloads: readonly Workload[] = suitesFor(facts).flatMap((suite) =>
  fc.sample(workloadsOf(suite, facts), { seed: SEED, numRuns: 25 }),
);
/** Of one task on one hart, so that each call has one outcome. */
const alone = workloads.filter(
  ({ start, programs }) =>
    start.length === 1 &&
    programs.every(({ bodies }) =>
      bodies.every((body) =>
        body.every((one) => one.op !== 'call' || (one.call !== 'spawn' && one.call !== 'thread')),
      ),
    ),
);

describe.each(LAYERS.slice(0, -1).map(({ name }, index) => [name, index + 1] as const))(
  'an identity layer over %s',
  (_, over) => {
    const { discipline, fairness = 0, implements: groups } = layered;
    const longer = linkLayers({
      name: 'longer',
      implements: groups,
      fairness,
      ...(discipline && { discipline }),
      layers: withIdentity(LAYERS, over),
    });

    test('costs two crossings for each call over that boundary, and changes nothing else', () => {
      let crossed = 0;
      let whole = 0;
      for (const workload of workloads) {
        const run = runWorkload(layered, workload, { arena: new Arena() });
        const long = runWorkload(longer, workload, { arena });
        // With more calls the log may be full, or the budget used up, before all is done.
        if (endingOf(long).end !== 'quiescent') continue;
        whole += 1;
        const { frames } = workload;
        expect(apartFromCalls(long, frames)).toEqual(apartFromCalls(run, frames));
        const over_it = crossingsOf(run).byLayer.get(over) ?? 0;
        expect(crossingsOf(long).total - crossingsOf(run).total).toBe(over_it);
        crossed += over_it;
      }
      expect(whole).toBeGreaterThan(0.9 * workloads.length);
      expect(crossed).toBeGreaterThan(workloads.length);
    });

    test('keeps every promise', () => {
      for (const workload of workloads.slice(0, 20)) {
        const run = runWorkload(longer, workload, { arena });
        expect(judgeRun(run, workload, longer).violation).toBeUndefined();
      }
    });
  },
);

describe.each(substitutes)('instead of a layer: $id', ({ layer }) => {
  const other = buildLayered({ name: 'other', layers: [layer] });

  test('the kernel above keeps every promise', () => {
    for (const workload of workloads) {
      const run = runWorkload(other, workload, { arena });
      expect(judgeRun(run, workload, other).violation).toBeUndefined();
    }
  });

  test('all that a task alone sees is the same', () => {
    expect(alone.length).toBeGreaterThan(5);
    for (const workload of alone) {
      expect(observe(other, workload).fates).toEqual(observe(layered, workload).fates);
    }
  });
});
