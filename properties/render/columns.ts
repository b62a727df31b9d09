/** How wide each column of a table becomes. */

export interface ColumnWidth {
  /** Needed so that nothing is wrapped. */
  readonly natural: number;
  /** Below this it no longer reads. */
  readonly least: number;
}

/**
 * Widths that together take at most `available` columns (gaps not counted): the widest give way first. `undefined` if
 * that would take a column below its least.
 */
export const fitColumns = (
  columns: readonly ColumnWidth[],
  available: number,
): readonly number[] | undefined => {
  const widths = columns.map(({ natural }) => natural);
  let excess = widths.reduce((sum, one) => sum + one, 0) - available;
  for (; excess > 0; excess--) {
    const widest = widestThatGives(columns, widths);
    if (widest < 0) return undefined;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
};

const widestThatGives = (columns: readonly ColumnWidth[], widths: readonly number[]): number => {
  let found = -1;
  for (const [index, { least }] of columns.entries()) {
    const now = widths[index] ?? 0;
    if (now > least && now > (widths[found] ?? 0)) found = index;
  }
  return found;
};
