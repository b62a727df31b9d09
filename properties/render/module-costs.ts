/** A table of its own: what loadable modules cost in the kernel and as processes, on the same runs. */
import type { ModuleRow } from '../claims/modules/costs.ts';
import { EMPTY, type Line, line } from './line.ts';
import { count, grouped, percent, width as widthOf, wrap } from './text.ts';

interface Column {
  readonly head: string;
  /** As a person reads it. */
  readonly text: (row: ModuleRow) => string;
  /** The narrowest terminal that has room for it. */
  readonly from: number;
  /** What it is, where that is not plain from the column before it. */
  readonly legend?: string;
}

const whole = (value: number): string => grouped(Math.round(value));
const tenths = (value: number): string => value.toFixed(1);

/** Where they run, in a word. */
export const homeText = ({ home }: ModuleRow): string => (home === 'kernel' ? 'kernel' : 'process');

/** The columns of figures, here and on the page. */
export const MODULE_COLUMNS: readonly Column[] = [
  {
    head: 'load',
    text: ({ load }) => whole(load),
    from: 0,
    legend:
      'load, request, unload: cycles of a call, from its trap to its return, mean, usual costs',
  },
  { head: 'request', text: ({ request }) => whole(request), from: 0 },
  { head: 'unload', text: ({ unload }) => whole(unload), from: 0 },
  {
    head: 'mode sw.',
    text: ({ modeSwitches }) => tenths(modeSwitches),
    from: 100,
    legend: 'mode sw.: traps out of user mode and returns to it, of a request',
  },
  {
    head: 'space sw.',
    text: ({ spaceSwitches }) => tenths(spaceSwitches),
    from: 0,
    legend: 'space sw.: changes of the address space, of a request',
  },
  {
    head: 'frames',
    text: ({ frames }) => tenths(frames),
    from: 0,
    legend: 'frames: of a module while it is there, with its tables',
  },
  {
    head: 'blast',
    text: (row) => percent(row.blastRadius),
    from: 0,
    legend: 'blast: share of tasks that a fault of a module hits, on average',
  },
  {
    head: 'lost',
    text: ({ fatal, faults }) => `${fatal} of ${faults}`,
    from: 100,
    legend: 'lost: faults that end the whole system',
  },
];

export const MODULES_TITLE =
  'Loadable modules: the same tasks on the same kernel, with modules in it and each as a process';

export const moduleTable = (rows: readonly ModuleRow[], width: number): readonly Line[] => {
  if (rows.length === 0) return [];
  const columns = MODULE_COLUMNS.filter(({ from }) => width >= from);
  const widths = columns.map(({ head, text }) =>
    Math.max(widthOf(head), ...rows.map((row) => widthOf(text(row)))),
  );
  const label = Math.max(...rows.map(({ use }) => widthOf(use)));
  const shown = (use: string, where: string, cells: readonly string[], style?: 'dim'): Line => {
    const figures = cells.map((cell, index) => cell.padStart(widths[index] ?? 0));
    return line(`  ${[use.padEnd(label), where.padEnd(7), ...figures].join('  ')}`, style);
  };
  return [
    EMPTY,
    ...wrap(MODULES_TITLE, width).map((one) => line(one)),
    EMPTY,
    shown(
      'modules',
      'where',
      columns.map(({ head }) => head),
      'dim',
    ),
    ...rows.map((row, index) =>
      shown(
        rows[index - 1]?.use === row.use ? '' : row.use,
        homeText(row),
        columns.map(({ text }) => text(row)),
      ),
    ),
    EMPTY,
    ...moduleLegend(rows, columns).flatMap((text) =>
      wrap(text, width, 2).map((one) => line(one, 'dim')),
    ),
  ];
};

/** What the columns are, and which modules were run. */
export const moduleLegend = (
  rows: readonly ModuleRow[],
  columns: readonly Column[] = MODULE_COLUMNS,
): readonly string[] => {
  const programs = [...new Set(rows.flatMap((row) => row.programs))];
  return [
    ...columns.flatMap(({ legend }) => legend ?? []),
    `${count(programs.length, 'module')}: ${programs.join(', ')}`,
  ];
};
