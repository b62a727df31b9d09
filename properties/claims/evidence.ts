/** What verdicts are reached from: one comparison, and tables of costs to price its runs with. */
import fc from 'fast-check';
import { type Costs, DEFAULT_COSTS } from '../../hardware/costs.ts';
import type { ClaimSubject, Measure } from '../../spec/claims/index.ts';
import type { Comparison, SubjectReport } from './compare.ts';
import { type FaultRun, simplest } from './faults.ts';
import { costTables } from './pricing.ts';
import { faultStory } from './story.ts';
import { type Figure, type Finding, notJudged, type Witness } from './verdict.ts';

/** Tables of costs that each pair of runs is priced with, beside the usual one. */
const TABLES = 50;

export class Evidence {
  readonly comparison: Comparison;
  readonly tables: readonly Costs[];

  constructor(comparison: Comparison) {
    this.comparison = comparison;
    this.tables = [
      DEFAULT_COSTS,
      ...fc.sample(costTables, { seed: comparison.seed, numRuns: TABLES }),
    ];
  }

  /** Of the kernels with this architecture. */
  indices(subject: ClaimSubject): readonly number[] {
    return this.comparison.subjects.flatMap(({ architecture }, index) =>
      subject === 'kernel' || architecture === subject ? [index] : [],
    );
  }

  reports(subject: ClaimSubject): readonly SubjectReport[] {
    return this.indices(subject).flatMap((index) => this.comparison.reports[index] ?? []);
  }

  faults(subject: ClaimSubject): readonly FaultRun[] {
    return this.indices(subject).flatMap((index) => this.comparison.faults[index] ?? []);
  }

  missing(...subjects: readonly ClaimSubject[]): Finding | undefined {
    const absent = subjects.find((one) => this.indices(one).length === 0);
    return absent === undefined ? undefined : notJudged(`There is no ${nounOf(absent)} to run.`);
  }

  /** The run at its simplest. */
  story(about: ClaimSubject, run: FaultRun): Witness {
    const { faults, generated, subjects } = this.comparison;
    const index = this.indices(about).find(
      (one) => faults[one]?.includes(run) || generated[one]?.includes(run),
    );
    const subject = index === undefined ? undefined : subjects[index];
    return faultStory(subject ? simplest(subject, run) : run);
  }
}

export const nounOf = (subject: ClaimSubject): string =>
  subject === 'microkernel' || subject === 'kernel' ? subject : `${subject} kernel`;
export const outOf = (part: number, whole: number): string =>
  part === whole ? `all ${whole}` : `${part} of ${whole}`;
/** A figure in a sentence: without digits that say nothing. */
export const figure = (value: number): number =>
  value >= 100 ? Math.round(value) : Math.round(value * 100) / 100;
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
export const round = (value: number): number => Math.round(value * 1000) / 1000;

/** From least to most over the kernels of each side. */
export const rangeFigures = (
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
