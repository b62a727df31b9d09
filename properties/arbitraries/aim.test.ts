/** What generated workloads really reach on the reference kernel, as the model counts it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Arena, runWorkload } from '../../hardware/run.ts';
import { monolithic } from '../../kernels/monolithic/index.ts';
import { CALLS } from '../../spec/abi.ts';
import { PROPERTIES } from '../../spec/properties.ts';
import { TRANSITION_NAMES } from '../../spec/transitions.ts';
import type { Workload } from '../../spec/workload.ts';
import { keepLog } from '../checker/failure.ts';
import { judgeRun } from '../checker/judge-run.ts';
import { findLeak, observersOf } from '../checker/pair.ts';
import { Tally } from '../checker/tally.ts';
import { confidentialPair } from './confidential.ts';
import { workloadArbitrary } from './workload.ts';

/** Calls that a kernel may claim. */
const CORE = new Set<string>(CALLS.map(({ name }) => name));

const arena = new Arena();
const run = (workload: Workload) => runWorkload(monolithic, workload, { arena });
const sample = (seed: number, numRuns: number) => fc.sample(workloadArbitrary(), { seed, numRuns });

describe('generated workloads', () => {
  const tally = new Tally();
  for (const workload of sample(2, 1200)) {
    const judgement = judgeRun(run(workload), workload, monolithic);
    expect(judgement.violation).toBeUndefined();
    tally.add(judgement);
  }

  const wanted = new Set(PROPERTIES.flatMap(({ exercise }) => exercise));
  const called = TRANSITION_NAMES.filter((name) => CORE.has(name.replace('Refused', '')));
  for (const name of called) wanted.add(name);
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
  test('look the same to everybody else on a kernel that keeps secrets', () => {
    let pairs = 0;
    for (const workload of sample(3, 400)) {
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
