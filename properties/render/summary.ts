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

/** For each inconclusive property: which condition was met in which share, or what else is missing. */
const inconclusiveLines = ({ properties }: Report, columns: number): readonly Line[] => {
  const open = properties.filter(({ verdict }) => verdict === 'inconclusive');
  if (open.length === 0) return [];
  const beside = Math.min(columns, 100) - 12;
  const told = open.flatMap((property) => {
    const rare = rareConditions(property);
    const rows = rare.map(([text, share]) =>
      sideBySide(
        [[line(percent(share).padStart(5))], wrap(text, beside).map((one) => line(one))],
        [5],
      ),
    );
    const reason = wrap(property.reason ?? '', beside).map((one) => line(one));
    return [line(property.id, 'yellow'), ...indent(rare.length > 0 ? rows.flat() : reason, 4)];
  });
  const why = `Inconclusive: a pass would mean little. Each of these must happen in ${NEEDED * 100}${TOGETHER}% of the workloads.`;
  return [EMPTY, ...wrap(why, columns - 1).map((one) => line(one)), ...indent(told, 5)];
};

/** What the kernel printed itself. */
const outputLines = ({ output }: Report, columns: number): readonly Line[] => {
  if (output === undefined || output === '') return [];
  const lines = output
    .trimEnd()
    .split('\n')
    .flatMap((text) => wrap(text, columns - 4));
  return [
    line('The kernel printed:'),
    ...indent(
      lines.map((text) => line(text, 'dim')),
      4,
    ),
    EMPTY,
  ];
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
