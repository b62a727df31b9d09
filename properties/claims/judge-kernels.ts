/** Kernels compared as they stand, each with one figure. What follows from the placement alone is never evidence. */
import { type ClaimCheck, type ClaimSubject, STATIC_MEASURES } from '../../spec/claims/index.ts';
import type { SubjectReport } from './compare.ts';
import { type Evidence, figure, nounOf, outOf, rangeFigures } from './evidence.ts';
import { type Finding, notJudged } from './verdict.ts';

export type Comparing = Extract<ClaimCheck, { kind: 'less' | 'sometimesLess' }>;

/** It is so because the word is used like this; but what is said to be never there is counted all the same. */
export const definition = (
  evidence: Evidence,
  { never, says }: Extract<ClaimCheck, { kind: 'definition' }>,
  about: ClaimSubject,
): Finding => {
  if (never === undefined) return { verdict: 'by definition', evidence: says, figures: [] };
  const figures = evidence.reports(about).map(({ label, measures }) => ({
    of: `${never}, ${label}`,
    value: measures[never],
  }));
  const broken = figures.some(({ value }) => value > 0);
  return {
    verdict: broken ? 'failed' : 'by definition',
    evidence: broken ? `There are ${never} all the same.` : says,
    figures,
  };
};

type Pair = readonly [SubjectReport, SubjectReport];

export const asTheyStand = (evidence: Evidence, check: Comparing): Finding => {
  const { measure, left, right } = check;
  const missing = evidence.missing(left, right) ?? withoutFaults(evidence, check);
  if (missing) return missing;
  const [lefts, rights] = [evidence.reports(left), evidence.reports(right)];
  const pairs = lefts.flatMap((one) => rights.map((other): Pair => [one, other]));
  const better = ([one, other]: Pair): boolean => one.measures[measure] < other.measures[measure];
  const held = pairs.filter(better).length;
  const yes = check.kind === 'less' ? held === pairs.length : held > 0;
  return {
    verdict: verdictOf(check, yes),
    evidence: told(check, pairs, held, yes ? undefined : pairs.find((pair) => !better(pair))),
    figures: rangeFigures(measure, [
      [left, lefts],
      [right, rights],
    ]),
    tally: { held, of: pairs.length },
  };
};

const verdictOf = ({ kind, measure }: Comparing, yes: boolean): Finding['verdict'] => {
  if (yes && STATIC_MEASURES.includes(measure)) return 'by definition';
  if (kind === 'less') return yes ? 'passed' : 'failed';
  return yes ? 'shown' : 'not shown';
};

const told = (
  { measure, left, right }: Comparing,
  pairs: readonly Pair[],
  held: number,
  exception: Pair | undefined,
): string => {
  const so = STATIC_MEASURES.includes(measure) ? ' It follows from the placement alone.' : '';
  if (exception) {
    const [one, other] = exception;
    return `Not so: ${one.label} has ${figure(one.measures[measure])}, ${other.label} ${figure(other.measures[measure])}.`;
  }
  if (pairs.length === 1) return `The ${nounOf(left)} has less than the ${nounOf(right)}.${so}`;
  return `In ${outOf(held, pairs.length)} pairs of kernels the ${nounOf(left)} has less than the ${nounOf(right)}.${so}`;
};

/** A blast radius is nothing where no fault struck. */
const withoutFaults = (
  evidence: Evidence,
  { measure, left, right }: Comparing,
): Finding | undefined => {
  if (measure !== 'blastRadius') return undefined;
  const spared = [left, right].find((subject) => evidence.faults(subject).length === 0);
  return spared && notJudged(`No fault of a service struck a ${nounOf(spared)}.`);
};
