import { describe, expect, test } from 'vitest';
import type { Run } from '../../hardware/run.ts';
import { rowsOf, workloadOf } from '../../hardware/testing.ts';
import { Cause } from '../../spec/riscv.ts';
import type { Operation } from '../../spec/workload.ts';
import { SLICE } from './schedule.ts';
import { call, causesOf, runKernel } from './testing.ts';

const loop: Operation = { op: 'loop' };

/** Who runs, in order. */
const dispatches = (run: Run): readonly number[] =>
  rowsOf(run).flatMap((row) => (row.kind === 'return' && row.mode === 0 ? [row.tid] : []));

describe('round robin', () => {
  test('each task has the hart for a slice, then the next one', () => {
    const { run } = runKernel(
      workloadOf([[loop]], { start: [0, 0, 0], frames: 32, steps: 6 * SLICE }),
    );
    expect(dispatches(run).slice(0, 6)).toEqual([1, 2, 3, 1, 2, 3]);
    expect(new Set(causesOf(run, 1))).toEqual(new Set([Cause.timerInterrupt]));
  });

  test('yield gives the hart to the next task', () => {
    const { run } = runKernel(
      workloadOf([[call('yield'), loop]], { start: [0, 0], frames: 32, steps: 40 }),
    );
    expect(dispatches(run).slice(0, 4)).toEqual([1, 2, 1, 2]);
  });

  test('every hart gets work, and one that idles is woken for a new task', () => {
    const body = [{ op: 'set', rd: 's0', value: 1 } as const, call('thread', 0x1100), loop];
    const { run } = runKernel(workloadOf([body, [loop]], { harts: 3, frames: 32, steps: 200 }));
    const harts = new Set(rowsOf(run).flatMap((row) => (row.kind === 'retire' ? [row.hart] : [])));
    expect(harts.size).toBe(2);
  });
});
