/** Runs against each other: the same workload on two kernels, and where it is a matter of cycles with tables of costs. */
import { type Costs, DEFAULT_COSTS } from '../../hardware/costs.ts';
import type { Measure, Scope } from '../../spec/claims/index.ts';
import type { Sample } from './compare.ts';
import { busiest, type Counted, type Counts, price, total, work } from './counting.ts';
import type { Evidence } from './evidence.ts';
import type { Comparing } from './judge-kernels.ts';
import type { Measured } from './measure.ts';
import { dearestFor } from './pricing.ts';
import type { Subject } from './subject.ts';

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
/** Those that depend on what events cost: sums over these counts. */
const PRICED: Partial<Record<Measure, (run: Counted) => Counts>> = {
  cycles: (run) => busiest(run, DEFAULT_COSTS),
  work: total,
};

export const isOfRuns = (measure: Measure): boolean => OF_RUNS[measure] !== undefined;
export const isPriced = (measure: Measure): boolean => PRICED[measure] !== undefined;

/** Two kernels in one workload. */
export interface Pair {
  readonly sample: Sample;
  readonly subjects: readonly [Subject, Subject];
  readonly left: Measured;
  readonly right: Measured;
}

/** What one pair of runs says of a measure, with one table of costs. */
export interface Trial extends Pair {
  readonly costs: Costs;
  readonly values: readonly [number, number];
  readonly holds: boolean;
}

/** Those in its scope that came to their end on both. */
export const pairsOf = (evidence: Evidence, { left, right, scope }: Comparing): readonly Pair[] => {
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

export const isInScope = ({ sample, left, right }: Pair, scope: Scope | undefined): boolean => {
  if (scope === undefined) return true;
  const calls = left.messages > 0 || right.messages > 0;
  return calls && (scope === 'calling' || sample.shape.tasks === 1);
};

/** One trial for each table of costs; a single one where costs do not matter. */
export const trialsOf = (evidence: Evidence, check: Comparing, pair: Pair): readonly Trial[] =>
  tablesFor(evidence, check, pair).map((costs) => trial(check, pair, costs));

export const trial = (check: Comparing, pair: Pair, costs: Costs): Trial => {
  const values = valuesOf(check.measure, pair, costs);
  return { ...pair, costs, values, holds: holdsFor(check, ...values) };
};

export const valuesOf = (
  measure: Measure,
  { left, right }: Pair,
  costs: Costs,
): readonly [number, number] => {
  const value = OF_RUNS[measure];
  return value ? [value(left, costs), value(right, costs)] : [0, 0];
};

const holdsFor = (check: Comparing, one: number, other: number): boolean =>
  check.kind === 'less' && check.orEqual ? one <= other : one < other;

const tablesFor = ({ tables }: Evidence, check: Comparing, pair: Pair): readonly Costs[] =>
  isPriced(check.measure) ? [...tables, hardestFor(check, pair)] : [DEFAULT_COSTS];

/** The table that speaks most against what must hold always, or for what must hold once. */
export const hardestFor = ({ measure, kind }: Comparing, pair: Pair): Costs => {
  const summed = PRICED[measure];
  if (!summed) return DEFAULT_COSTS;
  const [left, right] = [summed(pair.left), summed(pair.right)];
  return kind === 'less' ? dearestFor(left, right) : dearestFor(right, left);
};
