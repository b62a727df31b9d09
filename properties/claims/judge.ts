/**
 * Turns claims into verdicts, from one comparison of kernels. A comparison that must hold always is judged for every
 * workload, every generated table of costs and every kernel of the architecture; what must exist is looked for there.
 */
import fc from 'fast-check';
import type { Costs } from '../../hardware/costs.ts';
import { DEFAULT_COSTS } from '../../hardware/costs.ts';
import {
  CLAIMS,
  type Claim,
  type ClaimCheck,
  type ClaimSubject,
  type Measure,
} from '../../spec/claims/index.ts';
import type { Comparison, Sample, SubjectReport } from './compare.ts';
import { dominates } from './compare.ts';
import { type FaultRun, simplest } from './faults.ts';
import { isContained, type Measured, price } from './measure.ts';
import { costTables, crossovers } from './pricing.ts';
import { costStory, faultStory, shapeText } from './story.ts';
import {
  type ClaimResult,
  type CrossoverFound,
  type Figure,
  type Finding,
  notJudged,
  type Witness,
} from './verdict.ts';

/** Tables of costs that each pair of runs is priced with. */
const TABLES = 50;

export const judgeClaims = (
  comparison: Comparison,
  about: readonly ClaimSubject[] = ['kernel', 'monolithic', 'microkernel', 'hybrid'],
): readonly ClaimResult[] => {
  const court = new Court(comparison);
  return CLAIMS.filter((claim) => about.includes(claim.about)).map((claim) => court.judge(claim));
};

type Comparing = Extract<ClaimCheck, { kind: 'less' | 'sometimesLess' }>;

/** A pair of kernels in one workload. */
interface Pair {
  readonly sample: Sample;
  readonly left: Measured;
  readonly right: Measured;
  readonly names: readonly [string, string];
}

/** What one pair of runs says of a measure, and with which costs. */
interface Trial extends Pair {
  readonly values: readonly [number, number];
  readonly holds: boolean;
}

/** Measures of a single run; the others are of a kernel. */
const OF_RUNS: Partial<Record<Measure, (run: Measured, costs: Costs) => number>> = {
  cycles: price,
  messages: (run) => run.messages,
  modeSwitches: (run) => run.modeSwitches,
  spaceSwitches: (run) => run.spaceSwitches,
  addressSpaces: (run) => run.addressSpaces,
  tableFrames: (run) => run.tableFrames,
};

class Court {
  readonly #comparison: Comparison;
  readonly #tables: readonly Costs[];

  constructor(comparison: Comparison) {
    this.#comparison = comparison;
    this.#tables = [
      DEFAULT_COSTS,
      ...fc.sample(costTables, { seed: comparison.seed, numRuns: TABLES }),
    ];
  }

  judge(claim: Claim): ClaimResult {
    const finding = this.#finding(claim.check, claim.about);
    if (!claim.counter) return { claim, ...finding };
    const { check } = claim.counter;
    const counter =
      check === 'survives'
        ? this.#survives(claim.about)
        : check === 'unreached'
          ? this.#userRuns()
          : this.#finding(check, claim.about);
    return { claim, ...finding, counter };
  }

  #finding(check: ClaimCheck, about: ClaimSubject): Finding {
    switch (check.kind) {
      case 'definition':
        return this.#definition(check, about);
      case 'less':
      case 'sometimesLess':
        return OF_RUNS[check.measure] ? this.#runs(check) : this.#kernels(check);
      case 'contained':
        return this.#contained(check.architecture);
      case 'fatal':
        return this.#fatal(check.architecture);
      case 'placement':
        return this.#placement(check.trait);
    }
  }

  #indices(subject: ClaimSubject): readonly number[] {
    return this.#comparison.subjects.flatMap(({ architecture }, index) =>
      subject === 'kernel' || architecture === subject ? [index] : [],
    );
  }

  #reports(subject: ClaimSubject): readonly SubjectReport[] {
    return this.#indices(subject).flatMap((index) => this.#comparison.reports[index] ?? []);
  }

  #definition(
    { never, says }: Extract<ClaimCheck, { kind: 'definition' }>,
    about: ClaimSubject,
  ): Finding {
    if (never === undefined) return { verdict: 'by definition', evidence: says, figures: [] };
    const seen = this.#reports(about).map(({ label, measures }) => ({
      of: `${never}, ${label}`,
      value: measures[never],
    }));
    const broken = seen.some(({ value }) => value > 0);
    return {
      verdict: broken ? 'failed' : 'by definition',
      evidence: broken ? `There are ${never} all the same.` : says,
      figures: seen,
    };
  }

  // ---- comparisons of kernels as they stand

  #kernels(check: Comparing): Finding {
    const { measure, left, right } = check;
    const [lefts, rights] = [this.#reports(left), this.#reports(right)];
    const missing = this.#missing(left, right) ?? this.#noFaults(check);
    if (missing) return missing;
    const pairs = lefts.flatMap((one) => rights.map((other) => [one, other] as const));
    const better = ([one, other]: (typeof pairs)[number]): boolean =>
      one.measures[measure] < other.measures[measure];
    const held = pairs.filter(better).length;
    const always = check.kind === 'less';
    const yes = always ? held === pairs.length : held > 0;
    const exception = pairs.find((pair) => !better(pair));
    return {
      verdict: always ? (yes ? 'passed' : 'failed') : yes ? 'shown' : 'not shown',
      evidence: yes
        ? `In ${of(held, pairs.length)} pairs of kernels the ${left} has less.`
        : exception
          ? `The exception: ${exception[0].label} has ${round(exception[0].measures[measure])}, ${exception[1].label} ${round(exception[1].measures[measure])}.`
          : '',
      figures: rangeFigures(measure, [
        [left, lefts],
        [right, rights],
      ]),
      tally: { held, of: pairs.length },
    };
  }

  // ---- comparisons of runs

  #runs(check: Comparing): Finding {
    const { measure, left, right } = check;
    const missing = this.#missing(left, right);
    if (missing) return missing;
    const pairs = this.#pairs(left, right);
    if (pairs.length === 0) return notJudged('No workload came to its end on both.');
    const trials = pairs.flatMap((pair) => this.#trials(check, pair));
    const held = trials.filter(({ holds }) => holds).length;
    const always = check.kind === 'less';
    const yes = always ? held === trials.length : held > 0;
    const contained =
      measure === 'cycles'
        ? pairs.filter((pair) => isContained(pair.left, pair.right)).length
        : undefined;
    const witness = smallest(trials.filter(({ holds }) => holds));
    const exception = smallest(trials.filter(({ holds }) => !holds));
    const turns = measure === 'cycles' ? turningPoints(pairs) : [];
    return {
      verdict: always ? (yes ? 'passed' : 'failed') : yes ? 'shown' : 'not shown',
      evidence: `It holds in ${of(held, trials.length)} trials (${pairs.length} pairs of runs${measure === 'cycles' ? `, ${this.#tables.length} tables of costs each` : ''}).`,
      figures: rangeFigures(measure, [
        [left, this.#reports(left)],
        [right, this.#reports(right)],
      ]),
      tally: { held, of: trials.length, ...(contained !== undefined && { contained }) },
      ...(witness && !always && { witness: trialStory(witness, measure) }),
      ...(exception && { exception: trialStory(exception, measure) }),
      ...(turns.length > 0 && { crossovers: turns }),
    };
  }

  #missing(...subjects: readonly ClaimSubject[]): Finding | undefined {
    const absent = subjects.find((one) => this.#indices(one).length === 0);
    return absent === undefined ? undefined : notJudged(`There is no ${nounOf(absent)} to run.`);
  }

  #pairs(left: ClaimSubject, right: ClaimSubject): readonly Pair[] {
    const { samples, subjects } = this.#comparison;
    return samples.flatMap((sample) =>
      this.#indices(left).flatMap((l) =>
        this.#indices(right).flatMap((r) => {
          const [one, other] = [sample.measured[l], sample.measured[r]];
          if (!one?.completed || !other?.completed) return [];
          const names = [subjects[l]?.label ?? '', subjects[r]?.label ?? ''] as const;
          return [{ sample, left: one, right: other, names }];
        }),
      ),
    );
  }

  #trials(check: Comparing, pair: Pair): readonly Trial[] {
    const { measure } = check;
    const value = OF_RUNS[measure];
    if (!value) return [];
    const orEqual = check.kind === 'less' && check.orEqual === true;
    return (measure === 'cycles' ? this.#tables : [DEFAULT_COSTS]).map((costs): Trial => {
      const [one, other] = [value(pair.left, costs), value(pair.right, costs)];
      return { ...pair, values: [one, other], holds: orEqual ? one <= other : one < other };
    });
  }

  // ---- faults

  /** A blast radius is nothing where no fault struck. */
  #noFaults({ measure, left, right }: Comparing): Finding | undefined {
    if (measure !== 'blastRadius') return undefined;
    const spared = [left, right].find((subject) =>
      this.#indices(subject).every((index) => this.#comparison.faults[index]?.length === 0),
    );
    return spared === undefined
      ? undefined
      : notJudged(`No fault of a service struck a ${nounOf(spared)}.`);
  }

  #faults(subject: ClaimSubject): readonly FaultRun[] {
    return this.#indices(subject).flatMap((index) => this.#comparison.faults[index] ?? []);
  }

  /** The run at its simplest. */
  #story(about: ClaimSubject, run: FaultRun): Witness {
    const index = this.#indices(about).find((one) => this.#comparison.faults[one]?.includes(run));
    const subject = index === undefined ? undefined : this.#comparison.subjects[index];
    return faultStory(subject ? simplest(subject, run) : run);
  }

  #contained(subject: ClaimSubject): Finding {
    const runs = this.#faults(subject).filter(({ placement }) => placement === 'user');
    if (runs.length === 0)
      return notJudged(`No fault of a service outside struck a ${nounOf(subject)}.`);
    const broken = runs.find((run) => run.fatal || run.bystandersHit > 0);
    const held = runs.filter((run) => !run.fatal && run.bystandersHit === 0).length;
    return {
      verdict: broken ? 'failed' : 'passed',
      evidence: `In ${of(held, runs.length)} runs with a fault nobody was hit who does not use the service.`,
      figures: [{ of: 'clients hit', value: runs.filter((run) => run.clientsHit > 0).length }],
      tally: { held, of: runs.length },
      ...(broken && { exception: this.#story(subject, broken) }),
    };
  }

  #fatal(subject: ClaimSubject): Finding {
    const runs = this.#faults(subject).filter(({ placement }) => placement === 'kernel');
    const fatal = runs.filter((run) => run.fatal);
    const [first] = fatal;
    return {
      verdict: first ? 'shown' : 'not shown',
      evidence:
        runs.length === 0
          ? `No fault of a service inside struck a ${nounOf(subject)}.`
          : `${of(fatal.length, runs.length)} runs with a fault in the kernel end the whole system.`,
      figures: [],
      tally: { held: fatal.length, of: runs.length },
      ...(first && { witness: this.#story(subject, first) }),
    };
  }

  #survives(subject: ClaimSubject): Finding {
    const runs = this.#faults(subject).filter(({ placement }) => placement === 'kernel');
    const survived = runs.filter((run) => !run.fatal);
    const [first] = survived;
    return {
      verdict: first ? 'shown' : 'not shown',
      evidence: `${of(survived.length, runs.length)} runs with a fault in the kernel go on.`,
      figures: [],
      tally: { held: survived.length, of: runs.length },
      ...(first && { witness: this.#story(subject, first) }),
    };
  }

  #userRuns(): Finding {
    const [sample] = this.#comparison.samples;
    const run = sample?.measured[0];
    if (!sample || !run) return notJudged('Nothing was run.');
    const instructions = run.counts.reduce((all, { instruction }) => all + instruction, 0);
    return {
      verdict: instructions > 0 ? 'shown' : 'not shown',
      evidence: `In the first workload ${instructions} user instructions run in ${run.modeSwitches} switches between the modes.`,
      figures: [{ of: 'user instructions', value: instructions }],
    };
  }

  // ---- placements

  #placement(trait: 'all run' | 'on the front' | 'best differs' | 'dominated'): Finding {
    const hybrids = this.#reports('hybrid');
    if (hybrids.length === 0) return notJudged('There is no hybrid kernel to run.');
    const { reports, faults } = this.#comparison;
    const traded = trait === 'on the front' || trait === 'dominated';
    if (traded && faults.every(({ length }) => length === 0)) {
      return notJudged('No fault of a service struck: of the blast radius nothing is known.');
    }
    switch (trait) {
      case 'all run': {
        const run = reports.filter(({ unfinished }) => unfinished === 0);
        return {
          verdict: run.length === reports.length ? 'passed' : 'failed',
          evidence: `${of(run.length, reports.length)} placements run every workload to its end.`,
          figures: [],
          tally: { held: run.length, of: reports.length },
        };
      }
      case 'on the front': {
        const front = hybrids.filter(({ onFront }) => onFront);
        return {
          verdict: front.length > 0 ? 'shown' : 'not shown',
          evidence: `${of(front.length, hybrids.length)} hybrids are beaten by no other placement${front[0] ? `, such as “${front[0].label}”` : ''}.`,
          figures: [],
          tally: { held: front.length, of: hybrids.length },
        };
      }
      case 'best differs':
        return this.#bestDiffers(hybrids);
      case 'dominated': {
        const pair = hybrids.flatMap((one) => {
          const better = reports.find((other) => dominates(other, one));
          return better ? [[one, better] as const] : [];
        });
        const [first] = pair;
        return {
          verdict: first ? 'shown' : 'not shown',
          evidence: first
            ? `${of(pair.length, hybrids.length)} hybrids are beaten: “${first[0].label}” by “${first[1].label}”.`
            : 'Each hybrid is better than every other placement at something.',
          figures: first ? first.flatMap(tradedFigures) : [],
          tally: { held: pair.length, of: hybrids.length },
        };
      }
    }
  }

  /** Of the hybrids with one service inside: which is fastest, family by family. */
  #bestDiffers(hybrids: readonly SubjectReport[]): Finding {
    const single = hybrids.filter(({ inside }) => inside.length === 1);
    const candidates = single.length > 0 ? single : hybrids;
    const best = this.#comparison.families.flatMap((family) => {
      const [first] = [...candidates].sort(
        (a, b) => (a.cyclesByFamily[family] ?? 0) - (b.cyclesByFamily[family] ?? 0),
      );
      return first ? [{ family, label: first.label }] : [];
    });
    const distinct = new Set(best.map(({ label }) => label)).size;
    return {
      verdict: distinct > 1 ? 'shown' : 'not shown',
      evidence: `Fastest of ${candidates.length} hybrids: ${best.map(({ family, label }) => `${family}: ${label}`).join('; ')}.`,
      figures: [{ of: 'different hybrids that are the best for some family', value: distinct }],
    };
  }
}

const nounOf = (subject: ClaimSubject): string =>
  subject === 'microkernel' || subject === 'kernel' ? subject : `${subject} kernel`;
const of = (part: number, whole: number): string => `${part} of ${whole}`;
const round = (value: number): number => Math.round(value * 1000) / 1000;

const TRADED = ['cycles', 'privilegedLines', 'blastRadius'] as const;
const tradedFigures = ({ label, measures }: SubjectReport): readonly Figure[] =>
  TRADED.map((name) => ({ of: `${name}, ${label}`, value: round(measures[name]) }));

const rangeFigures = (
  measure: Measure,
  sides: readonly (readonly [ClaimSubject, readonly SubjectReport[]])[],
): readonly Figure[] =>
  sides.flatMap(([subject, reports]) => {
    const values = reports.map(({ measures }) => round(measures[measure]));
    const [low, high] = [Math.min(...values), Math.max(...values)];
    if (low === high) return [{ of: `${measure}, ${subject}`, value: low }];
    return [
      { of: `${measure}, ${subject}, least`, value: low },
      { of: `${measure}, ${subject}, most`, value: high },
    ];
  });

/** The simplest workload of those: fewest operations, harts, tasks. */
const smallest = (trials: readonly Trial[]): Trial | undefined => {
  const size = ({ sample: { shape } }: Trial): number =>
    shape.rounds * 100 + shape.tasks * 50 + shape.harts * 10 + shape.bytes / 64;
  return trials.reduce<Trial | undefined>(
    (best, trial) => (best === undefined || size(trial) < size(best) ? trial : best),
    undefined,
  );
};

const trialStory = ({ sample, names, values }: Trial, measure: Measure): Witness =>
  costStory(
    sample.workload,
    [
      [names[0], values[0]],
      [names[1], values[1]],
    ],
    measure,
  );

const MOST_CROSSOVERS = 3;

/** The first workload of each cost that turns the comparison as it changes alone. */
const turningPoints = (pairs: readonly Pair[]): readonly CrossoverFound[] => {
  const found = new Map<string, CrossoverFound>();
  for (const { sample, left, right, names } of pairs) {
    for (const crossover of crossovers(left, right)) {
      if (found.has(crossover.cost)) continue;
      found.set(crossover.cost, {
        ...crossover,
        workload: shapeText(sample.shape),
        left: names[0],
        right: names[1],
      });
    }
    if (found.size >= MOST_CROSSOVERS) break;
  }
  return [...found.values()];
};
