/** The story of a failure that takes two runs to see: one table for both runs, with `A|B` where they differ. */
import { seenText } from '../checker/failure.ts';
import type { Difference, Pair } from '../checker/pair.ts';
import type { Executor } from '../execute/executor.ts';
import type { Explanation, Step } from '../report.ts';
import { type Replay, type Row, replayRun, rowSeen } from './replay.ts';
import { whyFault } from './why-fault.ts';
import { whyLeak } from './why-leak.ts';

const VALUE = /(0x[0-9a-f]+|-?[A-Z0-9]+)$/;

/** `load 0x2000 = 0` and `load 0x2000 = 1` → `load 0x2000 = 0|1` */
const merged = (a: string, b: string): string => {
  if (a === b) return a;
  const left = VALUE.exec(a);
  const right = VALUE.exec(b);
  return left && right && a.slice(0, left.index) === b.slice(0, right.index)
    ? `${a}|${right[0]}`
    : `${a} | ${b}`;
};

export interface TwoRuns {
  readonly pair: Pair;
  readonly difference: Difference;
}

export const mergeRuns = async (
  executor: Executor,
  replay: Replay,
  steps: readonly Step[],
  { pair, difference }: TwoRuns,
): Promise<{ steps: Step[]; observed: string; explanation: Explanation }> => {
  const second = await replayRun(executor, pair.b);
  const last = Math.max(0, rowSeen(replay, difference.tid, difference.a));
  const others = pair.sameIds
    ? twinsByTask(replay.rows, second.rows)
    : second.rows.map(({ text }) => text);
  const both = steps.slice(0, last + 1).map((step, index) => ({
    ...step,
    text: merged(step.text, others[index] ?? step.text),
    violates: index === last,
  }));
  const { tid, a, b } = difference;
  const seen = `task ${tid} sees ${seenText(a)} in run A and ${seenText(b)} in run B`;
  if (pair.clause === 'fault-observed') {
    const { said, explanation } = whyFault(replay, last, difference);
    return { steps: both, observed: `${seen}, ${said}`, explanation };
  }
  const { said, explanation } = whyLeak(replay, last, pair, both);
  return { steps: both, observed: seen + said, explanation };
};

/** For each row of run A how its task does the same thing in run B; none for a call whose result comes in a later row. */
const twinsByTask = (
  rows: readonly Row[],
  others: readonly Row[],
): readonly (string | undefined)[] => {
  const acts = new Map<Row, number>();
  const done = new Map<number, number>();
  return rows.map((row) => {
    const { task, callIn } = row;
    const act = callIn ? acts.get(callIn) : done.get(task);
    if (!callIn) {
      acts.set(row, act ?? 0);
      done.set(task, (act ?? 0) + 1);
    }
    if (task === 0 || rows.some((later) => later.callIn === row)) return undefined;
    const twin = others.filter((other) => other.task === task && !other.callIn)[act ?? 0];
    const text = others.find((later) => twin && later.callIn === twin)?.text ?? twin?.text;
    return text && (callIn ? '… ' : '') + text.replace(/^… /, '');
  });
};
