/** What generated workloads really reach on the reference kernel, as the model counts it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Kernel } from '../../hardware/contract.ts';
import { Arena, runWorkload } from '../../hardware/run.ts';
import { microkernel } from '../../kernels/microkernel/index.ts';
import { monolithic } from '../../kernels/monolithic/index.ts';
import { CALLS } from '../../spec/abi.ts';
import { PROPERTIES } from '../../spec/properties.ts';
import { TRANSITION_NAMES } from '../../spec/transitions.ts';
import type { Workload } from '../../spec/workload.ts';
import { keepLog } from '../checker/failure.ts';
import { judgeRun } from '../checker/judge-run.ts';
import { findLeak, observersOf } from '../checker/pair.ts';
import { notClaimed } from '../checker/select.ts';
import { SUITES, type Suite, suiteOf, suitesFor, workloadsOf } from '../checker/suites.ts';
import { Tally } from '../checker/tally.ts';
import { factsOf } from '../execute/facts.ts';
import { confidentialPair } from './confidential.ts';

const arena = new Arena();
/** Messages, and services that may go wrong, are where services are in user space. */
const kernelFor = ({ id }: Suite): Kernel =>
  id === 'faults' || id === 'ipc' ? microkernel : monolithic;
const sample = (suite: Suite, seed: number, numRuns: number) =>
  fc.sample(workloadsOf(suite, factsOf(kernelFor(suite))), { seed, numRuns });

describe.each(SUITES.map((suite) => ({ suite, id: suite.id })))('workloads of $id', ({ suite }) => {
  const tally = new Tally();
  const kernel = kernelFor(suite);
  for (const workload of sample(suite, 2, suite.enough * 0.6)) {
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

describe('confidential pairs', () => {
  const run = (workload: Workload) => runWorkload(monolithic, workload, { arena });

  test('look the same to everybody else on a kernel that keeps secrets', () => {
    let pairs = 0;
    for (const workload of suitesFor(factsOf(monolithic)).flatMap((suite) =>
      sample(suite, 3, 400),
    )) {
      const pair = confidentialPair(workload);
      if (!pair) continue;
      pairs += 1;
      const log = keepLog(run(pair.a));
      const { programOf } = judgeRun(log, pair.a, monolithic);
      const a = observersOf(log, pair.a);
      const b = observersOf(run(pair.b), pair.b);
      expect(findLeak(a, b, pair.secretProgram, programOf)).toBeUndefined();
    }
    expect(pairs).toBeGreaterThan(120);
  });
});
