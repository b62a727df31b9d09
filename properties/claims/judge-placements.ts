/** Claims on hybrids that are claims on all placements: that they run, that some are good, and that some are bad. */
import type { ClaimCheck } from '../../spec/claims/index.ts';
import { dominates, type Sample, type SubjectReport } from './compare.ts';
import { capital, type Evidence, outOf, round } from './evidence.ts';
import type { Measured } from './measure.ts';
import { type Figure, type Finding, notJudged } from './verdict.ts';

type Trait = Extract<ClaimCheck, { kind: 'placement' }>['trait'];

export const placement = (evidence: Evidence, trait: Trait): Finding => {
  const hybrids = evidence.reports('hybrid');
  if (hybrids.length === 0) return notJudged('There is no hybrid kernel to run.');
  const traded = trait === 'on the front' || trait === 'dominated';
  if (traded && evidence.comparison.faults.every(({ length }) => length === 0)) {
    return notJudged('No fault of a service struck: of the blast radius nothing is known.');
  }
  switch (trait) {
    case 'all alike':
      return alike(evidence);
    case 'on the front':
      return onTheFront(hybrids);
    case 'best differs':
      return bestDiffers(evidence, hybrids);
    case 'dominated':
      return beaten(evidence, hybrids);
  }
};

/** Nothing else happens in these, and what arrives when decides nothing. */
const hasOneOutcome = ({ shape }: Sample): boolean =>
  shape.tasks === 1 && shape.family !== 'datagram';

const sameResults = (one: Measured, other: Measured): boolean =>
  JSON.stringify([...one.fates]) === JSON.stringify([...other.fates]);

const alike = ({ comparison }: Evidence): Finding => {
  const { reports, samples } = comparison;
  const alone = samples.filter(hasOneOutcome);
  const isAlike = (report: SubjectReport, index: number): boolean =>
    report.unfinished === 0 &&
    alone.every(({ measured }) => {
      const [first, own] = [measured[0], measured[index]];
      return first !== undefined && own !== undefined && sameResults(first, own);
    });
  const held = reports.filter(isAlike).length;
  return {
    verdict: held === reports.length ? 'passed' : 'failed',
    evidence: `${capital(outOf(held, reports.length))} placements run ${samples.length} workloads to their end; the results of a task alone (${alone.length} workloads) are the same.`,
    figures: [],
    tally: { held, of: reports.length },
  };
};

const onTheFront = (hybrids: readonly SubjectReport[]): Finding => {
  const front = hybrids.filter((report) => report.onFront);
  const such = front[0] ? `, such as “${front[0].label}”` : '';
  return {
    verdict: front.length > 0 ? 'shown' : 'not shown',
    evidence: `${capital(outOf(front.length, hybrids.length))} hybrids are beaten by no other placement${such}.`,
    figures: front.slice(0, 1).flatMap(tradedFigures),
    tally: { held: front.length, of: hybrids.length },
  };
};

/** Of the hybrids with one service inside: which is fastest, family by family. */
const bestDiffers = (
  { comparison: { families } }: Evidence,
  hybrids: readonly SubjectReport[],
): Finding => {
  const single = hybrids.filter(({ inside }) => inside.length === 1);
  const candidates = single.length > 0 ? single : hybrids;
  const cyclesOf = (family: (typeof families)[number], report: SubjectReport): number =>
    report.cyclesByFamily[family] ?? 0;
  const best = families.flatMap((family) => {
    const sorted = [...candidates].sort((a, b) => cyclesOf(family, a) - cyclesOf(family, b));
    const [first, last] = [sorted[0], sorted.at(-1)];
    if (!first || !last || cyclesOf(family, first) === cyclesOf(family, last)) return [];
    return [{ family, label: first.label }];
  });
  const distinct = new Set(best.map(({ label }) => label)).size;
  return {
    verdict: distinct > 1 ? 'shown' : 'not shown',
    evidence: `Fastest of ${candidates.length} hybrids: ${best.map(({ family, label }) => `${family}: ${label}`).join('; ')}.`,
    figures: [{ of: 'different hybrids that are the best for some family', value: distinct }],
  };
};

const beaten = (
  { comparison: { reports } }: Evidence,
  hybrids: readonly SubjectReport[],
): Finding => {
  const pairs = hybrids.flatMap((one) => {
    const better = reports.find((other) => dominates(other, one));
    return better ? [[one, better] as const] : [];
  });
  const [first] = pairs;
  return {
    verdict: first ? 'shown' : 'not shown',
    evidence: first
      ? `${capital(outOf(pairs.length, hybrids.length))} hybrids are beaten: “${first[0].label}” by “${first[1].label}”.`
      : 'Each hybrid is better than every other placement at something.',
    figures: first ? first.flatMap(tradedFigures) : [],
    tally: { held: pairs.length, of: hybrids.length },
  };
};

const TRADED = ['cycles', 'privilegedLines', 'blastRadius'] as const;
const tradedFigures = ({ label, measures }: SubjectReport): readonly Figure[] =>
  TRADED.map((name) => ({ of: `${name}, ${label}`, value: round(measures[name]) }));
