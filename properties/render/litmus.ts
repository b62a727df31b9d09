/**
 * The steps of a story as a litmus table: a column for each task, one for the kernel and, where they take part, one
 * for the devices. Time runs downward.
 *
 *       task 1 on hart 0     thread 2 on hart 1   kernel
 *  ───  ───────────────────  ───────────────────  ─────────────────────────────
 *   1   map(0x2000, rw) = 0                       0x2000 → frame 12         :51
 *
 * Where so many columns do not fit, tasks share one: each row says who acts.
 */
import type { Counterexample, KernelNote, Step } from '../report.ts';
import { type ColumnWidth, fitColumns } from './columns.ts';
import { EMPTY, justify, type Line, line, type Span, sideBySide, span } from './line.ts';
import { longestWord, printable, TOGETHER, width, wrap } from './text.ts';

interface Column extends ColumnWidth {
  readonly head: string;
  readonly cell: (step: Step, columns: number) => readonly Line[];
}

/** Step numbers stand in three columns behind an indent of two. */
const NUMBER = 3;
const INDENT = 2;
const GAP = 2;
/** Lines that go on within a cell are indented by this. */
const HANG = 2;
/** A table narrower than this is stretched, so that the kernel's line numbers stand at the right edge. */
const USUAL = 80;
/** Wrapped cells of a task read down to this width. */
const LEAST_TASK = 15;
const LEAST_KERNEL = 20;

type Story = Pick<Counterexample, 'tasks' | 'steps' | 'workload'>;

/** The table, at most `columns` wide. */
export const litmusTable = (story: Story, columns: number): readonly Line[] => {
  const available = columns - INDENT - NUMBER - GAP;
  const wide = [...taskColumns(story), ...restColumns(story)];
  const narrow = [...whoColumns(story), ...restColumns(story)];
  for (const layout of [wide, narrow]) {
    const widths = fitColumns(layout, available - GAP * (layout.length - 1));
    if (widths) return tableOf(layout, stretched(layout, widths, columns), story.steps);
  }
  const least = narrow.map((column) => column.least);
  return tableOf(narrow, least, story.steps);
};

/** The kernel's column gets what is left of the usual width. */
const stretched = (
  layout: readonly Column[],
  widths: readonly number[],
  columns: number,
): readonly number[] => {
  const used = INDENT + NUMBER + widths.reduce((sum, one) => sum + one + GAP, 0);
  const spare = Math.max(0, Math.min(columns, USUAL) - used);
  const kernel = layout.findIndex(({ head }) => head === 'kernel');
  return widths.map((one, index) => (index === kernel ? one + spare : one));
};

const tableOf = (
  layout: readonly Column[],
  widths: readonly number[],
  steps: readonly Step[],
): readonly Line[] => {
  const all = [NUMBER, ...widths];
  const head = layout.map((column, i) =>
    wrap(column.head, widths[i] ?? 0).map((text) => line(text, 'bold')),
  );
  const rules = all.map((columns) => [line('─'.repeat(columns), 'dim')]);
  const rows = steps.flatMap((step) => {
    const cells = layout.map((column, i) => column.cell(step, widths[i] ?? 0));
    const number = line(`${String(step.number).padStart(2)} `, step.violates ? 'failure' : 'dim');
    return sideBySide([[number], ...cells], all, GAP);
  });
  return [...sideBySide([[EMPTY], ...head], all, GAP), ...sideBySide(rules, all, GAP), ...rows].map(
    (spans) => [span(' '.repeat(INDENT)), ...spans],
  );
};

const onSeveralHarts = ({ tasks, steps, workload }: Story): boolean =>
  workload.harts > 1 && [...tasks, ...steps].some(({ hart }) => hart !== 0);

const nameOf = (story: Story, tid: number): string => {
  const task = story.tasks.find((one) => one.tid === tid);
  const kind = task?.thread ? 'thread' : 'task';
  return onSeveralHarts(story) && task ? `${kind} ${tid} on hart ${task.hart}` : `${kind} ${tid}`;
};

const taskColumns = (story: Story): readonly Column[] =>
  story.tasks.map(({ tid }) => {
    const head = nameOf(story, tid);
    const own = story.steps.filter(({ task }) => task === tid);
    const natural = Math.max(width(head), ...own.map((step) => width(step.text) + markWidth(step)));
    const words = own.map((step) => longestWord(actionText(step)) + HANG);
    const least = Math.max(LEAST_TASK, longestWord(head), ...words);
    return {
      head,
      natural,
      least: Math.min(natural, least),
      cell: (step, columns) => (step.task === tid ? action(step, columns) : []),
    };
  });

/** One column says who acts, another what: for more tasks than fit side by side. */
const whoColumns = (story: Story): readonly Column[] => {
  const who = (step: Step): string => (step.task === 0 ? '' : `${nameOf(story, step.task)} │`);
  const whoWidth = Math.max(0, ...story.steps.map((step) => width(who(step))));
  const natural = Math.max(0, ...story.steps.map((step) => width(step.text) + markWidth(step)));
  return [
    {
      head: '',
      natural: whoWidth,
      least: whoWidth,
      cell: (step) => [line(who(step).padStart(whoWidth), 'cyan')],
    },
    {
      head: 'does',
      natural,
      least: Math.min(
        natural,
        Math.max(LEAST_TASK, ...story.steps.map((step) => longestWord(actionText(step)) + HANG)),
      ),
      cell: (step, columns) => (step.task === 0 ? [] : action(step, columns)),
    },
  ];
};

/** Stands behind the step that broke the rule. */
const MARK = `${TOGETHER}${TOGETHER}✗`;
const markWidth = ({ violates }: Step): number => (violates ? MARK.length : 0);

/** What a task does, broken only before its result, so that a call stays in one piece. */
const actionText = ({ text, violates }: Step): string =>
  text
    .replace(/, (?=[^(]*\))/g, `,${TOGETHER}`)
    .replace(/ ([=←|]) /g, ` $1${TOGETHER}`)
    .replace(/\((\w+) (\w+)\)$/, `($1${TOGETHER}$2)`) + (violates ? MARK : '');

const action = (step: Step, columns: number): readonly Line[] =>
  wrap(actionText(step), columns, HANG).map((text) =>
    step.violates ? line(text, 'red') : highlighted(text),
  );

/** In a story of two runs: where they differ. */
const highlighted = (text: string): Line =>
  text
    .split(/(\S+\|\S+)/)
    .filter((part) => part !== '')
    .map((part) => (/\S\|\S/.test(part) ? span(part, 'yellow') : span(part)));

const restColumns = ({ steps }: Story): readonly Column[] => {
  const kernel = steps.flatMap(notesOf);
  const devices = steps.flatMap((step) => step.devices);
  return [
    ...(kernel.length > 0 ? [kernelColumn(kernel)] : []),
    ...(devices.length > 0 ? [deviceColumn(devices)] : []),
  ];
};

/** What the kernel did; what a step says without a task is the kernel's, too. */
const notesOf = (step: Step): readonly KernelNote[] => {
  const own =
    step.task === 0 && step.text !== '' ? [{ text: step.text }, ...step.kernel] : step.kernel;
  if (step.task !== 0 || !step.violates) return own;
  const [first, ...others] = own;
  return [{ ...(first ?? { text: '' }), text: `${first?.text ?? ''}${MARK}` }, ...others];
};

const siteOf = ({ file, line: number }: KernelNote): string =>
  number === undefined ? '' : `${printable(file ?? '').replace(/^.*\//, '')}:${number}`;

const noteWidth = (note: KernelNote): number => {
  const site = siteOf(note);
  return width(note.text) + (site === '' ? 0 : GAP + width(site));
};

const kernelColumn = (all: readonly KernelNote[]): Column => {
  const natural = Math.max(width('kernel'), ...all.map(noteWidth));
  return {
    head: 'kernel',
    natural,
    least: Math.min(natural, LEAST_KERNEL),
    cell: (step, columns) => notesOf(step).flatMap((note) => noteLines(note, columns)),
  };
};

const noteLines = (note: KernelNote, columns: number): readonly Line[] => {
  const site = siteOf(note);
  const beside = columns - width(site) - GAP;
  const style = note.text.endsWith(MARK) ? 'red' : undefined;
  const fits = site === '' || beside >= longestWord(note.text) + HANG;
  const lines = wrap(note.text, site !== '' && fits ? beside : columns, HANG).map((text) =>
    line(text, style),
  );
  if (site === '') return lines;
  const label: Span = span(site, 'dim');
  const [first = EMPTY, ...others] = lines;
  const joined = fits ? justify(first, [label], columns) : undefined;
  return joined ? [joined, ...others] : [...lines, rightAligned(label, columns)];
};

const rightAligned = (label: Span, columns: number): Line => [
  span(' '.repeat(Math.max(0, columns - width(label.text)))),
  label,
];

const deviceColumn = (all: readonly string[]): Column => {
  const natural = Math.max(width('devices'), ...all.map(width));
  return {
    head: 'devices',
    natural,
    least: Math.min(natural, Math.max(LEAST_TASK, ...all.map(longestWord))),
    cell: (step, columns) =>
      step.devices.flatMap((text) => wrap(text, columns, HANG).map((one) => line(one))),
  };
};
