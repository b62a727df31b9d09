/** The story of a two-run failure: one table for both runs, with `A|B` where they differ. */
import { indexOfText, kindOfText, layoutOf, TextKind } from '../../spec/layout.ts';
import type { Failure } from '../checker/failure.ts';
import type { Executor } from '../execute/executor.ts';
import type { Explanation, Step } from '../report.ts';
import { type Replay, replayRun } from './replay.ts';
import { whyFrame } from './why-frame.ts';
import { whyTasks } from './why-tasks.ts';

type Secret = NonNullable<Failure['secret']>;

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

export const mergeRuns = async (
  executor: Executor,
  replay: Replay,
  steps: readonly Step[],
  { other, program, leak }: Secret,
): Promise<{ steps: Step[]; observed: string; explanation: Explanation }> => {
  const second = await replayRun(executor, other);
  const last = Math.max(
    0,
    replay.rows.findIndex(({ from, until }) => leak.a.at >= from && leak.a.at <= until),
  );
  const both = steps.slice(0, last + 1).map((step, index) => ({
    ...step,
    text: merged(step.text, second.rows[index]?.text ?? step.text),
    violates: index === last,
  }));
  const writer = both.findIndex(({ text }) => text.startsWith('store') && text.includes('|'));
  const from = both[writer];
  const observed = `task ${leak.tid} sees ${shown(leak.a.value)} in run A and ${shown(leak.b.value)} in run B${from ? `, and what differs is what task ${from.task} stored at step ${from.number}` : ''}`;
  return { steps: both, observed, explanation: whyLeak(replay, last, program) };
};

const shown = (value: number): string => String(value | 0);

const whyLeak = (replay: Replay, last: number, program: number): Explanation => {
  const row = replay.rows[last];
  const rows = replay.rows.slice(0, last + 1);
  const frame =
    row?.retired && row.retired.frame >= 0
      ? whyFrame({ ...replay, rows }, row.retired.frame)
      : undefined;
  const secret = secretFrame(replay, program);
  const found = frame ?? (secret === undefined ? undefined : whyFrame({ ...replay, rows }, secret));
  const closing = 'Run A alone looks right. That is why there are two.';
  if (found)
    return {
      ...found,
      text: `${frame ? found.text : 'The value that differs went through this frame; the kernel let its result depend on it.'} ${closing}`,
    };
  return whyTasks(
    replay,
    `The kernel let something that task ${row?.task ?? 0} sees depend on what another task stored. ${closing}`,
  );
};

/** A frame that the secret program stored to. */
const secretFrame = (replay: Replay, program: number): number | undefined => {
  const { operations } = layoutOf(replay.workload);
  const row = replay.rows.find(({ task, retired }) => {
    const word = retired?.word ?? 0;
    const operation =
      kindOfText(word) === TextKind.script ? operations[indexOfText(word)] : undefined;
    return operation?.op === 'store' && replay.state.tasks.get(task)?.program === program;
  });
  return row?.retired?.frame;
};
