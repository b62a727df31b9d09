/** Runs a saved counterexample again, exactly, on the same kernel or on another. */
import { propertyOfClause } from '../../spec/properties.ts';
import type { Executor } from '../execute/executor.ts';
import { explain } from '../explain/explain.ts';
import type { Counterexample } from '../report.ts';
import { type Failure, judge, judgePair } from './failure.ts';
import { faultPair, type Pair, secretPair } from './pair.ts';
import { repeat } from './search.ts';

export interface Replayed {
  /** The same property is broken again. */
  readonly reproduced: boolean;
  /** What is broken now, explained; absent where nothing is. */
  readonly counterexample?: Counterexample;
  /** One sentence on the outcome. */
  readonly message: string;
}

/** What is needed to run a failure again. */
export type Saved = Pick<Counterexample, 'workload' | 'other' | 'clause'>;

/** The pair that a failure of two runs was about. */
const pairOf = ({ workload, other, clause }: Saved, { facts }: Executor): Pair | undefined => {
  if (clause === 'fault-observed') return faultPair(workload, facts);
  const program = workload.programs.findIndex(
    (one, index) => JSON.stringify(one) !== JSON.stringify(other?.programs[index]),
  );
  return secretPair(workload, program);
};

/** How the executor's kernel fails now, if it does. */
export const failureOf = async (executor: Executor, saved: Saved): Promise<Failure | undefined> => {
  const { workload, other, clause } = saved;
  if (clause === 'runs-differ' || clause === 'state-kept') return repeat(executor, workload);
  const { violation } = await judge(executor, workload);
  if (violation) return { clause: violation.clause, workload, violation };
  const pair = other && pairOf(saved, executor);
  return pair && judgePair(executor, pair);
};

export const replay = async (executor: Executor, saved: Counterexample): Promise<Replayed> => {
  const failure = await failureOf(executor, saved);
  if (!failure) {
    return {
      reproduced: false,
      message: `${executor.facts.name} passes this workload: ${saved.property} is not broken by it.`,
    };
  }
  const property = propertyOfClause(failure.clause)?.id ?? saved.property;
  const again = property === saved.property;
  const minimal = again ? saved.minimal : { verified: false, neighbours: 0, runs: 0 };
  const counterexample = await explain(executor, { failure, minimal, seed: saved.seed, property });
  return {
    reproduced: again,
    counterexample: { ...counterexample, replay: saved.replay },
    message: again
      ? `${executor.facts.name} fails again in the same way.`
      : `${executor.facts.name} breaks ${property} here, and not ${saved.property}.`,
  };
};
