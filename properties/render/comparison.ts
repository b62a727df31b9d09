/** A comparison of kernels as a table for the terminal, and as JSON (schema/comparison.schema.json). */

import { MEASURES, type Measure } from '../../spec/claims/index.ts';
import type { Comparison, SubjectReport } from '../claims/compare.ts';
import type { LayerRow } from '../claims/layers.ts';
import { EMPTY, type Line, line, print, sideBySide, span } from './line.ts';
import { moduleTable } from './module-costs.ts';
import type { TerminalOptions } from './story.ts';
import { count, grouped, percent, width as widthOf, wrap } from './text.ts';

const COMPARISON_FORMAT = 1;

/** The form of schema/comparison.schema.json. */
export const renderComparisonJson = (comparison: Comparison): string => {
  const { seed, families, samples, reports, faults } = comparison;
  const kernels = reports.map((report, index) => ({
    ...report,
    faults: (faults[index] ?? []).map(({ workload: _, fault, ...run }) => ({
      ...run,
      kind: fault.kind,
      request: fault.request,
      ...(fault.va !== undefined && { va: fault.va }),
    })),
  }));
  const document = {
    format: COMPARISON_FORMAT,
    seed,
    workloads: samples.length,
    families,
    measures: MEASURES,
    kernels,
    layers: comparison.layers,
    modules: comparison.modules,
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
};

interface Column {
  readonly head: string;
  readonly measure: Measure;
  /** The narrowest terminal that has room for it. */
  readonly from: number;
}

const COLUMNS: readonly Column[] = [
  { head: 'cycles', measure: 'cycles', from: 0 },
  { head: 'messages', measure: 'messages', from: 0 },
  { head: 'mode sw.', measure: 'modeSwitches', from: 100 },
  { head: 'space sw.', measure: 'spaceSwitches', from: 0 },
  { head: 'trusted', measure: 'privilegedLines', from: 0 },
  { head: 'resident', measure: 'residentBytes', from: 100 },
  { head: 'tables', measure: 'tableFrames', from: 110 },
  { head: 'blast', measure: 'blastRadius', from: 0 },
];

export const renderComparison = (
  comparison: Comparison,
  { width, color }: TerminalOptions,
): string => {
  const { reports, samples, seed, families } = comparison;
  const columns = COLUMNS.filter(({ from }) => width >= from);
  const rows = [...reports].sort((a, b) => a.measures.cycles - b.measures.cycles);
  const widths = columns.map(({ head, measure }) =>
    Math.max(
      widthOf(head),
      ...rows.map(({ measures }) => widthOf(figure(measure, measures[measure]))),
    ),
  );
  const numbers = widths.reduce((all, one) => all + one + 2, 0);
  const label = Math.min(
    Math.max(12, width - numbers - 4),
    Math.max(...rows.map((report) => widthOf(report.label))),
  );
  const head = columns.map(({ head: text }, i) => [line(text.padStart(widths[i] ?? 0), 'dim')]);
  const table = [
    [[line(' ')], [line('kernel', 'dim')], ...head],
    ...rows.map((report) => rowCells(report, columns, widths, label)),
  ].flatMap((cells) => sideBySide(cells, [1, label, ...widths]));
  const title = `${count(samples.length, 'workload')} (${families.join(', ')}) on ${count(reports.length, 'kernel')}; seed ${seed}`;
  const lines = [
    ...wrap(title, width).map((one) => line(one)),
    EMPTY,
    ...table,
    EMPTY,
    ...legend(reports, width),
    ...layerTable(comparison.layers, width),
    ...moduleTable(comparison.modules, width),
  ];
  return print(lines, color);
};

const rowCells = (
  report: SubjectReport,
  columns: readonly Column[],
  widths: readonly number[],
  label: number,
): readonly (readonly Line[])[] => [
  [report.onFront ? [span('◆', 'green')] : [span(' ')]],
  wrap(report.label, label).map((one) => line(one, report.onFront ? 'bold' : undefined)),
  ...columns.map(({ measure }, i) => [
    line(figure(measure, report.measures[measure]).padStart(widths[i] ?? 0)),
  ]),
];

const figure = (measure: Measure, value: number): string => {
  if (measure === 'blastRadius') return percent(value);
  if (measure === 'residentBytes') return `${Math.round(value / 1024)} KiB`;
  return grouped(value < 100 ? Math.round(value * 10) / 10 : Math.round(value));
};

/** A table of its own: layers run on workloads that need no service of their own kind. */
const layerTable = (rows: readonly LayerRow[], width: number): readonly Line[] => {
  if (rows.length === 0) return [];
  const label = Math.max(...rows.map((row) => widthOf(row.label)));
  const row = (cells: readonly [string, string, string], style?: 'dim'): Line =>
    line(`  ${cells[0].padEnd(label)}  ${cells[1].padStart(9)}  ${cells[2].padStart(9)}`, style);
  const title =
    'Layers, on the workloads of files and tasks that they are checked by: crossings a system call (a call of a layer, down and back), and cycles of a run';
  return [
    EMPTY,
    ...wrap(title, width).map((one) => line(one)),
    EMPTY,
    row(['kernel', 'crossings', 'cycles'], 'dim'),
    ...rows.map((one) =>
      row([one.label, one.crossings.toFixed(1), grouped(Math.round(one.cycles))]),
    ),
  ];
};

const legend = (reports: readonly SubjectReport[], columns: number): readonly Line[] => {
  const unfinished = reports.reduce((all, report) => all + report.unfinished, 0);
  return [
    '◆ on the front: no other is at most as slow, as trusting and as vulnerable, and better in one',
    'cycles: of what is busy longest (a hart, the kernel, a service), mean, usual costs',
    'trusted: source lines in supervisor mode · resident, tables: of services',
    'blast: share of tasks that a fault of a service hits, on average',
    ...(unfinished === 0 ? [] : [`${count(unfinished, 'run')} did not come to the end`]),
  ].flatMap((text) => wrap(text, columns, 2).map((one) => line(one, 'dim')));
};
