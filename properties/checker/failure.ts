/**
 * One failing run, and whether another workload fails in the same way. A failure of the two-run property carries both
 * workloads.
 */

import type { Violation } from '../../model/os/violation.ts';
import type { Clause } from '../../spec/properties.ts';
import type { RunLog } from '../../spec/records.ts';
import type { Workload } from '../../spec/workload.ts';
import type { Executor } from '../execute/executor.ts';
import { type Judgement, judgeRun } from './judge-run.ts';
import { findLeak, type Leak, observersOf } from './pair.ts';

export interface Failure {
  readonly clause: Clause;
  readonly workload: Workload;
  readonly violation: Violation;
  /** For `secret-observed`: the second workload, whose program stores it, and what was seen. */
  readonly secret?: { readonly other: Workload; readonly program: number; readonly leak: Leak };
}

export const judge = async (executor: Executor, workload: Workload): Promise<Judgement> =>
  judgeRun(await executor.run(workload), workload, executor.facts);

/** A log that outlives the next run. */
export const keepLog = (log: RunLog): RunLog => ({
  words: log.words.slice(0, log.length),
  length: log.length,
  messages: [...log.messages],
});

/** Runs both workloads and compares what the tasks of all other programs observe. */
export const judgePair = async (
  executor: Executor,
  a: Workload,
  b: Workload,
  secretProgram: number,
): Promise<Failure | undefined> => {
  const logA = await executor.run(a);
  const judgement = judgeRun(logA, a, executor.facts);
  if (judgement.violation) return undefined;
  const { programOf } = judgement;
  const seenA = observersOf(logA, a);
  const seenB = observersOf(await executor.run(b), b);
  const leak = findLeak(seenA, seenB, secretProgram, programOf);
  if (!leak) return undefined;
  return {
    clause: 'secret-observed',
    workload: a,
    secret: { other: b, program: secretProgram, leak },
    violation: {
      clause: 'secret-observed',
      hart: 0,
      tid: leak.tid,
      expected: `task ${leak.tid} sees the same in both runs`,
      observed: `task ${leak.tid} sees ${leak.a.value | 0} in run A and ${leak.b.value | 0} in run B`,
    },
  };
};
