/**
 * Looks for an exception to what held in every generated run: from the pair of runs of each family that comes closest to
 * one, workload by workload to where it comes closer still.
 */
import type { Sample } from './compare.ts';
import { FAMILIES, type Shape, similarShapes, workloadOfShapes } from './families.ts';
import type { Comparing } from './judge-kernels.ts';
import { measure } from './measure.ts';
import { hardestFor, isInScope, type Pair, type Trial, trial } from './trials.ts';

/** Workloads tried at most, for each family. */
const MOST_TRIED = 60;

export interface Hunt {
  readonly tried: number;
  readonly exception: Trial | undefined;
}

/** @param pairs those in all of which the check holds */
export const hunt = (check: Comparing, pairs: readonly Pair[]): Hunt => {
  let all = 0;
  for (const family of FAMILIES) {
    const [closest] = pairs
      .filter(({ sample }) => sample.shape.family === family)
      .map((pair) => trial(check, pair, hardestFor(check, pair)))
      .sort((a, b) => closeness(b) - closeness(a));
    if (!closest) continue;
    const { tried, exception } = climb(check, closest);
    all += tried;
    if (exception) return { tried: all, exception };
  }
  return { tried: all, exception: undefined };
};

/** From neighbour to neighbour, as long as one of them comes closer. */
const climb = (check: Comparing, start: Trial): Hunt => {
  const seen = new Set<string>();
  let best = start;
  for (let from: Trial | undefined = start; from; ) {
    const before: Trial = from;
    from = undefined;
    for (const shape of similarShapes(before.sample.shape)) {
      const key = JSON.stringify(shape);
      if (seen.has(key) || seen.size >= MOST_TRIED) continue;
      seen.add(key);
      const other = again(check, before, shape);
      if (other && !other.holds) return { tried: seen.size, exception: other };
      if (!other || closeness(other) <= closeness(best)) continue;
      best = other;
      from = other;
    }
  }
  return { tried: seen.size, exception: undefined };
};

/** How near the left side, which is to be less, comes to the right one. */
const closeness = ({ values: [left, right] }: Trial): number => (right === 0 ? 0 : left / right);

const again = (check: Comparing, { subjects }: Pair, shape: Shape): Trial | undefined => {
  const workload = workloadOfShapes([shape]);
  const [left, right] = [
    measure(subjects[0].kernel, workload),
    measure(subjects[1].kernel, workload),
  ];
  if (!left.completed || !right.completed) return undefined;
  const sample: Sample = { shape, workload, measured: [left, right] };
  const pair: Pair = { sample, subjects, left, right };
  return isInScope(pair, check.scope) ? trial(check, pair, hardestFor(check, pair)) : undefined;
};
