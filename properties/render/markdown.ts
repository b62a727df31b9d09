/** A report as Markdown: what `--report` writes for people, and what a pull request can show. */
import type {
  Counterexample,
  Explanation,
  KernelNote,
  PropertyReport,
  Report,
  Step,
} from '../report.ts';
import { distinctFailures, sharedStories } from './failures.ts';
import { actingTasks, smallestText, twoRunsText } from './sentences.ts';
import { least, MARKS, rareConditions } from './summary.ts';
import { count, grouped, percent, printable, TOGETHER } from './text.ts';

export const renderMarkdown = (report: Report): string => {
  const { kernel, verdict, notClaimed } = report;
  const parts = [
    `# ${text(kernel)}: ${verdict}`,
    head(report),
    ...(notClaimed.length === 0
      ? []
      : [`The kernel does not implement ${notClaimed.join(', ')}: what needs it was not judged.`]),
    summaryTable(report),
    ...distinctFailures(report).map(renderMarkdownStory),
  ];
  return `${parts.join('\n\n')}\n`;
};

/** The story of one failure. */
export const renderMarkdownStory = (story: Counterexample): string => {
  const twoRuns = twoRunsText(story);
  return [
    `## ✗ ${story.property}`,
    `> ${text(story.statement)}`,
    ...(story.also.length === 0 ? [] : [`The same cause breaks ${story.also.join(', ')}.`]),
    ...(twoRuns === undefined ? [] : [text(twoRuns)]),
    ...(story.steps.length === 0 ? [] : [stepTable(story)]),
    [`- **Allowed:** ${text(story.expected)}`, `- **Seen:** ${text(story.observed)}`].join('\n'),
    '**Why**',
    ...explanation(story.explanation),
    `**To do.** ${text(story.todo)}`,
    `**Known as.** ${text(story.knownAs)}`,
    `**Smallest.** ${text(smallestText(story))}`,
    `**Again.** ${code(story.replay)}`,
  ].join('\n\n');
};

const head = ({
  architecture,
  file,
  seed,
  workloads,
  events,
  eventsPerWorkload,
}: Report): string => {
  const where = file === undefined ? '' : ` in ${code(file)}`;
  const [, , median] = eventsPerWorkload;
  return `A ${architecture} kernel${where}. ${count(workloads, 'workload')}, ${count(events, 'event')} (median ${grouped(median)} a workload), seed ${seed}.`;
};

const summaryTable = (report: Report): string => {
  const shared = sharedStories(report);
  return table(
    ['', 'property', 'verdict', 'put to the test in', ''],
    report.properties.map((property) => [
      MARKS[property.verdict],
      property.id,
      property.verdict,
      Object.keys(property.exercised).length === 0 ? '' : text(percent(least(property))),
      text(remark(property, shared)),
    ]),
  );
};

const remark = (property: PropertyReport, shared: ReadonlyMap<string, string>): string => {
  const { id, verdict, reason = '' } = property;
  if (verdict === 'passed') return '';
  const under = shared.get(id);
  if (under !== undefined) return `same cause as ${under}`;
  const rare = rareConditions(property).map(([what, share]) => `“${what}” in ${percent(share)}`);
  return rare.length > 0 ? rare.join(', ') : reason;
};

const stepTable = (story: Counterexample): string => {
  const { steps } = story;
  const tasks = actingTasks(story);
  const devices = steps.some((step) => step.devices.length > 0);
  const heads = tasks.map(
    ({ tid, hart, thread }) => `${thread ? 'thread' : 'task'} ${tid} (hart ${hart})`,
  );
  return table(
    ['', ...heads, 'kernel', ...(devices ? ['devices'] : [])],
    steps.map((step) => [
      String(step.number),
      ...tasks.map(({ tid }) => (tid === step.task ? action(step) : '')),
      kernelCell(step),
      ...(devices ? [lines(step.devices.map(code))] : []),
    ]),
  );
};

const action = ({ text: said, violates }: Step): string => `${code(said)}${violates ? ' ✗' : ''}`;

const kernelCell = (step: Step): string => {
  const own = step.task === 0 && step.text !== '' ? [code(step.text)] : [];
  const mark = step.task === 0 && step.violates ? ['✗'] : [];
  return lines([...own, ...step.kernel.map(note), ...mark]);
};

const note = ({ text: said, file, line }: KernelNote): string => {
  if (line === undefined) return text(said);
  return `${text(said)} (${file === undefined ? 'line ' : text(`${file}:`)}${line})`;
};

const explanation = ({ table: rows, mark, text: said }: Explanation): readonly string[] => {
  const [first = [], ...others] = rows.map((row, index) =>
    index === mark?.row ? marked(row, mark) : row,
  );
  const columns = Math.max(...rows.map((row) => row.length), 0);
  const filled = (row: readonly string[]): readonly string[] =>
    Array.from({ length: columns }, (_, column) => text(row[column] ?? ''));
  return [...(rows.length === 0 ? [] : [table(filled(first), others.map(filled))]), text(said)];
};

const marked = (
  row: readonly string[],
  mark: NonNullable<Explanation['mark']>,
): readonly string[] => {
  const at = mark.column ?? row.length - 1;
  return row.map((cell, column) => (column === at ? `${cell} ${mark.text}` : cell));
};

const table = (first: readonly string[], rows: readonly (readonly string[])[]): string =>
  [first, first.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const lines = (parts: readonly string[]): string => parts.join('<br>');

/** What Markdown would take for its own is escaped. */
const text = (said: string): string =>
  printable(said)
    .replaceAll(TOGETHER, ' ')
    .replace(/[\\`*_[\]<>|#]/g, '\\$&');

/** A piece of code; in a table a bar ends the cell even there. */
const code = (said: string): string =>
  `\`${printable(said).replaceAll('`', '’').replaceAll('|', '\\|')}\``;
