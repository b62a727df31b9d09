/** What a column of a litmus table is, and what all of them share. */
import type { Counterexample, Step } from '../report.ts';
import type { ColumnWidth } from './columns.ts';
import type { Line } from './line.ts';
import { TOGETHER } from './text.ts';

export type Story = Pick<Counterexample, 'tasks' | 'steps' | 'workload'>;

export interface Column extends ColumnWidth {
  readonly head: string;
  /** What the column shows of a step, in lines of at most `columns`. */
  readonly cell: (step: Step, columns: number) => readonly Line[];
}

/** Between two columns. */
export const GAP = 2;
/** Lines that go on within a cell are indented by this. */
export const HANG = 2;
/** Stands behind what broke the rule. */
export const MARK = `${TOGETHER}✗`;
