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
import type { Step } from '../report.ts';
import { type Column, GAP, type Story } from './column.ts';
import { fitColumns } from './columns.ts';
import { restColumns } from './kernel-column.ts';
import { EMPTY, type Line, line, sideBySide, span } from './line.ts';
import { actingTasks } from './sentences.ts';
import { taskColumns, whoColumns } from './task-columns.ts';
import { wrap } from './text.ts';

/** Step numbers stand in three columns behind an indent of two. */
const NUMBER = 3;
const INDENT = 2;
/** A table narrower than this is stretched, so that the kernel's line numbers stand at the right edge. */
const USUAL = 80;
/** A column for each task may make the table so much taller than one for all, since cells wrap. */
const TALLER = 1.25;

/** The table, at most `columns` wide. */
export const litmusTable = (whole: Story, columns: number): readonly Line[] => {
  const story = { ...whole, tasks: actingTasks(whole) };
  const available = columns - INDENT - NUMBER - GAP;
  const [wide, narrow] = [taskColumns(story), whoColumns(story)].map((columnsOfTasks) => {
    const layout = [...columnsOfTasks, ...restColumns(story)];
    const widths = fitColumns(layout, available - GAP * (layout.length - 1));
    return widths && tableOf(layout, stretched(layout, widths, columns), story.steps);
  });
  if (wide && (!narrow || wide.length <= narrow.length * TALLER)) return wide;
  return narrow ?? tableOf(...narrowest(story), story.steps);
};

/** For a terminal that is too narrow for any layout: its lines wrap. */
const narrowest = (story: Story): [readonly Column[], readonly number[]] => {
  const layout = [...whoColumns(story), ...restColumns(story)];
  return [layout, layout.map(({ least }) => least)];
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
