/**
 * One failing run, and whether another workload fails in the same way. A failure of the two-run property carries both
 * workloads.
 */

import type { Violation } from '../../model/os/violation.ts';
import { resultName } from '../../spec/errno.ts';
import type { Clause } from '../../spec/properties.ts';
import type { RunLog } from '../../spec/records.ts';
import { causeName } from '../../spec/riscv.ts';
import type { Workload } from '../../spec/workload.ts';
import type { Executor } from '../execute/executor.ts';
import { type Judgement, judgeRun } from './judge-run.ts';
import type { Observation } from './observations.ts';
import { type Difference, findDifference, observersOf, type Pair } from './pair.ts';

export interface Failure {
  readonly clause: Clause;
  readonly workload: Workload;
  readonly violation: Violation;
  /** For properties of two runs: the two workloads, and what was seen differently. */
  readonly two?: { readonly pair: Pair; readonly difference: Difference };
}

export const judge = async (executor: Executor, workload: Workload): Promise<Judgement> =>
  judgeRun(await executor.run(workload), workload, executor.facts);

/** A log that outlives the next run. */
export const keepLog = (log: RunLog): RunLog => ({
  words: log.words.slice(0, log.length),
  length: log.length,
  messages: [...log.messages],
});

/** Runs both workloads and compares what tasks observe. */
export const judgePair = async (executor: Executor, pair: Pair): Promise<Failure | undefined> => {
  const { clause, a, b } = pair;
  const log = await executor.run(a);
  const { violation, programOf } = judgeRun(log, a, executor.facts);
  if (violation) return undefined;
  const seenA = observersOf(log, a);
  const seenB = observersOf(await executor.run(b), b);
  const difference = findDifference(seenA, seenB, pair, programOf);
  if (!difference) return undefined;
  const { tid } = difference;
  return {
    clause,
    workload: a,
    two: { pair, difference },
    violation: {
      clause,
      hart: 0,
      tid,
      expected: `task ${tid} sees the same in both runs`,
      observed: `task ${tid} sees ${seenText(difference.a)} in run A and ${seenText(difference.b)} in run B`,
    },
  };
};

/** A value, the name of an error, or of a fault. */
export const seenText = ({ what, value }: Observation): string => {
  if (what === 'fault') return causeName(value);
  return what === 'result' ? resultName(value) : String(value | 0);
};
