import { describe, expect, test } from 'vitest';
import type { Run } from '../../hardware/run.ts';
import { rowsOf, workloadOf } from '../../hardware/testing.ts';
import type { Operation, Workload } from '../../spec/workload.ts';
import { call, resultsOf, runKernel } from './testing.ts';

const load: Operation = { op: 'load', va: 0x2000, rd: 's0' };
/** A thread reads a page in a loop while its creator unmaps it, and takes all memory afterwards. */
const reader: Operation[] = [load, load, { op: 'jump', va: 0x1100 }];
const unmapper: Operation[] = [
  call('map', 0x2000, 6),
  { op: 'store', va: 0x2000, value: 5 },
  call('thread', 0x1100),
  ...Array.from({ length: 8 }, (): Operation => ({ op: 'set', rd: 's1', value: 1 })),
  call('unmap', 0x2000),
  call('map', 0x3000, 6),
  { op: 'store', va: 0x3000, value: 6 },
  { op: 'loop' },
];
const threads = (over: Partial<Workload>): Workload =>
  workloadOf([unmapper, reader], { harts: 2, frames: 32, steps: 300, ...over });

/** Loads that user mode did, in order, behind the return of unmap. */
const valuesAfterUnmap = (run: Run): readonly number[] => {
  const rows = rowsOf(run);
  const unmap = rows.findIndex(
    (row) => row.kind === 'return' && row.tid === 1 && row.payload[0] === 0x1000 + 4 * 12,
  );
  expect(unmap).toBeGreaterThan(0);
  return rows
    .slice(unmap)
    .flatMap((row) =>
      row.kind === 'retire' && row.payload[2] === 0x2000 ? [row.payload[4] ?? 0] : [],
    );
};

describe('shootdown', () => {
  test.each([0, 1, 7, 40])(
    'no load succeeds after unmap has returned, interrupts %i steps late',
    (ipiDelay) => {
      const { run } = runKernel(threads({ ipiDelay }));
      expect(valuesAfterUnmap(run)).toEqual([]);
    },
  );

  test('waits for the other hart only when that is on the same space', () => {
    const alone = runKernel(threads({ harts: 1 })).run;
    expect(rowsOf(alone).some(({ kind }) => kind === 'wait')).toBe(false);
    const together = runKernel(threads({ ipiDelay: 7 })).run;
    expect(rowsOf(together).some(({ kind }) => kind === 'wait')).toBe(true);
  });

  test('two harts that unmap at the same time do not wait for each other for ever', () => {
    const body = (page: number): Operation[] => [
      call('map', page, 6),
      { op: 'store', va: page, value: 1 },
      call('unmap', page),
    ];
    const again: Operation = { op: 'jump', va: 0x1004 };
    const bodies = [
      [call('thread', 0x1100), ...body(0x2000), again],
      [...body(0x3000), { op: 'jump', va: 0x1100 } as const],
    ];
    for (const ipiDelay of [0, 3, 20]) {
      const { run } = runKernel(workloadOf(bodies, { harts: 2, frames: 32, ipiDelay, steps: 600 }));
      expect(resultsOf(run, 1).length).toBeGreaterThan(20);
      expect(resultsOf(run, 2).every((result) => result === 0)).toBe(true);
    }
  });
});

describe('asids', () => {
  test('a space that gets the asid of a dead one sees nothing of it', () => {
    const first = [
      call('map', 0x2000, 6),
      { op: 'store', va: 0x2000, value: 7 } as const,
      load,
      call('exit', 0),
    ];
    const second = [load, call('exit', 0)];
    const wait: Operation[] = [{ op: 'move', rd: 's0', rs: 'a0' }, call('wait', 's0')];
    const parent = [call('spawn', 1), ...wait, call('spawn', 2), ...wait];
    const programs = [parent, first, second].map((body) => ({ bodies: [body] }));
    const { run } = runKernel(workloadOf([], { programs, tlbEntries: 64 }));
    expect(resultsOf(run, 1)).toEqual([2, 0, 3, 256 + 13]);
  });
});
