/** The “why”: a small table of machine facts with a mark on the row that matters, and the sentences that follow. */
import type { Explanation } from '../report.ts';
import { fitColumns } from './columns.ts';
import { EMPTY, type Line, line, sideBySide, span } from './line.ts';
import { longestWord, width, wrap } from './text.ts';

/** Wide gaps where they fit, narrow ones before anything is wrapped. */
const GAPS = [3, 2] as const;
const HANG = 2;

export const explanationLines = (
  { table, mark, text }: Explanation,
  columns: number,
): readonly Line[] => {
  const sentences = text === '' ? [] : wrap(text, columns).map((one) => line(one));
  if (table.length === 0) return sentences;
  const lines = tableLines(mark ? withMark(table, mark) : table, mark?.row, columns);
  return [...lines, ...(sentences.length === 0 ? [] : [EMPTY]), ...sentences];
};

/** The mark stands behind its cell, or in a column of its own behind the row. */
const withMark = (
  table: Explanation['table'],
  mark: NonNullable<Explanation['mark']>,
): Explanation['table'] =>
  table.map((row, index) => {
    if (index !== mark.row) return row;
    if (mark.column === undefined) return [...row, mark.text];
    return row.map((cell, column) => (column === mark.column ? `${cell} ${mark.text}` : cell));
  });

const tableLines = (
  table: Explanation['table'],
  marked: number | undefined,
  columns: number,
): readonly Line[] => {
  const number = Math.max(...table.map((row) => row.length));
  const measured = Array.from({ length: number }, (_, column) => {
    const cells = table.map((row) => row[column] ?? '');
    const natural = Math.max(...cells.map(width));
    return { natural, least: Math.min(natural, Math.max(...cells.map(longestWord)) + HANG) };
  });
  const natural = measured.reduce((sum, one) => sum + one.natural, 0);
  const gap = GAPS.find((one) => natural + one * (number - 1) <= columns) ?? 2;
  const widths =
    fitColumns(measured, columns - gap * (number - 1)) ?? measured.map(({ least }) => least);
  return table.flatMap((row, index) => {
    const cells = row.map((cell, column) =>
      cell === ''
        ? []
        : wrap(cell, widths[column] ?? 0, HANG).map((one) =>
            styled(one, index === 0, index === marked),
          ),
    );
    return sideBySide(cells, widths, gap);
  });
};

const styled = (text: string, head: boolean, marked: boolean): Line => {
  if (head) return line(text, 'dim');
  if (text.endsWith('✗')) return line(text, 'red');
  return marked ? [span(text, 'yellow')] : line(text);
};
