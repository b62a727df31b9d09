/** Why a bystander sees a fault: what had gone wrong before, and what it saw in the run with that and in the one without. */

import type { Tid } from '../../spec/riscv.ts';
import { seenText } from '../checker/failure.ts';
import type { Observation } from '../checker/observations.ts';
import type { Difference } from '../checker/pair.ts';
import type { Explanation } from '../report.ts';
import { type Replay, rowSeen } from './replay.ts';

/** Things that it saw before, which are shown too. */
const BEFORE = 3;

export const whyFault = (
  replay: Replay,
  last: number,
  { tid, a, b, before }: Difference,
): { readonly said: string; readonly explanation: Explanation } => {
  const struck = replay.rows.slice(0, last + 1).flatMap(({ struck }) => struck ?? []);
  const what = struck.length === 0 ? 'a service goes wrong' : struck.join(', then ');
  const same = before.slice(-BEFORE);
  const table = [
    [`task ${tid}`, 'A, with the fault', 'B, without'],
    ...same.map((seen) => [textOf(replay, tid, seen), seenText(seen), seenText(seen)]),
    [textOf(replay, tid, a), seenText(a), seenText(b)],
  ];
  return {
    said: `after this in run A: ${what}`,
    explanation: {
      table,
      mark: { row: same.length + 1, text: '← differs' },
      text: `Task ${tid} uses no service that goes wrong, and no other task has a part in what it sees. So the fault reached it through the kernel, or through a service that it uses. Run A alone looks right. That is why there are two.`,
    },
  };
};

/** The operation, without its result. */
const textOf = (replay: Replay, tid: Tid, seen: Observation): string => {
  const row = replay.rows[rowSeen(replay, tid, seen)];
  return row?.text.replace(/^… /, '').replace(/ = .*$/, '') ?? '';
};
