/**
 * All properties of a report at a glance: first what the kernel does not claim, then each property that was judged,
 * with its verdict and how much it was put to the test, then the verdict on the whole.
 */
import { TRANSITIONS, type Transition } from '../../spec/transitions.ts';
import type { PropertyReport, Report, Verdict } from '../report.ts';
import { distinctFailures, sharedStories } from './failures.ts';
import { EMPTY, indent, type Line, line, type Style, sideBySide, span } from './line.ts';
import { count, grouped, percent, printable, TOGETHER, width, wrap } from './text.ts';

export const MARKS: Readonly<Record<Verdict, string>> = {
  passed: '✓',
  failed: '✗',
  inconclusive: '?',
  'not claimed': '–',
};
const STYLES: Readonly<Record<Verdict, Style>> = {
  passed: 'green',
  failed: 'red',
  inconclusive: 'yellow',
  'not claimed': 'dim',
};

/** Share of the workloads in which each exercise condition must be met; what the checker asks for, too. */
const NEEDED = 0.05;

export const summaryLines = (report: Report, columns: number): readonly Line[] => [
  ...headLines(report, columns),
  EMPTY,
  ...notClaimedLines(report, columns),
  ...propertyTable(report),
  ...faultLines(report, columns),
  ...inconclusiveLines(report, columns),
  EMPTY,
  ...outputLines(report, columns),
  verdictLine(report),
];

const headLines = (report: Report, columns: number): readonly Line[] => {
  const { kernel, architecture, file } = report;
  const from = file === undefined ? [] : [span('  '), span(printable(file), 'dim')];
  return [
    [span(printable(kernel), 'bold'), span(`, a ${architecture} kernel`), ...from],
    ...ranLines(report, columns),
  ];
};

/** `2,000 workloads, 358,509 events (median 135 a workload), seed 1` */
export const ranLines = (report: Report, columns: number): readonly Line[] => {
  const { workloads, events, eventsPerWorkload, seed } = report;
  const [, , median] = eventsPerWorkload;
  const ran = `${count(workloads, 'workload')}, ${count(events, 'event')} (median ${grouped(median)} a workload), seed ${seed}`;
  return wrap(ran, columns).map((one) => line(one));
};

const notClaimedLines = ({ notClaimed, properties }: Report, columns: number): readonly Line[] => {
  const unjudged = properties.filter(({ verdict }) => verdict === 'not claimed');
  if (unjudged.length === 0 && notClaimed.length === 0) return [];
  const groups =
    notClaimed.length === 0 ? '' : `The kernel does not implement ${notClaimed.join(', ')}. `;
  const ids = unjudged.map(({ id }) => id).join(', ');
  const text = unjudged.length === 0 ? groups : `${groups}Not judged: ${ids}.`;
  const label = [span(` ${MARKS['not claimed']} `, 'dim'), span('not claimed', 'dim')];
  const beside = columns - 18;
  return [
    ...sideBySide([[label], wrap(text, beside).map((one) => line(one, 'dim'))], [16], 2),
    EMPTY,
  ];
};

const propertyTable = (report: Report): readonly Line[] => {
  const judged = report.properties.filter(({ verdict }) => verdict !== 'not claimed');
  const columns = Math.max(0, ...judged.map(({ id }) => width(id)));
  const notes = notesOf(report);
  const head = [[EMPTY], [line('property', 'dim')], [line('put to the test in', 'dim')]];
  return [head, ...judged.map((property) => rowOf(property, notes(property)))].flatMap((cells) =>
    sideBySide(cells, [3, columns]),
  );
};

const rowOf = ({ id, verdict }: PropertyReport, note: string): readonly (readonly Line[])[] => {
  const style = STYLES[verdict];
  return [
    [line(` ${MARKS[verdict]} `, style)],
    [line(id, verdict === 'failed' ? 'failure' : undefined)],
    [line(note, verdict === 'passed' ? 'dim' : style)],
  ];
};

/** What is said beside each property. */
const notesOf = (report: Report): ((property: PropertyReport) => string) => {
  const shared = sharedStories(report);
  const stories = distinctFailures(report).map(({ property }) => property);
  const storyOf = (id: string): string =>
    stories.length === 1 ? 'told below' : `story ${stories.indexOf(id) + 1} below`;
  return (property) => {
    const { id, verdict, counterexample } = property;
    const share = percent(least(property)).padStart(5);
    if (verdict === 'passed') return `${share} of the workloads`;
    if (verdict === 'inconclusive') return `${share}: inconclusive, see below`;
    const under = shared.get(id);
    if (under !== undefined) return `same cause as ${shortId(under)}`;
    return counterexample ? storyOf(id) : 'its story is not told this time';
  };
};

const shortId = (id: string): string => id.replace(/^.*\//, '');

/** The share in which the rarest of its conditions was met. */
export const least = ({ exercised }: PropertyReport): number =>
  Math.min(1, ...Object.values(exercised));

/**
 * The conditions that were met too rarely, in words, each with its share; none where something else made the property
 * inconclusive.
 */
export const rareConditions = ({
  exercised,
  reason = '',
}: PropertyReport): readonly (readonly [string, number])[] => {
  const rare = Object.entries(exercised).filter(([, share]) => share < NEEDED);
  const meant = ([name]: [string, number]): boolean =>
    reason.includes(name) || reason.includes(sentenceOf(name));
  return rare.some(meant) ? rare.map(([name, share]) => [sentenceOf(name), share]) : [];
};

const sentenceOf = (name: string): string => TRANSITIONS[name as Transition] ?? name;

/** Where something fails, runs end there, and much else is put to the test too rarely: no need to list it all. */
const MOST_LISTED = 4;

/** Which condition was met in which share, or what else is missing, and for which properties. */
const inconclusiveLines = ({ verdict, properties }: Report, columns: number): readonly Line[] => {
  const open = properties.filter((property) => property.verdict === 'inconclusive');
  if (open.length === 0) return [];
  const said = (text: string): readonly Line[] => wrap(text, columns).map((one) => line(one));
  if (verdict === 'failed' && open.length > MOST_LISTED) {
    const why = `Inconclusive: runs end where something fails, so that a pass of these ${open.length} would mean little. Mend what failed, then check again.`;
    return [EMPTY, ...said(why)];
  }
  const why = `Inconclusive: a pass would mean little. Each of these must happen in ${NEEDED * 100}${TOGETHER}% of the workloads.`;
  const rare = open.some((property) => rareConditions(property).length > 0);
  const listed = [...missing(open)].flatMap(([what, ids]) => [
    ...wrap(what, columns - 5, 6).map((one) => line(one)),
    ...indent(
      wrap(listOf(ids), columns - 12).map((one) => line(one, 'yellow')),
      6,
    ),
  ]);
  return [
    EMPTY,
    ...said(rare ? why : 'Inconclusive: a pass would mean little.'),
    ...indent(listed, 5),
  ];
};

const listOf = (ids: readonly string[]): string =>
  ids.length > MOST_LISTED ? `${ids.length} properties` : ids.join(', ');

/** By what is missing: the properties that lack it. */
const missing = (open: readonly PropertyReport[]): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, readonly string[]>();
  for (const property of open) {
    const rare = rareConditions(property).map(
      ([text, share]) => `${percent(share).padStart(5, TOGETHER)} ${text}`,
    );
    const lacks = rare.length > 0 ? rare : [property.reason ?? ''];
    for (const what of lacks) found.set(what, [...(found.get(what) ?? []), property.id]);
  }
  return found;
};

/** `Faults that struck in 400 workloads: wild store 31, …` */
const faultLines = ({ faults }: Report, columns: number): readonly Line[] => {
  if (faults === undefined) return [];
  const kinds = faults.struck.map(({ kind, times }) => `${kind} ${grouped(times)}`).join(', ');
  const text = `Faults of services that struck in ${count(faults.workloads, 'workload')}: ${kinds}.`;
  return [EMPTY, ...wrap(text, columns).map((one) => line(one, 'dim'))];
};

/** The first lines that the kernel printed itself. */
const MOST_PRINTED = 6;
const outputLines = ({ output }: Report, columns: number): readonly Line[] => {
  if (output === undefined || output === '') return [];
  const all = output
    .trimEnd()
    .split('\n')
    .flatMap((text) => wrap(text, columns - 4));
  const shown = all.slice(0, MOST_PRINTED);
  const rest =
    all.length > shown.length ? [`… ${count(all.length - shown.length, 'more line')}`] : [];
  const lines = [...shown, ...rest].map((text) => line(text, 'dim'));
  return [line('The kernel printed:'), ...indent(lines, 4), EMPTY];
};

/** `FAILED   1 of 20 claimed properties failed, 18 passed, 1 inconclusive` */
export const verdictLine = ({ verdict, properties }: Report): Line => {
  const number = (of: Verdict): number => properties.filter((one) => one.verdict === of).length;
  const claimed = properties.length - number('not claimed');
  const parts = [
    number('failed') > 0 ? `${number('failed')} failed` : '',
    number('inconclusive') > 0 ? `${number('inconclusive')} inconclusive` : '',
    `${number('passed')} passed`,
  ].filter((part) => part !== '');
  const style = verdict === 'passed' ? 'success' : verdict === 'failed' ? 'failure' : 'yellow';
  const of = `of ${count(claimed, 'claimed property', 'claimed properties')}`;
  return [span(verdict.toUpperCase(), style), span(`  ${parts.join(', ')} ${of}`)];
};
