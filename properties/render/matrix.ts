/**
 * The kill matrix: which property catches which mutant, and that no variant is rejected. A row for each kernel, a
 * column for each property, under its number.
 */
import type { Matrix, MatrixRow } from '../checker/matrix.ts';
import { EMPTY, indent, type Line, line, print, type Span, sideBySide, span } from './line.ts';
import type { TerminalOptions } from './story.ts';
import { width as widthOf } from './text.ts';

const GAP = 2;
const FIGURES = [9, 5, 6] as const;

export const renderMatrix = (matrix: Matrix, { color }: Pick<TerminalOptions, 'color'>): string => {
  const { properties, rows } = matrix;
  const names = Math.max(0, ...rows.map(({ id }) => widthOf(id)));
  const widths = [1, names, cellsWidth(properties), ...FIGURES];
  const table = [headCells(properties), ...rows.map((row) => rowCells(row, properties))];
  const lines = table.flatMap((cells) => sideBySide(cells, widths, GAP));
  return print([...lines, EMPTY, ...legend(properties), EMPTY, verdict(matrix)], color);
};

/** One character for each property, with a space between families. */
const cellsWidth = (properties: readonly string[]): number =>
  properties.length + properties.filter((_, i) => startsFamily(properties, i)).length;

const startsFamily = (properties: readonly string[], i: number): boolean =>
  i > 0 && familyOf(properties[i]) !== familyOf(properties[i - 1]);
const familyOf = (id = ''): string => id.split('/')[0] ?? '';

const headCells = (properties: readonly string[]): readonly (readonly Line[])[] => {
  const numbers = (digit: (number: number) => string): Line =>
    properties.map((_, i) => span((startsFamily(properties, i) ? ' ' : '') + digit(i + 1), 'dim'));
  const tens = numbers((number) => (number < 10 ? ' ' : String(Math.floor(number / 10))));
  const ones = numbers((number) => String(number % 10));
  const right = ['workloads', 'steps', 'ms'].map((text, i) => [
    EMPTY,
    line(text.padStart(FIGURES[i] ?? 0), 'dim'),
  ]);
  return [[EMPTY], [EMPTY], [tens, ones], ...right];
};

const rowCells = (row: MatrixRow, properties: readonly string[]): readonly (readonly Line[])[] => {
  const marks = properties.map((id, i) => cellOf(row, id, startsFamily(properties, i)));
  const numbers = [row.workloads, row.steps, row.milliseconds].map((value, i) => {
    const shown = value === 0 ? '' : String(Math.round(value));
    return [line(shown.padStart(FIGURES[i] ?? 0))];
  });
  return [
    [line(row.ok ? '✓' : '✗', row.ok ? 'green' : 'red')],
    [line(row.id, row.ok ? undefined : 'red')],
    [marks],
    ...numbers,
  ];
};

/** `●` killed by the property that must kill it, `×` killed by another, `○` must kill it and did not. */
const cellOf = (row: MatrixRow, id: string, first: boolean): Span => {
  const space = first ? ' ' : '';
  const killed = row.cells[id] === 'killed';
  if (id === row.killedBy) return span(space + (killed ? '●' : '○'), killed ? 'green' : 'red');
  if (killed) return span(`${space}×`, row.kind === 'mutant' ? 'yellow' : 'red');
  return span(`${space}${row.cells[id] === 'survived' ? '·' : ' '}`, 'dim');
};

const legend = (properties: readonly string[]): readonly Line[] => {
  const half = Math.ceil(properties.length / 2);
  const named = (i: number): Line =>
    properties[i] === undefined
      ? EMPTY
      : [span(String(i + 1).padStart(2), 'dim'), span(` ${properties[i]}`)];
  const wide = Math.max(0, ...properties.slice(0, half).map(widthOf)) + 3;
  const rows = Array.from(
    { length: half },
    (_, i) => sideBySide([[named(i)], [named(i + half)]], [wide])[0] ?? EMPTY,
  );
  return [
    line('● killed by the property that must kill it   ○ survived it', 'dim'),
    line('× killed by another property                 · survived', 'dim'),
    EMPTY,
    ...indent(rows, 2),
  ];
};

const verdict = ({ rows }: Matrix): Line => {
  const of = (kind: 'mutant' | 'other', ok: boolean): number =>
    rows.filter((row) => (row.kind === 'mutant') === (kind === 'mutant') && row.ok === ok).length;
  const mutants = of('mutant', true) + of('mutant', false);
  const others = of('other', true) + of('other', false);
  const good = of('mutant', false) + of('other', false) === 0;
  const text = `  ${of('mutant', true)} of ${mutants} mutants killed by the property that must kill them, ${of('other', false)} of ${others} correct kernels rejected`;
  return [span(good ? 'PASSED' : 'FAILED', good ? 'success' : 'failure'), span(text)];
};
