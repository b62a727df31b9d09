/** Why a task finds out what another one stored: through which frame, or that the kernel let a result depend on it. */
import { indexOfText, kindOfText, layoutOf, TextKind } from '../../spec/layout.ts';
import type { Pair } from '../checker/pair.ts';
import type { Explanation, Step } from '../report.ts';
import type { Replay } from './replay.ts';
import { whyFrame } from './why-frame.ts';
import { whyTasks } from './why-tasks.ts';

/** @param both the steps, with what differs */
export const whyLeak = (
  replay: Replay,
  last: number,
  pair: Pair,
  both: readonly Step[],
): { readonly said: string; readonly explanation: Explanation } => {
  const from = both.find(({ text }) => text.startsWith('store') && text.includes('|'));
  const said = from
    ? `, and what differs is what task ${from.task} stored at step ${from.number}`
    : '';
  return { said, explanation: explained(replay, last, pair) };
};

const explained = (replay: Replay, last: number, pair: Pair): Explanation => {
  const row = replay.rows[last];
  const rows = replay.rows.slice(0, last + 1);
  const frame =
    row?.retired && row.retired.frame >= 0
      ? whyFrame({ ...replay, rows }, row.retired.frame)
      : undefined;
  const secret = secretFrame(replay, pair);
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
const secretFrame = (replay: Replay, { watches }: Pair): number | undefined => {
  const { operations } = layoutOf(replay.workload);
  const row = replay.rows.find(({ task, retired }) => {
    const word = retired?.word ?? 0;
    const operation =
      kindOfText(word) === TextKind.script ? operations[indexOfText(word)] : undefined;
    return operation?.op === 'store' && !watches(task, replay.state.tasks.get(task)?.program);
  });
  return row?.retired?.frame;
};
