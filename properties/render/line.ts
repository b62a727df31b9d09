/**
 * Lines of styled text, put side by side and printed with or without colour. Without colour a rendering is the same
 * text: nothing is said by colour alone.
 */
import pc from 'picocolors';
import { TOGETHER, width } from './text.ts';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan' | 'failure' | 'success';

export interface Span {
  readonly text: string;
  readonly style?: Style;
}
export type Line = readonly Span[];

export const EMPTY: Line = [];

export const line = (text: string, style?: Style): Line => [span(text, style)];
export const span = (text: string, style?: Style): Span => ({ text, ...(style && { style }) });

const lineWidth = (spans: Line): number => spans.reduce((sum, { text }) => sum + width(text), 0);

/** Fills up with spaces. A line that is wider stays as it is. */
const pad = (spans: Line, columns: number): Line => {
  const missing = columns - lineWidth(spans);
  return missing > 0 ? [...spans, span(' '.repeat(missing))] : spans;
};

/** `left` and `right` at the two ends of a line; `undefined` if they do not fit with `gap` spaces between. */
export const justify = (left: Line, right: Line, columns: number, gap = 2): Line | undefined => {
  const between = columns - lineWidth(left) - lineWidth(right);
  return between < gap ? undefined : [...left, span(' '.repeat(between)), ...right];
};

export const indent = (lines: readonly Line[], by: number): readonly Line[] =>
  lines.map((spans) => (spans.length === 0 ? spans : [span(' '.repeat(by)), ...spans]));

/** Cells of one row, each of some lines, side by side. Nothing is added behind the last cell that has text. */
export const sideBySide = (
  cells: readonly (readonly Line[])[],
  widths: readonly number[],
  gap = 2,
): readonly Line[] => {
  const height = Math.max(1, ...cells.map((cell) => cell.length));
  return Array.from({ length: height }, (_, row) => {
    const parts = cells.map((cell) => cell[row] ?? EMPTY);
    const last = parts.findLastIndex((part) => part.length > 0);
    return parts
      .slice(0, last + 1)
      .flatMap((part, column) => (column === last ? part : pad(part, (widths[column] ?? 0) + gap)));
  });
};

/** A label, and text beside it. */
export const labelled = (
  label: string,
  lines: readonly Line[],
  columns: number,
  style: Style = 'bold',
): readonly Line[] => sideBySide([[line(label, style)], lines], [columns]);

/** The lines as text, each ended. */
export const print = (lines: readonly Line[], color: boolean): string => {
  const paint = painter(color);
  return lines
    .map((spans) => `${spans.map(paint).join('').replaceAll(TOGETHER, ' ').trimEnd()}\n`)
    .join('');
};

const painter = (color: boolean): ((one: Span) => string) => {
  const colors = pc.createColors(color);
  return ({ text, style }) => {
    switch (style) {
      case undefined:
        return text;
      case 'failure':
        return colors.bold(colors.red(text));
      case 'success':
        return colors.bold(colors.green(text));
      default:
        return colors[style](text);
    }
  };
};
