/** Why, for contents: the life of the frame, from step to step. */
import type { Frame } from '../../spec/riscv.ts';
import type { Explanation } from '../report.ts';
import { snapshotAt, tableChanges } from './machine.ts';
import type { Replay } from './replay.ts';
import { hex, number, whoText } from './text.ts';

export const whyFrame = (replay: Replay, frame: Frame): Explanation | undefined => {
  const rows: string[][] = [];
  let stored = 0;
  let freed = 0;
  let given = 0;
  let owner = 0;
  for (const [index, row] of replay.rows.entries()) {
    const step = index + 1;
    const add = (what: string): void => {
      rows.push([rows.length === 0 ? `frame ${frame}` : '', `step ${step}`, what]);
    };
    const { retired } = row;
    if (retired && retired.frame === frame) {
      const word = (retired.va & 0xfff) >>> 2;
      const isStore = row.text.startsWith('store');
      if (isStore) {
        stored = step;
        owner = row.task;
      }
      add(
        isStore
          ? `word ${word} written by task ${row.task}: ${number(retired.value)}`
          : `word ${word} read by task ${row.task}: ${number(retired.value)}`,
      );
    }
    for (const change of tableChanges(replay, row)) {
      const whose = replay.roots.get(change.root);
      if (change.after?.frame === frame) {
        given = step;
        add(
          `mapped at ${hex(change.va)}${whose === undefined ? '' : ` for ${whoText(whose, row.state.modules?.names)}`}`,
        );
      } else if (change.before?.frame === frame) {
        freed = step;
        add(
          `no longer mapped at ${hex(change.va)}${whose === undefined ? '' : ` for ${whoText(whose, row.state.modules?.names)}`}`,
        );
      }
    }
    const ended = row.trap && row.task !== 0 && row.state.tasks.get(row.task)?.status === 'ended';
    if (ended && owner === row.task && freed === 0) {
      freed = step;
      add(`task ${row.task} ended: its pages are free`);
    }
  }
  if (rows.length === 0) return undefined;
  const text =
    stored > 0 && given > stored
      ? `What task ${owner} stored at step ${stored} was still in frame ${frame} when it was mapped again at step ${given}: nobody cleared it in between.`
      : given > 0 && stored > 0
        ? `Frame ${frame} was mapped at step ${given} and written at step ${stored}; what is in it now is not what the page’s own task put there.`
        : `Frame ${frame} held these words before any task stored to the page: they are left over from its use before.`;
  return { table: [['', '', 'what happened to it'], ...rows], text };
};

/** The frame that is mapped at the page when the story ends. */
export const frameAt = (replay: Replay, vpn: number): Frame | undefined => {
  const last = replay.rows.at(-1);
  const snapshot = snapshotAt(replay, last?.until ?? 0);
  for (const { mappings } of snapshot?.tables ?? []) {
    const found = mappings.find(({ va }) => va >>> 12 === vpn);
    if (found) return found.frame;
  }
  return undefined;
};
