/** Tables of costs within the bounds of the specification, and where between two of them a comparison turns round. */
import fc from 'fast-check';
import { type Costs, DEFAULT_COSTS } from '../../hardware/costs.ts';
import { COST_BOUNDS, type CostBounds, USUAL_SPREAD } from '../../spec/claims/index.ts';
import { COST_NAMES, type CostName, type Counted, type Counts, price } from './counting.ts';

export const boundsOf = (name: CostName): CostBounds =>
  COST_BOUNDS[name] ?? {
    low: DEFAULT_COSTS[name] / USUAL_SPREAD,
    high: DEFAULT_COSTS[name] * USUAL_SPREAD,
    reason: 'nothing is known of it',
  };

/** Tables with each cost within its bounds, small and large ones alike: evenly spread by their logarithm. */
export const costTables: fc.Arbitrary<Costs> = fc
  .tuple(...COST_NAMES.map(() => fc.integer({ min: 0, max: 100 })))
  .map((levels) => {
    const table: Costs = { ...DEFAULT_COSTS };
    return Object.assign(
      table,
      Object.fromEntries(
        COST_NAMES.map((name, index) => [
          name,
          between(boundsOf(name), (levels[index] ?? 0) / 100),
        ]),
      ),
    );
  });

const between = ({ low, high }: CostBounds, share: number): number =>
  low <= 0 ? high * share : Math.round(low * (high / low) ** share * 10) / 10;

/**
 * The table within the bounds that makes `one` as dear as can be compared with `other`. A difference of prices is linear
 * in each cost, so it is a corner: what holds there holds with every table.
 */
export const dearestFor = (one: Counts, other: Counts): Costs => {
  const table = { ...DEFAULT_COSTS };
  return Object.assign(
    table,
    Object.fromEntries(
      COST_NAMES.map((name) => {
        const { low, high } = boundsOf(name);
        const more = one[name] - other[name];
        return [name, more === 0 ? DEFAULT_COSTS[name] : more > 0 ? high : low];
      }),
    ),
  );
};

/** Where a comparison turns round as one cost alone changes, all others being the usual ones. */
export interface Crossover {
  readonly cost: string;
  /** Cycles; at it both are equal. */
  readonly at: number;
  /** Which is cheaper below it. */
  readonly below: 'left' | 'right';
}

const STEPS = 40;

/** For each cost that turns the comparison within its bounds, one value at which it does. Found by bisection. */
export const crossovers = (left: Counted, right: Counted): readonly Crossover[] =>
  COST_NAMES.flatMap((name) => {
    const difference = (value: number): number => {
      const costs = { ...DEFAULT_COSTS, [name]: value };
      return price(left, costs) - price(right, costs);
    };
    const { low, high } = boundsOf(name);
    const [first, last] = [difference(low), difference(high)];
    if (first === 0 || last === 0 || first > 0 === last > 0) return [];
    const at = bisect(difference, low, high);
    return [{ cost: name, at: Math.round(at * 10) / 10, below: first < 0 ? 'left' : 'right' }];
  });

const bisect = (difference: (value: number) => number, low: number, high: number): number => {
  const rises = difference(high) > 0;
  let [from, to] = [low, high];
  for (let step = 0; step < STEPS; step++) {
    const middle = (from + to) / 2;
    if (difference(middle) > 0 === rises) to = middle;
    else from = middle;
  }
  return (from + to) / 2;
};
