/** How far down each system call of a command went: a stack, a column for each call, and how often each part was entered. */
import type { CommandTrace } from './crossings.ts';

interface Column {
  readonly call: string;
  times: number;
  readonly entries: number[];
}

/** Calls of the same name share a column, in the order of their first. */
const columnsOf = ({ calls }: CommandTrace): readonly Column[] => {
  const columns = new Map<string, Column>();
  for (const { call, entries } of calls) {
    const column = columns.get(call);
    if (column) {
      column.times += 1;
      for (const [place, count] of entries.entries())
        column.entries[place] = (column.entries[place] ?? 0) + count;
    } else columns.set(call, { call, times: 1, entries: [...entries] });
  }
  return [...columns.values()];
};

const GAP = 3;
const MARGIN = '    ';

/** As many columns as fit side by side. */
const blocksOf = (columns: readonly Column[], room: number): readonly (readonly Column[])[] => {
  const blocks: Column[][] = [];
  let left = 0;
  for (const column of columns) {
    const needed = titleOf(column).length + GAP;
    if (needed > left || blocks.length === 0) {
      blocks.push([]);
      left = room;
    }
    blocks.at(-1)?.push(column);
    left -= needed;
  }
  return blocks;
};

const titleOf = ({ call, times }: Column): string => (times === 1 ? call : `${times} × ${call}`);

const blockOf = (
  { caller, components }: CommandTrace,
  columns: readonly Column[],
  label: number,
): readonly string[] => {
  const line = (name: string, cell: (column: Column) => string | number): string => {
    const cells = columns.map((column) =>
      String(cell(column)).padStart(titleOf(column).length + GAP),
    );
    return `${MARGIN}${name.padEnd(label)}${cells.join('')}`;
  };
  const entered = components
    .map((name, place) => ({ name, place }))
    .filter(({ place }) => columns.some(({ entries }) => entries[place]));
  return [
    line(caller, titleOf),
    ...entered.map(({ name, place }) => line(name, ({ entries }) => entries[place] || '·')),
    line(CROSSINGS, ({ entries }) => entries.reduce((sum, count) => sum + count, 0)),
  ];
};

const CROSSINGS = 'crossings';

/** @param width columns of the terminal */
export const pictureOf = (trace: CommandTrace, width: number): string => {
  const label = Math.max(
    ...[trace.caller, CROSSINGS, ...trace.components].map(({ length }) => length),
  );
  const blocks = blocksOf(columnsOf(trace), width - MARGIN.length - label);
  return blocks.map((columns) => `${blockOf(trace, columns, label).join('\n')}\n`).join('\n');
};
