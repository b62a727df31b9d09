/**
 * Looks for failures: generates workloads suite by suite, runs them in batches, judges every run by all clauses, and
 * keeps for each property the failing workload that fails soonest: its story is the shortest. Every other workload also
 * goes through the two runs of confidentiality, those with bystanders of a fault through the two with and without it,
 * and a sample is run again to find nondeterminism and state kept between boots.
 */
import fc from 'fast-check';
import { propertyOfClause } from '../../spec/properties.ts';
import type { RunLog } from '../../spec/records.ts';
import { TRANSITION_NAMES } from '../../spec/transitions.ts';
import type { Workload } from '../../spec/workload.ts';
import { secretProgramOf } from '../arbitraries/confidential.ts';
import type { Executor, KernelFacts } from '../execute/executor.ts';
import { type Failure, judgePair, keepLog } from './failure.ts';
import { judgeRun } from './judge-run.ts';
import { faultPair, type Pair, secretPair } from './pair.ts';
import { type Suite, type SuiteId, suitesFor, workloadsOf } from './suites.ts';
import { Tally } from './tally.ts';

export interface SearchOptions {
  /** False: no workload is run a second time, so what only two runs show is not looked for. */
  readonly secondRuns?: boolean;
  readonly seed: number;
  /** Workloads of each suite; those that it takes to find every mutant, unless given. */
  readonly workloads?: number;
  /** Only these suites. */
  readonly suites?: readonly SuiteId[];
  /** Asked before each batch, and before its second runs: false ends the search early. */
  readonly goOn?: (done: number, failed: readonly string[]) => boolean;
}

/** What came of one suite. */
export interface SuiteRun {
  readonly tally: Tally;
  /** Workloads that went through both runs of confidentiality. */
  readonly pairs: number;
  /** Workloads that were run again, and in a kept instance. */
  readonly repeated: number;
}

export interface Search {
  /** Of all suites together. */
  readonly tally: Tally;
  readonly suites: ReadonlyMap<SuiteId, SuiteRun>;
  /** By property id: the failure that was soonest. */
  readonly failures: ReadonlyMap<string, Failure>;
  /** By property id: the few that were soonest, this one first. */
  readonly candidates: ReadonlyMap<string, readonly Failure[]>;
  /** By property id: how many workloads of the suite had been judged when it was first found. */
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

/** Workloads of a suite, in order: a function of the seed and of what the kernel claims. */
const sample = (arbitrary: fc.Arbitrary<Workload>, seed: number, from: number, count: number) =>
  fc.sample(arbitrary, { seed: (seed + from * 7919) | 0, numRuns: count });

/** How many workloads of each suite a search looks at. */
export const workloadsWanted = (
  facts: Pick<KernelFacts, 'implements'>,
  { workloads, suites }: Pick<SearchOptions, 'workloads' | 'suites'>,
): readonly { readonly suite: Suite; readonly wanted: number }[] =>
  suitesFor(facts)
    .filter(({ id }) => suites?.includes(id) ?? true)
    .map((suite) => ({ suite, wanted: workloads ?? suite.enough }));

class Findings {
  readonly tally = new Tally();
  readonly failures = new Map<string, Failure>();
  readonly candidates = new Map<string, Candidate[]>();
  readonly foundAt = new Map<string, number>();

  /** @param at how many workloads of its suite it took, this one included */
  add(failure: Failure | undefined, at: number, events = 0): void {
    const id = failure && propertyOfClause(failure.clause)?.id;
    if (!failure || id === undefined) return;
    if (!this.foundAt.has(id)) this.foundAt.set(id, at);
    const known = [...(this.candidates.get(id) ?? []), { failure, events }];
    known.sort((a, b) => a.events - b.events);
    this.candidates.set(id, known.slice(0, CANDIDATES));
    this.failures.set(id, known[0]?.failure ?? failure);
  }
}

/** A workload that broke nothing. */
interface Clean {
  readonly workload: Workload;
  /** How many workloads of its suite were judged until then, this one included. */
  readonly at: number;
  /** Tasks that use no faulty service made calls after it had gone wrong. */
  readonly bystanders: boolean;
}

const BYSTANDER_SERVED = TRANSITION_NAMES.indexOf('bystanderServed');

/** One suite, batch by batch. */
class SuiteSearch implements SuiteRun {
  readonly wanted: number;
  readonly tally = new Tally();
  pairs = 0;
  repeated = 0;
  readonly #executor: Executor;
  readonly #arbitrary: fc.Arbitrary<Workload>;
  readonly #secondRuns: boolean;

  constructor(executor: Executor, suite: Suite, wanted: number, secondRuns: boolean) {
    this.#secondRuns = secondRuns;
    this.wanted = wanted;
    this.#executor = executor;
    this.#arbitrary = workloadsOf(suite, executor.facts);
  }

  /** The batch that begins with workload number `from`. Second runs are made only where the search goes on. */
  async batch(seed: number, from: number, findings: Findings, goOn: () => boolean): Promise<void> {
    const executor = this.#executor;
    const count = Math.min(BATCH, this.wanted - from);
    const workloads = sample(this.#arbitrary, seed, from, count);
    const clean = await this.#judge(workloads, from, findings);
    if (!goOn() || !this.#secondRuns) return;
    for (const [index, workload] of workloads.entries()) {
      if ((from + index) % REPEAT_EVERY !== 0) continue;
      this.repeated += 1;
      findings.add(await repeat(executor, workload), from + index + 1);
    }
    for (const [index, { workload, at, bystanders }] of clean.entries()) {
      const pair = index % PAIR_EVERY === 0 ? this.#secretPair(workload) : undefined;
      if (pair) findings.add(await judgePair(executor, pair), at);
      const faulty = bystanders ? faultPair(workload, executor.facts) : undefined;
      if (faulty) findings.add(await judgePair(executor, faulty), at);
    }
  }

  /** Programs that have a secret take turns. */
  #secretPair(workload: Workload): Pair | undefined {
    const program = secretProgramOf(workload, this.pairs);
    if (program === undefined) return undefined;
    this.pairs += 1;
    return secretPair(workload, program);
  }

  /** Answers with those that broke nothing. */
  async #judge(
    workloads: readonly Workload[],
    from: number,
    findings: Findings,
  ): Promise<readonly Clean[]> {
    const clean: Clean[] = [];
    await this.#executor.runAll(workloads, (log, index) => {
      const workload = workloads[index];
      if (!workload) return;
      const judgement = judgeRun(log, workload, this.#executor.facts);
      this.tally.add(judgement);
      findings.tally.add(judgement);
      const { violation, events, taken } = judgement;
      const at = from + index + 1;
      if (violation) findings.add({ clause: violation.clause, workload, violation }, at, events);
      else clean.push({ workload, at, bystanders: (taken[BYSTANDER_SERVED] ?? 0) > 0 });
    });
    return clean;
  }
}

export const search = async (executor: Executor, options: SearchOptions): Promise<Search> => {
  const findings = new Findings();
  const { tally, failures, foundAt } = findings;
  const suites = new Map(
    workloadsWanted(executor.facts, options).map(({ suite, wanted }) => [
      suite.id,
      new SuiteSearch(executor, suite, wanted, options.secondRuns ?? true),
    ]),
  );
  const goOn = (): boolean => options.goOn?.(tally.workloads, [...failures.keys()]) !== false;
  // Suites take turns, so that each gets its share of the time that there is.
  const batches = function* (): Generator<readonly [SuiteSearch, number]> {
    const most = Math.max(0, ...[...suites.values()].map(({ wanted }) => wanted));
    for (let from = 0; from < most; from += BATCH) {
      for (const suite of suites.values()) if (from < suite.wanted) yield [suite, from];
    }
  };
  for (const [suite, from] of batches()) {
    if (!goOn()) break;
    await suite.batch(options.seed, from, findings, goOn);
  }
  for (const failure of [...failures.values()]) {
    if (failure.two) continue;
    const { violation } = judgeRun(
      await executor.run(failure.workload),
      failure.workload,
      executor.facts,
    );
    const own = failure.clause === 'runs-differ' || failure.clause === 'state-kept';
    if (!own && violation?.clause !== failure.clause)
      findings.add(await repeat(executor, failure.workload), tally.workloads);
  }
  const inOrder = new Map(
    [...findings.candidates].map(([id, known]) => [id, known.map(({ failure }) => failure)]),
  );
  return { tally, suites, failures, candidates: inOrder, foundAt };
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
