/** What generated workloads really reach on the reference kernel, as the model counts it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Kernel } from '../../hardware/contract.ts';
import { Arena, runWorkload } from '../../hardware/run.ts';
import { hybrid } from '../../kernels/hybrid/index.ts';
import { microkernel } from '../../kernels/microkernel/index.ts';
import { monolithic } from '../../kernels/monolithic/index.ts';
import { CALLS } from '../../spec/abi.ts';
import { PROPERTIES } from '../../spec/properties.ts';
import { TRANSITION_NAMES } from '../../spec/transitions.ts';
import { keepLog } from '../checker/failure.ts';
import { judgeRun } from '../checker/judge-run.ts';
import { faultPair, findDifference, observersOf, type Pair, secretPair } from '../checker/pair.ts';
import { notClaimed } from '../checker/select.ts';
import { SUITES, type Suite, suiteOf, suitesFor, workloadsOf } from '../checker/suites.ts';
import { Tally } from '../checker/tally.ts';
import { factsOf } from '../execute/facts.ts';
import { secretProgramOf } from './confidential.ts';

const arena = new Arena();
/** Messages, and services that may go wrong, are where services are in user space. */
const kernelFor = ({ id }: Suite): Kernel =>
  id === 'faults' || id === 'ipc' ? microkernel : monolithic;
const sample = (suite: Suite, seed: number, numRuns: number, kernel = kernelFor(suite)) =>
  fc.sample(workloadsOf(suite, factsOf(kernel)), { seed, numRuns });

/** Modules are judged where they run in the kernel, and where each is a process. */
const CASES = SUITES.flatMap((suite) =>
  (suite.id === 'modules' ? [monolithic, microkernel] : [kernelFor(suite)]).map((kernel) => ({
    suite,
    kernel,
    id: suite.id,
    name: kernel.name,
  })),
);

describe.each(CASES)('workloads of $id on the $name kernel', ({ suite, kernel }) => {
  const tally = new Tally();
  for (const workload of sample(suite, 2, suite.enough * 0.6, kernel)) {
    const judgement = judgeRun(runWorkload(kernel, workload, { arena }), workload, kernel);
    expect(judgement.violation).toBeUndefined();
    tally.add(judgement);
  }

  const wanted = new Set(
    PROPERTIES.filter(
      (property) =>
        suiteOf(property) === suite && notClaimed(property, factsOf(kernel)) === undefined,
    ).flatMap(({ exercise }) => exercise),
  );
  const calls = new Set<string>(
    CALLS.filter(({ group }) => suite.groups.includes(group)).map(({ name }) => name),
  );
  const aboutCalls = suite.id === 'core' || suite.id === 'files';
  for (const name of TRANSITION_NAMES) {
    if (aboutCalls && calls.has(name.replace('Refused', ''))) wanted.add(name);
  }
  test.each([...wanted].map((name) => ({ name })))(
    'take the transition $name in at least 6 of 100',
    ({ name }) => {
      expect(tally.share(name)).toBeGreaterThanOrEqual(0.06);
    },
  );

  test('show at least 60 events in the median', () => {
    expect(tally.distribution[2]).toBeGreaterThanOrEqual(60);
  });
});

describe('pairs of runs', () => {
  const differenceOn = (kernel: Kernel, pair: Pair) => {
    const log = keepLog(runWorkload(kernel, pair.a, { arena }));
    const { programOf } = judgeRun(log, pair.a, kernel);
    const a = observersOf(log, pair.a);
    const b = observersOf(runWorkload(kernel, pair.b, { arena }), pair.b);
    return findDifference(a, b, pair, programOf);
  };

  test('with other secrets look the same to everybody else on a kernel that keeps secrets', () => {
    const pairs = suitesFor(factsOf(monolithic))
      .flatMap((suite) => sample(suite, 3, 400))
      .flatMap((workload) => secretPair(workload, secretProgramOf(workload) ?? -1) ?? []);
    expect(pairs.length).toBeGreaterThan(120);
    for (const pair of pairs) expect(differenceOn(monolithic, pair)).toBeUndefined();
  });

  test.each([microkernel, hybrid])(
    'with and without a fault look the same to bystanders on the $name kernel',
    (kernel) => {
      const faults = suitesFor(factsOf(kernel)).filter(({ id }) => id === 'faults');
      const pairs = faults
        .flatMap((suite) =>
          fc.sample(workloadsOf(suite, factsOf(kernel)), { seed: 5, numRuns: 150 }),
        )
        .flatMap((workload) => faultPair(workload, kernel) ?? []);
      expect(pairs.length).toBeGreaterThan(60);
      for (const pair of pairs) expect(differenceOn(kernel, pair)).toBeUndefined();
    },
  );
});
