/**
 * Looks for failures: generates workloads, runs them in batches, judges every run by all clauses, and keeps for each
 * property the failing workload that fails soonest: its story is the shortest. Every other workload also goes through the two-run property, and a sample is run
 * again to find nondeterminism and state kept between boots.
 */
import fc from 'fast-check';
import { propertyOfClause } from '../../spec/properties.ts';
import type { RunLog } from '../../spec/records.ts';
import type { Workload } from '../../spec/workload.ts';
import { confidentialPair } from '../arbitraries/confidential.ts';
import { workloadArbitrary } from '../arbitraries/workload.ts';
import type { Executor } from '../execute/executor.ts';
import { type Failure, judgePair, keepLog } from './failure.ts';
import { judgeRun } from './judge-run.ts';
import { Tally } from './tally.ts';

export interface SearchOptions {
  readonly seed: number;
  readonly workloads: number;
  /** Asked before each batch: false ends the search early. */
  readonly goOn?: (done: number, failed: readonly string[]) => boolean;
}

export interface Search {
  readonly tally: Tally;
  /** Workloads that went through both runs of the two-run property. */
  readonly pairs: number;
  /** Workloads that were run again, and in a kept instance. */
  readonly repeated: number;
  /** By property id: the failure that was soonest. */
  readonly failures: ReadonlyMap<string, Failure>;
  /** By property id: the few that were soonest, this one first. */
  readonly candidates: ReadonlyMap<string, readonly Failure[]>;
  /** By property id: how many workloads had been judged when it was first found. */
  readonly foundAt: ReadonlyMap<string, number>;
}

/** Failures of one property that are kept, so that the shortest story can be told. */
const CANDIDATES = 8;

interface Candidate {
  readonly failure: Failure;
  /** Events judged until it failed. */
  readonly events: number;
}

const BATCH = 64;
/** Every so many workloads one is repeated. */
const REPEAT_EVERY = 16;
const PAIR_EVERY = 2;

/** Workloads of a check, in order: a function of the seed and of what the kernel implements. */
const workloadsFor = (executor: Executor, seed: number, from: number, count: number): Workload[] =>
  fc.sample(
    workloadArbitrary({
      groups: executor.facts.implements,
      maxIpiDelay: executor.facts.ipiDelay ?? 0,
    }),
    {
      seed: (seed + from * 7919) | 0,
      numRuns: count,
    },
  );

export const search = async (executor: Executor, options: SearchOptions): Promise<Search> => {
  const tally = new Tally();
  const failures = new Map<string, Failure>();
  const foundAt = new Map<string, number>();
  let pairs = 0;
  let repeated = 0;
  const candidates = new Map<string, Candidate[]>();
  /** @param at how many workloads it took, this one included */
  const found = (failure: Failure | undefined, at = tally.workloads, events = 0): void => {
    const id = failure && propertyOfClause(failure.clause)?.id;
    if (!failure || id === undefined) return;
    if (!foundAt.has(id)) foundAt.set(id, at);
    const known = [...(candidates.get(id) ?? []), { failure, events }];
    known.sort((a, b) => a.events - b.events);
    candidates.set(id, known.slice(0, CANDIDATES));
    failures.set(id, known[0]?.failure ?? failure);
  };
  for (let done = 0; done < options.workloads; done += BATCH) {
    if (options.goOn?.(done, [...failures.keys()]) === false) break;
    const batch = workloadsFor(
      executor,
      options.seed,
      done,
      Math.min(BATCH, options.workloads - done),
    );
    const clean: { readonly workload: Workload; readonly at: number }[] = [];
    await executor.runAll(batch, (log, index) => {
      const workload = batch[index];
      if (!workload) return;
      const judgement = judgeRun(log, workload, executor.facts);
      tally.add(judgement);
      const { violation } = judgement;
      const at = done + index + 1;
      if (violation) found({ clause: violation.clause, workload, violation }, at, judgement.events);
      else clean.push({ workload, at });
    });
    for (const [index, workload] of batch.entries()) {
      if ((done + index) % REPEAT_EVERY === 0) {
        repeated += 1;
        found(await repeat(executor, workload), done + index + 1);
      }
    }
    for (const { workload, at } of clean.filter((_, index) => index % PAIR_EVERY === 0)) {
      const pair = confidentialPair(workload, pairs);
      if (!pair) continue;
      pairs += 1;
      found(await judgePair(executor, pair.a, pair.b, pair.secretProgram), at);
    }
  }
  for (const failure of [...failures.values()]) {
    if (failure.secret) continue;
    const { violation } = judgeRun(
      await executor.run(failure.workload),
      failure.workload,
      executor.facts,
    );
    const own = failure.clause === 'runs-differ' || failure.clause === 'state-kept';
    if (!own && violation?.clause !== failure.clause)
      found(await repeat(executor, failure.workload));
  }
  const inOrder = new Map(
    [...candidates].map(([id, known]) => [id, known.map(({ failure }) => failure)]),
  );
  return { tally, pairs, repeated, failures, candidates: inOrder, foundAt };
};

/** Runs a workload again, and once more on an instance that has booted before. */
export const repeat = async (
  executor: Executor,
  workload: Workload,
): Promise<Failure | undefined> => {
  const first = keepLog(await executor.run(workload));
  const differs = difference(first, await executor.run(workload));
  if (differs >= 0) return repeatFailure('runs-differ', workload, differs);
  await executor.runKept(workload);
  const kept = difference(first, await executor.runKept(workload));
  return kept >= 0 ? repeatFailure('state-kept', workload, kept) : undefined;
};

const difference = (a: RunLog, b: RunLog): number => {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a.words[i] !== b.words[i]) return i;
  return a.length === b.length ? -1 : length;
};

const repeatFailure = (
  clause: 'runs-differ' | 'state-kept',
  workload: Workload,
  word: number,
): Failure => ({
  clause,
  workload,
  violation: {
    clause,
    hart: 0,
    tid: 0,
    expected: 'the same workload gives the same events',
    observed:
      clause === 'runs-differ'
        ? `two runs from fresh boots differ from event ${word >>> 3} on`
        : `after an earlier boot the run differs from event ${word >>> 3} on: something outlives the boot`,
  },
});
