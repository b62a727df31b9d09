/**
 * Checks a kernel: the one call behind the command. Search, then for each distinct failure minimise and explain, then
 * the verdict of every property.
 */

import { ABI_GROUPS } from '../../spec/abi.ts';
import { PROPERTIES, type Property } from '../../spec/properties.ts';
import type { Transition } from '../../spec/transitions.ts';
import { FAILURE_KINDS } from '../../spec/workload.ts';
import type { Executor } from '../execute/executor.ts';
import { explain } from '../explain/explain.ts';
import type { Counterexample, PropertyReport, Report } from '../report.ts';
import { sameCause } from './cause.ts';
import type { Failure } from './failure.ts';
import { minimiseFailure } from './minimise-failure.ts';
import { type Search, type SuiteRun, search, workloadsWanted } from './search.ts';
import { matching, notClaimed } from './select.ts';
import { suiteOf } from './suites.ts';
import { Tally } from './tally.ts';

export interface Progress {
  readonly phase: 'checking' | 'minimising';
  readonly done: number;
  readonly total: number;
  /** Ids of properties found broken so far. */
  readonly failed: readonly string[];
}

export interface CheckOptions {
  readonly seed: number;
  /** How many workloads of each suite are generated at most; enough to find every mutant, unless given. */
  readonly workloads?: number;
  /** Stops generating after so many seconds of `clock`. */
  readonly seconds?: number;
  /** Milliseconds; needed with `seconds`. The library itself reads no clock. */
  readonly clock?: () => number;
  /** Glob over property ids. Only their suites run. */
  readonly property?: string;
  readonly onProgress?: (progress: Progress) => void;
}

/** More distinct failures than this are reported without a story. */
const MAX_STORIES = 6;
/** A transition counts as exercised from this share of the workloads on. */
const MIN_SHARE = 0.05;
/** Once minimising has taken so many runs, no other failure of the same property is tried. */
const ENOUGH_RUNS = 600;
/** A story of so few steps is not made shorter. */
const SHORT_STORY = 6;
/** Fewer workloads than this prove nothing. */
const MIN_WORKLOADS = 20;

export const check = async (executor: Executor, options: CheckOptions): Promise<Report> => {
  const { facts } = executor;
  const wanted = matching(options.property);
  const start = options.clock?.() ?? 0;
  const suites = [...new Set(wanted.map((property) => suiteOf(property).id))];
  const asked = {
    suites,
    ...(options.workloads !== undefined && { workloads: options.workloads }),
  };
  const total = workloadsWanted(facts, asked).reduce((sum, { wanted }) => sum + wanted, 0);
  const found = await search(executor, {
    seed: options.seed,
    ...asked,
    goOn: (done, failed) => {
      options.onProgress?.({ phase: 'checking', done, total, failed });
      const spent = (options.clock?.() ?? 0) - start;
      return options.seconds === undefined || spent < options.seconds * 1000;
    },
  });
  const stories = await tellAll(executor, options, found, wanted);
  const unstable = found.failures.has('determinism/same-run-twice');
  const properties = wanted.map((property) =>
    reportOn(property, executor, found, stories, unstable),
  );
  const { tally } = found;
  return {
    kernel: facts.name,
    architecture: facts.architecture,
    ...(facts.file !== undefined && { file: facts.file }),
    seed: options.seed,
    verdict: overall(properties),
    workloads: tally.workloads,
    events: tally.events,
    eventsPerWorkload: tally.distribution,
    notClaimed: ABI_GROUPS.filter((group) => !facts.implements.includes(group)),
    properties,
    ...faultsOf(found),
    ...(executor.output !== '' && { output: executor.output }),
  };
};

interface Story {
  readonly counterexample: Counterexample;
  /** Told under another property, whose cause it shares. */
  readonly sharedWith?: string;
}

const tellAll = async (
  executor: Executor,
  options: CheckOptions,
  found: Search,
  wanted: readonly Property[],
): Promise<Map<string, Story>> => {
  const stories = new Map<string, Story>();
  // A kernel that behaves differently each time is told so, instead of being blamed for what cannot be shown again.
  const ids = found.failures.has('determinism/same-run-twice')
    ? ['determinism/same-run-twice']
    : PROPERTIES.map(({ id }) => id);
  let told = 0;
  for (const id of ids) {
    const failure = found.failures.get(id);
    if (!failure || !wanted.some((property) => property.id === id) || told >= MAX_STORIES) continue;
    options.onProgress?.({
      phase: 'minimising',
      done: told,
      total: found.failures.size,
      failed: [...found.failures.keys()],
    });
    const story = await tell(executor, options.seed, id, found.candidates.get(id) ?? [failure]);
    const cause = [...stories].find(
      ([, other]) => !other.sharedWith && sameCause(other.counterexample, story),
    );
    stories.set(id, { counterexample: story, ...(cause && { sharedWith: cause[0] }) });
    if (!cause) told += 1;
  }
  return addAlso(stories);
};

/** The shortest story that one of these failures makes. */
export const tell = async (
  executor: Executor,
  seed: number,
  property: string,
  candidates: readonly Failure[],
): Promise<Counterexample> => {
  let shortest: Counterexample | undefined;
  let runs = 0;
  for (const failure of candidates) {
    const minimal = await minimiseFailure(executor, failure);
    const story = await explain(executor, { ...minimal, seed, property });
    if (!shortest || story.steps.length < shortest.steps.length) shortest = story;
    runs += minimal.minimal.runs;
    const good = shortest.steps.length <= SHORT_STORY;
    if (good || !minimal.minimal.verified || runs > ENOUGH_RUNS) break;
  }
  if (!shortest) throw new Error(`no failure of ${property} to tell`);
  return shortest;
};

const addAlso = (stories: Map<string, Story>): Map<string, Story> => {
  for (const [id, story] of stories) {
    const also = [...stories]
      .filter(([, other]) => other.sharedWith === id)
      .map(([other]) => other);
    if (also.length > 0)
      stories.set(id, { ...story, counterexample: { ...story.counterexample, also } });
  }
  return stories;
};

/** How often each kind of fault struck, where any could. */
const faultsOf = ({ suites }: Search): Pick<Report, 'faults'> => {
  const tally = suites.get('faults')?.tally;
  if (!tally) return {};
  const struck = FAILURE_KINDS.map((kind) => ({ kind, times: tally.struck.get(kind) ?? 0 }));
  return { faults: { workloads: tally.workloads, struck } };
};

/** What came of the suite that puts the property to the test; nothing, where the kernel does not claim it. */
const runFor = (property: Property, { suites }: Search): SuiteRun =>
  suites.get(suiteOf(property).id) ?? { tally: new Tally(), pairs: 0, repeated: 0 };

const exercisedBy = (
  property: Property,
  { tally, pairs, repeated }: SuiteRun,
): Partial<Record<Transition, number>> => {
  const shares: Partial<Record<Transition, number>> = {};
  const all = Math.max(1, tally.workloads);
  for (const transition of property.exercise) {
    const share = tally.share(transition);
    shares[transition] =
      property.id === 'isolation/confidentiality' ? Math.min(share, (2 * pairs) / all) : share;
  }
  if (property.id.startsWith('determinism/') && repeated === 0) shares.returned = 0;
  return shares;
};

const reportOn = (
  property: Property,
  executor: Executor,
  found: Search,
  stories: ReadonlyMap<string, Story>,
  unstable: boolean,
): PropertyReport => {
  const run = runFor(property, found);
  const { tally } = run;
  const exercised = exercisedBy(property, run);
  const base = {
    id: property.id,
    statement: property.statement,
    source: property.source,
    workloads: tally.workloads,
    events: tally.events,
    exercised,
  };
  const unclaimed = notClaimed(property, executor.facts);
  if (unclaimed !== undefined) {
    return {
      ...base,
      verdict: 'not claimed',
      reason: unclaimed,
      workloads: 0,
      events: 0,
      exercised: {},
    };
  }
  const failure = found.failures.get(property.id);
  if (failure && unstable && property.id !== 'determinism/same-run-twice') {
    return {
      ...base,
      verdict: 'inconclusive',
      reason: 'the kernel behaves differently on two identical runs: mend that first',
    };
  }
  if (failure) {
    const story = stories.get(property.id);
    return {
      ...base,
      verdict: 'failed',
      reason: story?.sharedWith
        ? `same cause as ${story.sharedWith}`
        : `${failure.violation.observed} (allowed: ${failure.violation.expected})`,
      ...(story && { counterexample: story.counterexample }),
    };
  }
  const weak = weakest(exercised);
  if (tally.workloads < MIN_WORKLOADS) {
    return {
      ...base,
      verdict: 'inconclusive',
      reason: `only ${tally.workloads} workloads were run`,
    };
  }
  if (weak) {
    const reason = `${weak[0]} was met in ${(weak[1] * 100).toFixed(1)} % of the workloads, ${MIN_SHARE * 100} % are needed`;
    return { ...base, verdict: 'inconclusive', reason };
  }
  return { ...base, verdict: 'passed' };
};

/** The exercise condition that was met too rarely. */
const weakest = (exercised: Partial<Record<Transition, number>>): [string, number] | undefined =>
  Object.entries(exercised)
    .filter(([, share]) => share < MIN_SHARE)
    .sort(([, a], [, b]) => a - b)[0];

const overall = (properties: readonly PropertyReport[]): Report['verdict'] => {
  if (properties.some(({ verdict }) => verdict === 'failed')) return 'failed';
  return properties.some(({ verdict }) => verdict === 'inconclusive') ? 'inconclusive' : 'passed';
};
