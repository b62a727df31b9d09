import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Kernel } from '../../hardware/contract.ts';
import { Arena, runWorkload } from '../../hardware/run.ts';
import { buildCore } from '../../kernels/core/build.ts';
import { hybrid } from '../../kernels/hybrid/index.ts';
import { buildIpc } from '../../kernels/ipc/index.ts';
import { layered } from '../../kernels/layered/index.ts';
import { microkernel } from '../../kernels/microkernel/index.ts';
import { monolithic } from '../../kernels/monolithic/index.ts';
import type { Workload } from '../../spec/workload.ts';
import { judgeRun } from '../checker/judge-run.ts';
import { suitesFor, workloadsOf } from '../checker/suites.ts';
import { factsOf } from '../execute/facts.ts';
import { variants } from './index.ts';

const SEED = 20_260;
/** Workloads of each suite that a kernel is judged by, and that are to show a difference. */
const PER_SUITE = 30;
const FOR_A_DIFFERENCE = 60;
/** The bare kernel's variants differ in small choices that few workloads show. */
const OF_THE_CORE = 150;

const workloadsFor = (kernel: Kernel, perSuite = PER_SUITE): readonly Workload[] => {
  const facts = factsOf(kernel);
  const suites = suitesFor(facts);
  const numRuns = suites.length === 1 ? OF_THE_CORE : perSuite;
  return suites.flatMap((suite) => fc.sample(workloadsOf(suite, facts), { seed: SEED, numRuns }));
};

const [bare, messages] = [buildCore(), buildIpc()];
const REFERENCES = [bare, messages, monolithic, microkernel, hybrid, layered];
/** The reference kernel that a variant is closest to: of its architecture, with the same calls. */
const referenceOf = ({ architecture, implements: calls }: Kernel): Kernel => {
  const found = REFERENCES.find(
    (one) => one.architecture === architecture && one.implements.length === calls.length,
  );
  if (!found) throw new Error(`no reference kernel is ${architecture} with ${calls.length} groups`);
  return found;
};
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
  test('makes other choices than the reference kernel', () => {
    const reference = referenceOf(kernel);
    const differs = (workload: Workload): boolean =>
      fingerprint(kernel, workload) !== fingerprint(reference, workload);
    expect(workloadsFor(reference, FOR_A_DIFFERENCE).some(differs)).toBe(true);
  });
});

/** The kill matrix has all variants and the kernels that ship. */
test.each([bare, messages])('$name is not rejected', (reference) => {
  for (const workload of workloadsFor(reference)) {
    const run = runWorkload(reference, workload, { arena });
    expect(judgeRun(run, workload, reference).violation).toBeUndefined();
  }
});
