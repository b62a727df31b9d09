import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Arena } from '../../hardware/run.ts';
import { CORE_GROUPS } from '../../spec/calls/core.ts';
import { SERVICE_TID } from '../../spec/layout.ts';
import type { Workload } from '../../spec/workload.ts';
import { FILE_GROUPS, fileWorkloadArbitrary } from '../arbitraries/files/workload.ts';
import { everyPlacement, hasOneOutcome, seenBy, violationOf } from './placements.ts';

const groups = [...CORE_GROUPS, ...FILE_GROUPS];
const kernels = everyPlacement();
/** Messages make a log longer: no run is to end because it is full. */
const arena = new Arena(new Uint32Array(1 << 21));

const sample = (
  seed: number,
  count: number,
  more: { maxHarts?: number } = {},
): readonly Workload[] =>
  fc.sample(fileWorkloadArbitrary({ groups, ...more }), { seed, numRuns: count });

describe('every placement of the services', () => {
  const workloads = sample(11, 30);

  test.each(kernels)('$name: is accepted by the model', (kernel) => {
    for (const workload of workloads) expect(violationOf(kernel, workload, arena)).toBeUndefined();
  });

  test('is a kernel of the architecture that it makes', () => {
    const architectures = kernels.map(({ architecture }) => architecture);
    expect(architectures[0]).toBe('monolithic');
    expect(architectures.at(-1)).toBe('microkernel');
    expect(architectures.slice(1, -1).every((name) => name === 'hybrid')).toBe(true);
  });
});

describe('where one outcome is possible', () => {
  const workloads = sample(12, 120, { maxHarts: 1 })
    .map((workload) => ({ ...workload, steps: 100_000 }))
    .filter(hasOneOutcome);
  /** Services are nobody whose view matters. */
  const seen = (kernel: (typeof kernels)[number], workload: Workload) =>
    seenBy(kernel, workload, arena).filter(({ tid }) => tid < SERVICE_TID);
  const [reference] = kernels;
  const expected = reference ? workloads.map((workload) => seen(reference, workload)) : [];

  test('there are workloads enough, with calls that have results', () => {
    expect(workloads.length).toBeGreaterThan(15);
    const results = expected.flat().flatMap(({ seen }) => seen);
    expect(results.length).toBeGreaterThan(200);
  });

  test.each(kernels)('$name: tasks see the same', (kernel) => {
    for (const [index, workload] of workloads.entries()) {
      expect(
        seen(kernel, workload).map(({ seen }) => seen.map(({ what, value }) => [what, value])),
      ).toEqual(expected[index]?.map(({ seen }) => seen.map(({ what, value }) => [what, value])));
    }
  });
});
