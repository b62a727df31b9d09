/**
 * Two runs of one workload on one kernel, with a fault of a service and without: who does not use the service sees the
 * same in both, in its own order, whatever the time. The model has no part in it. Tasks share no page, and what they
 * do has one outcome, so nothing that they see is a race.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Kernel } from '../../hardware/contract.ts';
import { Arena } from '../../hardware/run.ts';
import { processRoutines } from '../../kernels/link/process/routines.ts';
import { buildMicrokernel, microkernel } from '../../kernels/microkernel/index.ts';
import { SERVICE_NAMES } from '../../kernels/services/contract.ts';
import { FAULT_KINDS, type Workload } from '../../spec/workload.ts';
import { seenBy } from '../placement/placements.ts';
import { type FaultPlan, faultPlans } from './faults.ts';

/** An endless loop makes a log longer: no run is to end because it is full. */
const arena = new Arena(new Uint32Array(1 << 21));

const plans = fc.sample(faultPlans(SERVICE_NAMES), { seed: 31, numRuns: 400 });

type Views = ReadonlyMap<number, readonly (readonly [string, number])[]>;

const viewsOf = (kernel: Kernel, workload: Workload): Views =>
  new Map(
    seenBy(kernel, workload, arena).map(({ tid, seen }) => [
      tid,
      seen.map(({ what, value }) => [what, value] as const),
    ]),
  );

interface TwoRuns {
  readonly plan: FaultPlan;
  readonly sound: Views;
  readonly faulty: Views;
}

const twoRuns = (kernel: Kernel, plan: FaultPlan): TwoRuns => {
  const { faults: _, ...without } = plan.workload;
  return { plan, sound: viewsOf(kernel, without), faulty: viewsOf(kernel, plan.workload) };
};

/** Tasks have the ids 1, 2, …: the first is the client of the service, the others do not use it. */
const bystandersOf = ({ workload }: FaultPlan): readonly number[] =>
  workload.start.map((_, index) => index + 1).slice(1);

const isHit = ({ sound, faulty }: TwoRuns, tid: number): boolean =>
  JSON.stringify(sound.get(tid)) !== JSON.stringify(faulty.get(tid));

const hitsSomeone = (runs: TwoRuns): boolean =>
  bystandersOf(runs.plan).some((tid) => isHit(runs, tid));

describe('a fault of a service in user space', () => {
  const runs = plans.map((plan) => twoRuns(microkernel, plan));

  test('changes nothing that a task sees which does not use the service', () => {
    expect(runs.filter(hitsSomeone).map(({ plan }) => plan.fault)).toEqual([]);
  });

  test('is there often enough, beside tasks with results', () => {
    const struck = runs.filter((run) => isHit(run, 1));
    expect(struck.length).toBeGreaterThan(40);
    const results = struck.flatMap(({ plan, sound }) =>
      bystandersOf(plan).flatMap((tid) => sound.get(tid) ?? []),
    );
    expect(results.length).toBeGreaterThan(200);
  });

  test.each(FAULT_KINDS)('is generated of every kind: %s', (kind) => {
    expect(plans.filter(({ fault }) => fault.kind === kind).length).toBeGreaterThan(20);
  });
});

test('a kernel that refuses the requests of all services when one has crashed is found', () => {
  const careless = buildMicrokernel({
    processes: {
      crashed: (link, linked, process) => {
        processRoutines.crashed(link, linked, process);
        for (const { process: other } of link.services) if (other) other.refusals += 1;
      },
    },
  });
  expect(plans.some((plan) => hitsSomeone(twoRuns(careless, plan)))).toBe(true);
});
