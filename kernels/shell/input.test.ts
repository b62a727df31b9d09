/** The call that waits for a line, on every kernel that ships. */
import { describe, expect, test } from 'vitest';
import { runWorkload } from '../../hardware/run.ts';
import { haltOf, rowsOfKind, workloadOf } from '../../hardware/testing.ts';
import { INPUT_CALL, MAX_LINE } from '../../spec/calls/terminal.ts';
import type { Typed } from '../../spec/devices.ts';
import { Errno } from '../../spec/errno.ts';
import { Pte } from '../../spec/riscv.ts';
import type { Operation, Workload } from '../../spec/workload.ts';
import { call, consoleOf, resultsOf } from '../core/testing.ts';
import { hybrid } from '../hybrid/index.ts';
import { layered } from '../layered/index.ts';
import { microkernel } from '../microkernel/index.ts';
import { monolithic } from '../monolithic/index.ts';

const PAGE = 0x3000;
const exit = call('exit', 0);
const map = call('map', PAGE, Pte.R | Pte.W);
const input = (va: number, bytes: number): Operation => call(INPUT_CALL, va, bytes);
const load: Operation = { op: 'load', va: PAGE, rd: 'a3' };

const KERNELS = [monolithic, microkernel, hybrid, layered].map(
  (kernel) => [kernel.name, kernel] as const,
);

describe.each(KERNELS)('input on %s', (_, kernel) => {
  const run = (
    programs: readonly (readonly Operation[])[],
    typed: readonly Typed[],
    over: Partial<Workload> = {},
  ) => {
    const done = runWorkload(
      kernel,
      workloadOf([], {
        programs: programs.map((body) => ({ bodies: [body] })),
        start: programs.map((_, index) => index),
        frames: 64,
        steps: 4000,
        devices: { diskLatency: 1, networkLatency: 1, input: typed },
        ...over,
      }),
    );
    expect(haltOf(done)).toBeUndefined();
    return done;
  };

  test('waits until the line is there, and stores it with its end', () => {
    const done = run([[map, input(PAGE, 100), load, exit]], [{ after: 500, text: 'abc\n' }]);
    expect(resultsOf(done, 1)).toEqual([0, 4]);
    const values = rowsOfKind(done, 'retire').map(({ payload }) => payload[4]);
    expect(values).toContain(0x0a63_6261);
  });

  test('gives no more than was asked for; the rest stays, and lines stay apart', () => {
    const calls = [input(PAGE, 2), input(PAGE, 100), input(PAGE, 100), input(PAGE, 0)];
    const done = run([[map, ...calls, exit]], [{ after: 3, text: 'abcd\nef\n' }]);
    expect(resultsOf(done, 1)).toEqual([0, 2, 3, 3, 0]);
  });

  test('puts a line together that comes in pieces', () => {
    const pieces = ['a', 'bc', '', 'd\ne'].map((text, at) => ({ after: 300 * (at + 1), text }));
    const done = run([[map, input(PAGE, 100), exit]], pieces);
    expect(resultsOf(done, 1)).toEqual([0, 5]);
  });

  test('keeps the line where it cannot be stored', () => {
    const done = run([[input(PAGE, 9), map, input(PAGE, 9), exit]], [{ after: 3, text: 'abc\n' }]);
    expect(resultsOf(done, 1)).toEqual([-Errno.EFAULT, 0, 4]);
  });

  test('ends a line that is too long', () => {
    const text = 'x'.repeat(MAX_LINE + 2);
    const done = run([[map, input(PAGE, 1000), exit]], [{ after: 3, text }]);
    expect(resultsOf(done, 1)).toEqual([0, MAX_LINE]);
  });

  test('lets others write while somebody waits', () => {
    const writer = [map, { op: 'store', va: PAGE, value: 0x6f68 }, call('write', PAGE, 2), exit];
    const done = run([[map, input(PAGE, 9), exit], writer as Operation[]], []);
    expect(String.fromCharCode(...consoleOf(done))).toBe('ho');
    expect(resultsOf(done, 1)).toEqual([0]);
  });

  test('serves those who wait in the order in which they came', () => {
    const reader = [map, input(PAGE, 9), exit];
    const lines = [
      { after: 900, text: 'a\n' },
      { after: 1200, text: 'bcd\n' },
      { after: 1500, text: 'ef\n' },
    ];
    const done = run([reader, reader, reader], lines);
    expect([1, 2, 3].map((tid) => resultsOf(done, tid)[1])).toEqual([2, 4, 3]);
  });

  test('gives nothing to one that was killed while it waited', () => {
    const spin = Array.from({ length: 40 }, () => call('yield'));
    const parent = [call('spawn', 1), ...spin, call('kill', 'a5'), map, input(PAGE, 9), exit];
    const keep: Operation = { op: 'move', rd: 'a5', rs: 'a0' };
    parent.splice(1, 0, keep);
    const child = [map, input(PAGE, 9), exit];
    const done = run([parent as Operation[], child], [{ after: 2000, text: 'abc\n' }], {
      start: [0],
    });
    expect(resultsOf(done, 1).slice(-3)).toEqual([0, 0, 4]);
  });
});
