/**
 * Comparisons of runs: the same workload on two kernels, and where it is a matter of cycles with every table of costs.
 * A run for and a run against are told at their simplest, and where one cost alone turns it round, at which value.
 */
import { type Costs, DEFAULT_COSTS } from '../../hardware/costs.ts';
import type { Measure, Scope } from '../../spec/claims/index.ts';
import type { Sample } from './compare.ts';
import { isContained, price, work } from './counting.ts';
import { type Evidence, outOf, rangeFigures, round } from './evidence.ts';
import { type Shape, simplerShapes, workloadOfShapes } from './families.ts';
import type { Comparing } from './judge-kernels.ts';
import { type Measured, measure as measured } from './measure.ts';
import { crossovers } from './pricing.ts';
import { costStory, shapeText } from './story.ts';
import type { Subject } from './subject.ts';
import {
  type CrossoverFound,
  type Figure,
  type Finding,
  notJudged,
  type Tally,
  type Witness,
} from './verdict.ts';

/** Measures of a single run; the others are of a kernel. */
const OF_RUNS: Partial<Record<Measure, (run: Measured, costs: Costs) => number>> = {
  cycles: price,
  work,
  messages: (run) => run.messages,
  modeSwitches: (run) => run.modeSwitches,
  spaceSwitches: (run) => run.spaceSwitches,
  addressSpaces: (run) => run.addressSpaces,
  tableFrames: (run) => run.tableFrames,
};
/** Those that depend on what events cost. */
const PRICED: readonly Measure[] = ['cycles', 'work'];

export const isOfRuns = (measure: Measure): boolean => OF_RUNS[measure] !== undefined;

/** Two kernels in one workload. */
interface Pair {
  readonly sample: Sample;
  readonly subjects: readonly [Subject, Subject];
  readonly left: Measured;
  readonly right: Measured;
}

/** What one pair of runs says of a measure, with one table of costs. */
interface Trial extends Pair {
  readonly costs: Costs;
  readonly values: readonly [number, number];
  readonly holds: boolean;
}

export const runs = (evidence: Evidence, check: Comparing): Finding => {
  const { measure, left, right, kind } = check;
  const missing = evidence.missing(left, right);
  if (missing) return missing;
  const pairs = pairsOf(evidence, check);
  if (pairs.length === 0) return notJudged('No such workload came to its end on both.');
  const trials = pairs.flatMap((pair) => trialsOf(evidence, check, pair));
  const held = trials.filter(({ holds }) => holds);
  const always = kind === 'less';
  const yes = always ? held.length === trials.length : held.length > 0;
  const witness = always ? undefined : simplestTrial(held, check);
  const exception = always ? simplestTrial(except(trials), check) : undefined;
  const turns = PRICED.includes(measure) && always ? turningPoints(pairs) : [];
  return {
    verdict: always ? (yes ? 'passed' : 'failed') : yes ? 'shown' : 'not shown',
    evidence: told(evidence, check, pairs, trials),
    figures: [
      ...rangeFigures(measure, [
        [left, evidence.reports(left)],
        [right, evidence.reports(right)],
      ]),
      ...ratios(check, pairs),
    ],
    tally: tallyOf(check, pairs, trials),
    ...(witness && { witness }),
    ...(exception && { exception }),
    ...(turns.length > 0 && { crossovers: turns }),
  };
};

const except = (trials: readonly Trial[]): readonly Trial[] => trials.filter(({ holds }) => !holds);

const pairsOf = (evidence: Evidence, { left, right, scope }: Comparing): readonly Pair[] => {
  const { samples, subjects } = evidence.comparison;
  return samples.flatMap((sample) =>
    evidence.indices(left).flatMap((l) =>
      evidence.indices(right).flatMap((r) => {
        const [one, other] = [sample.measured[l], sample.measured[r]];
        const [first, second] = [subjects[l], subjects[r]];
        if (!one?.completed || !other?.completed || !first || !second) return [];
        const pair: Pair = { sample, subjects: [first, second], left: one, right: other };
        return isInScope(pair, scope) ? [pair] : [];
      }),
    ),
  );
};

const isInScope = ({ sample, left, right }: Pair, scope: Scope | undefined): boolean => {
  if (scope === undefined) return true;
  const calls = left.messages > 0 || right.messages > 0;
  return calls && (scope === 'calling' || sample.shape.tasks === 1);
};

const holdsFor = (check: Comparing, one: number, other: number): boolean =>
  check.kind === 'less' && check.orEqual ? one <= other : one < other;

const trialsOf = (evidence: Evidence, check: Comparing, pair: Pair): readonly Trial[] => {
  const value = OF_RUNS[check.measure];
  if (!value) return [];
  const tables = PRICED.includes(check.measure) ? evidence.tables : [DEFAULT_COSTS];
  return tables.map((costs): Trial => {
    const values = [value(pair.left, costs), value(pair.right, costs)] as const;
    return { ...pair, costs, values, holds: holdsFor(check, ...values) };
  });
};

const hartsOf = (trials: readonly Trial[]): readonly number[] =>
  [...new Set(trials.map(({ sample }) => sample.shape.harts))].sort((a, b) => a - b);

const tallyOf = (
  { measure }: Comparing,
  pairs: readonly Pair[],
  trials: readonly Trial[],
): Tally => ({
  held: trials.filter(({ holds }) => holds).length,
  of: trials.length,
  byHarts: hartsOf(trials).map((harts) => {
    const those = trials.filter(({ sample }) => sample.shape.harts === harts);
    return { harts, held: those.filter(({ holds }) => holds).length, of: those.length };
  }),
  ...(PRICED.includes(measure) && {
    contained: pairs.filter((pair) => isContained(pair.left, pair.right)).length,
  }),
});

const told = (
  { tables }: Evidence,
  { measure }: Comparing,
  pairs: readonly Pair[],
  trials: readonly Trial[],
): string => {
  const held = trials.filter(({ holds }) => holds).length;
  const priced = PRICED.includes(measure) ? `, ${tables.length} tables of costs each` : '';
  const equal = trials.filter(({ values: [one, other] }) => one === other).length;
  const same = equal > 0 ? ` In ${equal} both are equal.` : '';
  return `It holds in ${outOf(held, trials.length)} trials (${pairs.length} pairs of runs${priced}).${same}`;
};

/** How many times as much the right one takes, with the usual costs. */
const ratios = ({ measure, left, right }: Comparing, pairs: readonly Pair[]): readonly Figure[] => {
  const value = OF_RUNS[measure];
  const all = pairs
    .flatMap((pair) => {
      const one = value?.(pair.left, DEFAULT_COSTS) ?? 0;
      return one === 0 ? [] : [(value?.(pair.right, DEFAULT_COSTS) ?? 0) / one];
    })
    .sort((a, b) => a - b);
  const at = (share: number): number => round(all[Math.floor((all.length - 1) * share)] ?? 0);
  return [
    { of: `${right} ÷ ${left}, median`, value: at(0.5) },
    { of: 'least', value: at(0) },
    { of: 'most', value: at(1) },
  ];
};

/** Few tasks, rounds and harts, and the usual costs. */
const sizeOf = ({ sample: { shape }, costs }: Trial): number =>
  shape.rounds * 100 +
  shape.tasks * 50 +
  shape.harts * 10 +
  shape.bytes / 64 +
  (costs === DEFAULT_COSTS ? 0 : 1000);

/** The simplest of those, made simpler while it still comes out like this. */
const simplestTrial = (trials: readonly Trial[], check: Comparing): Witness | undefined => {
  const [first] = trials;
  if (!first) return undefined;
  let best = trials.reduce((one, other) => (sizeOf(other) < sizeOf(one) ? other : one), first);
  for (let simpler: Trial | undefined = best; simpler; ) {
    best = simpler;
    simpler = firstOf(simplerShapes(best.sample.shape), (shape) => again(best, shape, check));
  }
  return costStory(best.sample, best.costs, check.measure, [
    [best.subjects[0].label, best.values[0]],
    [best.subjects[1].label, best.values[1]],
  ]);
};

const firstOf = <A, B>(all: readonly A[], find: (one: A) => B | undefined): B | undefined => {
  for (const one of all) {
    const found = find(one);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** The same with another workload, if it comes out the same. */
const again = (trial: Trial, shape: Shape, check: Comparing): Trial | undefined => {
  const value = OF_RUNS[check.measure];
  const workload = workloadOfShapes([shape]);
  const [one, other] = trial.subjects;
  const [left, right] = [measured(one.kernel, workload), measured(other.kernel, workload)];
  if (!value || !left.completed || !right.completed) return undefined;
  const sample: Sample = { shape, workload, measured: [left, right] };
  const values = [value(left, trial.costs), value(right, trial.costs)] as const;
  const holds = holdsFor(check, ...values);
  const simpler: Trial = { ...trial, sample, left, right, values, holds };
  const { scope } = check;
  return holds === trial.holds && isInScope(simpler, scope) ? simpler : undefined;
};

const MOST_CROSSOVERS = 4;

/** The first workload of each cost that turns the comparison as it changes alone. */
const turningPoints = (pairs: readonly Pair[]): readonly CrossoverFound[] => {
  const found = new Map<string, CrossoverFound>();
  for (const { sample, left, right, subjects } of pairs) {
    for (const crossover of crossovers(left, right)) {
      if (found.has(crossover.cost) || found.size >= MOST_CROSSOVERS) continue;
      found.set(crossover.cost, {
        ...crossover,
        workload: shapeText(sample.shape),
        left: subjects[0].label,
        right: subjects[1].label,
      });
    }
    if (found.size >= MOST_CROSSOVERS) break;
  }
  return [...found.values()];
};

/** The kernel does not run all the time: what a program does between two traps. */
export const userRuns = ({ comparison }: Evidence): Finding => {
  const [sample] = comparison.samples;
  const run = sample?.measured[0];
  if (!run) return notJudged('Nothing was run.');
  const all = run.counts.reduce((sum, { instruction }) => sum + instruction, 0);
  const outside = all - (run.serial[0]?.instruction ?? 0);
  return {
    verdict: outside > 0 ? 'shown' : 'not shown',
    evidence: `In the first workload ${outside} instructions are of programs, between ${run.modeSwitches} switches of the mode.`,
    figures: [{ of: 'instructions in user mode', value: outside }],
  };
};
