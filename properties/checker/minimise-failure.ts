/** Shrinks a failing workload to one that is 1-minimal for the same clause. */

import type { Workload } from '../../spec/workload.ts';
import type { Executor } from '../execute/executor.ts';
import { minimise } from '../minimise/minimise.ts';
import { type Turn, turnsOf } from '../minimise/turns.ts';
import { type Failure, judge, judgePair } from './failure.ts';
import { judgeRun } from './judge-run.ts';
import { repeat } from './search.ts';

export interface MinimalFailure {
  readonly failure: Failure;
  readonly minimal: {
    readonly verified: boolean;
    readonly neighbours: number;
    readonly runs: number;
  };
}

/** The failure of this workload, if it breaks the same clause. */
const failsAgain = async (
  executor: Executor,
  workload: Workload,
  like: Failure,
): Promise<Failure | undefined> => {
  if (like.two) {
    const pair = like.two.pair.about(workload);
    return pair && judgePair(executor, pair);
  }
  if (like.clause === 'runs-differ' || like.clause === 'state-kept') {
    const again = await repeat(executor, workload);
    return again?.clause === like.clause ? again : undefined;
  }
  const { violation } = await judge(executor, workload);
  return violation?.clause === like.clause
    ? { clause: like.clause, workload, violation }
    : undefined;
};

/** Whose turn it was in a run, up to what broke the clause: of two runs, up to what was seen differently in the first. */
const turnsOn =
  (executor: Executor, like: Failure) =>
  async (workload: Workload): Promise<readonly Turn[]> => {
    const two = like.two && (await failsAgain(executor, workload, like))?.two;
    const log = await executor.run(workload);
    const { programOf, at } = judgeRun(log, workload, executor.facts);
    return turnsOf(log, workload, programOf, two?.difference.a.at ?? at);
  };

/** A kernel that hangs costs a second a run: it is told as it was found. */
const tooSlow = (failure: Failure): boolean =>
  /within \d+ ?m?s|wall clock/.test(failure.violation.observed);

export const minimiseFailure = async (
  executor: Executor,
  failure: Failure,
): Promise<MinimalFailure> => {
  const unverified = { failure, minimal: { verified: false, neighbours: 0, runs: 0 } };
  if (tooSlow(failure) || !(await failsAgain(executor, failure.workload, failure)))
    return unverified;
  const fails = async (workload: Workload): Promise<boolean> =>
    (await failsAgain(executor, workload, failure)) !== undefined;
  const { workload, verified, neighbours, runs } = await minimise(failure.workload, fails, {
    turns: turnsOn(executor, failure),
  });
  const minimal = await failsAgain(executor, workload, failure);
  return minimal ? { failure: minimal, minimal: { verified, neighbours, runs } } : unverified;
};
