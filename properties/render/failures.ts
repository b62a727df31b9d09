/** The distinct failures of a report, and which property shares the story of which. */
import type { Counterexample, PropertyReport, Report } from '../report.ts';

/** By id of a property: the id of the one under which its failure is told. */
export const sharedStories = ({
  properties,
}: Pick<Report, 'properties'>): ReadonlyMap<string, string> =>
  new Map(
    properties.flatMap(({ counterexample }) =>
      (counterexample?.also ?? []).map((other) => [other, counterexample?.property ?? ''] as const),
    ),
  );

/** Each failure once, in the order of the properties. */
export const distinctFailures = (report: Pick<Report, 'properties'>): readonly Counterexample[] => {
  const shared = sharedStories(report);
  return report.properties.flatMap(({ id, counterexample }) =>
    counterexample && !shared.has(id) ? [counterexample] : [],
  );
};

/** The report with each of its distinct failures replaced. */
export const mapFailures = (
  report: Report,
  change: (counterexample: Counterexample, index: number) => Counterexample,
): Report => {
  const changed = new Map(
    distinctFailures(report).map((one, index) => [one.property, change(one, index)]),
  );
  return { ...report, properties: report.properties.map((one) => withStory(one, changed)) };
};

const withStory = (
  property: PropertyReport,
  changed: ReadonlyMap<string, Counterexample>,
): PropertyReport => {
  const counterexample = changed.get(property.id);
  return counterexample ? { ...property, counterexample } : property;
};
