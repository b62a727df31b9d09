import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Kernel } from '../../hardware/contract.ts';
import { Arena, runWorkload } from '../../hardware/run.ts';
import { buildCore } from '../../kernels/core/build.ts';
import type { Workload } from '../../spec/workload.ts';
import { workloadArbitrary } from '../arbitraries/workload.ts';
import { judgeRun } from '../checker/judge-run.ts';
import { variants } from './index.ts';

const SEED = 20_260;
const reference = buildCore();
const workloads: readonly Workload[] = fc.sample(
  workloadArbitrary({ groups: reference.implements, maxIpiDelay: reference.ipiDelay ?? 0 }),
  { seed: SEED, numRuns: 150 },
);
const arena = new Arena();

const mix = (hash: number, words: Uint32Array): number => {
  let mixed = hash;
  for (const word of words) mixed = (Math.imul(mixed, 31) + word) | 0;
  return mixed;
};

/** What a run leaves behind in the log and in RAM, as one number. */
const fingerprint = (kernel: Kernel, workload: Workload): number => {
  const ram: Uint32Array[] = [];
  const boot: Kernel['boot'] = (machine, image) => {
    for (let frame = 0; frame < machine.frames; frame++) ram.push(machine.frame(frame));
    return kernel.boot(machine, image);
  };
  const { words, length } = runWorkload({ ...kernel, boot }, workload, { arena });
  return ram.reduce(mix, mix(0, words.subarray(0, length)));
};

test('there are at least 8, each with a name of its own', () => {
  expect(variants.length).toBeGreaterThanOrEqual(8);
  expect(new Set(variants.map(({ id }) => id)).size).toBe(variants.length);
  for (const { id, kernel } of variants) expect(kernel.name).toBe(`variant:${id}`);
});

describe.each(variants)('$id', ({ kernel }) => {
  test('is never rejected', () => {
    for (const workload of workloads) {
      const { violation } = judgeRun(runWorkload(kernel, workload, { arena }), workload, kernel);
      expect(violation).toBeUndefined();
    }
  });

  test('makes other choices than the reference kernel', () => {
    const differs = (workload: Workload): boolean =>
      fingerprint(kernel, workload) !== fingerprint(reference, workload);
    expect(workloads.some(differs)).toBe(true);
  });
});

test('the reference kernel is not rejected either', () => {
  for (const workload of workloads) {
    const run = runWorkload(reference, workload, { arena });
    expect(judgeRun(run, workload, reference).violation).toBeUndefined();
  }
});
