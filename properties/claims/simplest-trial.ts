/** A comparison of two runs at its simplest: a small workload, and costs that are the usual ones but for a few. */
import { type Costs, DEFAULT_COSTS } from '../../hardware/costs.ts';
import type { Sample } from './compare.ts';
import { COST_NAMES } from './counting.ts';
import { type Shape, simplerShapes, workloadOfShapes } from './families.ts';
import type { Comparing } from './judge-kernels.ts';
import { measure } from './measure.ts';
import { costStory } from './story.ts';
import { isInScope, isPriced, type Pair, type Trial, trial } from './trials.ts';
import type { Witness } from './verdict.ts';

/** The simplest of those, made simpler while it still comes out like this. */
export const simplestTrial = (trials: readonly Trial[], check: Comparing): Witness | undefined => {
  const [first] = trials;
  if (!first) return undefined;
  let best = trials.reduce((one, other) => (sizeOf(other) < sizeOf(one) ? other : one), first);
  for (let simpler: Trial | undefined = best; simpler; ) {
    best = simpler;
    simpler = firstOf(simplerShapes(best.sample.shape), (shape) => smaller(best, shape, check));
  }
  for (const name of COST_NAMES) {
    const usual: Costs = { ...best.costs, [name]: DEFAULT_COSTS[name] };
    const plainer = trial(check, best, usual);
    if (plainer.holds === best.holds) best = plainer;
  }
  const unit = isPriced(check.measure) ? 'cycles' : check.measure;
  return costStory(best.sample, best.costs, unit, [
    [best.subjects[0].label, best.values[0]],
    [best.subjects[1].label, best.values[1]],
  ]);
};

/** Few tasks, rounds and harts, and the usual costs. */
const sizeOf = ({ sample: { shape }, costs }: Trial): number =>
  shape.rounds * 100 +
  shape.tasks * 50 +
  shape.harts * 10 +
  shape.bytes / 64 +
  (costs === DEFAULT_COSTS ? 0 : 1000);

const firstOf = <A, B>(all: readonly A[], find: (one: A) => B | undefined): B | undefined => {
  for (const one of all) {
    const found = find(one);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** The same with another workload, if it comes out the same. */
const smaller = (best: Trial, shape: Shape, check: Comparing): Trial | undefined => {
  const workload = workloadOfShapes([shape]);
  const [one, other] = best.subjects;
  const [left, right] = [measure(one.kernel, workload), measure(other.kernel, workload)];
  if (!left.completed || !right.completed) return undefined;
  const sample: Sample = { shape, workload, measured: [left, right] };
  const pair: Pair = { sample, subjects: best.subjects, left, right };
  const simpler = trial(check, pair, best.costs);
  return simpler.holds === best.holds && isInScope(pair, check.scope) ? simpler : undefined;
};
