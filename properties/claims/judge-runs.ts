/**
 * Comparisons of runs: the same workload on two kernels, and where it is a matter of cycles with every table of costs.
 * A run for and a run against are told at their simplest, and where one cost alone turns it round, at which value.
 */
import { DEFAULT_COSTS } from '../../hardware/costs.ts';
import { isContained } from './counting.ts';
import { type Evidence, outOf, rangeFigures, round } from './evidence.ts';
import { type Hunt, hunt } from './hunt.ts';
import type { Comparing } from './judge-kernels.ts';
import { crossovers } from './pricing.ts';
import { simplestTrial } from './simplest-trial.ts';
import { shapeText } from './story.ts';
import { isPriced, type Pair, pairsOf, type Trial, trialsOf, valuesOf } from './trials.ts';
import {
  type CrossoverFound,
  type Figure,
  type Finding,
  notJudged,
  type Tally,
} from './verdict.ts';

export const runs = (evidence: Evidence, check: Comparing): Finding => {
  const { measure, left, right, kind } = check;
  const missing = evidence.missing(left, right);
  if (missing) return missing;
  const pairs = pairsOf(evidence, check);
  if (pairs.length === 0) return notJudged('No such workload came to its end on both.');
  const trials = pairs.map((pair) => trialsOf(evidence, check, pair));
  const tally = tallyOf(check, pairs, trials);
  const always = kind === 'less';
  const held = always ? tally.held === tally.of : tally.held > 0;
  const search = always && held ? hunt(check, pairs) : undefined;
  const yes = held && search?.exception === undefined;
  const wanted = search?.exception
    ? [search.exception]
    : trials.flat().filter(({ holds }) => holds !== always);
  const told = simplestTrial(wanted, check);
  const turns = isPriced(measure) && always ? turningPoints(pairs) : [];
  return {
    verdict: always ? (yes ? 'passed' : 'failed') : yes ? 'shown' : 'not shown',
    evidence: sentence(tally, trials) + searched(search),
    figures: [
      ...rangeFigures(measure, [
        [left, evidence.reports(left)],
        [right, evidence.reports(right)],
      ]),
      ...ratios(check, pairs),
    ],
    tally,
    ...(told && (always ? { exception: told } : { witness: told })),
    ...(turns.length > 0 && { crossovers: turns }),
  };
};

type Trials = readonly (readonly Trial[])[];
const heldOf = (trials: readonly Trial[]): number => trials.filter(({ holds }) => holds).length;

const countOf = (part: number, whole: number): string => (part === whole ? 'all' : String(part));

/** @param trials those of each pair */
const tallyOf = ({ measure }: Comparing, pairs: readonly Pair[], trials: Trials): Tally => {
  const all = trials.flat();
  const harts = [...new Set(pairs.map(({ sample }) => sample.shape.harts))].sort((a, b) => a - b);
  return {
    held: heldOf(all),
    of: all.length,
    byHarts: harts.map((number) => {
      const those = all.filter(({ sample }) => sample.shape.harts === number);
      return { harts: number, held: heldOf(those), of: those.length };
    }),
    ...(isPriced(measure) && {
      pairs: pairs.length,
      withUsualCosts: heldOf(all.filter(({ costs }) => costs === DEFAULT_COSTS)),
      withAllCosts: trials.filter((those) => heldOf(those) === those.length).length,
      contained: pairs.filter((pair) => isContained(pair.left, pair.right)).length,
    }),
  };
};

const sentence = (
  { held, of, pairs, withUsualCosts = 0, withAllCosts = 0 }: Tally,
  trials: Trials,
): string => {
  const equal = trials.flat().filter(({ values: [one, other] }) => one === other).length;
  const same = equal > 0 ? ` In ${equal} both are equal.` : '';
  if (pairs === undefined) return `It holds in ${outOf(held, of)} pairs of runs.${same}`;
  return `Of ${pairs} pairs of runs it holds in ${countOf(withUsualCosts, pairs)} with the usual costs, and in ${countOf(withAllCosts, pairs)} with every one of ${of / pairs} tables of costs, the hardest among them: ${outOf(held, of)} trials.${same}`;
};

const searched = (search: Hunt | undefined): string => {
  if (!search) return '';
  const from = `${search.tried} further workloads, from the closest pair of each kind on`;
  return search.exception
    ? ` But in ${from}, there is an exception.`
    : ` No exception in ${from}, either.`;
};

/** How many times as much the right one takes, with the usual costs. */
const ratios = ({ measure, left, right }: Comparing, pairs: readonly Pair[]): readonly Figure[] => {
  const all = pairs
    .flatMap((pair) => {
      const [one, other] = valuesOf(measure, pair, DEFAULT_COSTS);
      return one === 0 ? [] : [other / one];
    })
    .sort((a, b) => a - b);
  const at = (share: number): number => round(all[Math.floor((all.length - 1) * share)] ?? 0);
  return [
    { of: `${right} ÷ ${left}, median`, value: at(0.5) },
    { of: 'least', value: at(0) },
    { of: 'most', value: at(1) },
  ];
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
