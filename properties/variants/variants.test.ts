import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Kernel } from '../../hardware/contract.ts';
import { Arena, runWorkload } from '../../hardware/run.ts';
import { buildCore } from '../../kernels/core/build.ts';
import { monolithic } from '../../kernels/monolithic/index.ts';
import type { Workload } from '../../spec/workload.ts';
import { judgeRun } from '../checker/judge-run.ts';
import { suitesFor, workloadsOf } from '../checker/suites.ts';
import { factsOf } from '../execute/facts.ts';
import { variants } from './index.ts';

const SEED = 20_260;
/** A reference kernel, and workloads about what its variants do differently: the last suite that it claims. */
const baseOf = (
  kernel: Kernel,
  numRuns: number,
): { readonly reference: Kernel; readonly workloads: readonly Workload[] } => {
  const facts = factsOf(kernel);
  const suite = suitesFor(facts).at(-1);
  return {
    reference: kernel,
    workloads: suite ? fc.sample(workloadsOf(suite, facts), { seed: SEED, numRuns }) : [],
  };
};
const CORE = baseOf(buildCore(), 150);
const LINKED = baseOf(monolithic, 150);
const of = (kernel: Kernel): typeof CORE => (kernel.implements.includes('files') ? LINKED : CORE);
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
    for (const workload of of(kernel).workloads) {
      const { violation } = judgeRun(runWorkload(kernel, workload, { arena }), workload, kernel);
      expect(violation).toBeUndefined();
    }
  });

  test('makes other choices than the reference kernel', () => {
    const { reference, workloads } = of(kernel);
    const differs = (workload: Workload): boolean =>
      fingerprint(kernel, workload) !== fingerprint(reference, workload);
    expect(workloads.some(differs)).toBe(true);
  });
});

test.each([CORE, LINKED])('$reference.name is not rejected either', ({ reference, workloads }) => {
  for (const workload of workloads) {
    const run = runWorkload(reference, workload, { arena });
    expect(judgeRun(run, workload, reference).violation).toBeUndefined();
  }
});
