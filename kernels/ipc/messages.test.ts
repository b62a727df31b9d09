import { describe, expect, test } from 'vitest';
import { runWorkload } from '../../hardware/run.ts';
import { rowsOf, workloadOf } from '../../hardware/testing.ts';
import { ALL_RIGHTS, NOTIFICATION, Right } from '../../spec/calls/ipc.ts';
import { Errno } from '../../spec/errno.ts';
import { A0, type Tid } from '../../spec/riscv.ts';
import type { Operation, Workload } from '../../spec/workload.ts';
import { call, resultsOf } from '../core/testing.ts';
import { buildIpc, type IpcBuild } from './index.ts';

const exit = call('exit', 0);
const body = (index: number): number => 0x1000 + index * 0x100;

const run = (
  bodies: readonly (readonly Operation[])[],
  over: Partial<Workload> = {},
  build: IpcBuild = {},
) => runWorkload(buildIpc(build), workloadOf(bodies, { steps: 400, ...over }));

/** Task 1 starts a thread for each further body (tasks 2, 3, …), and goes on. */
const threads = (first: readonly Operation[], ...others: readonly (readonly Operation[])[]) => [
  [...others.map((_, index) => call('thread', body(index + 1))), ...first, exit],
  ...others.map((other) => [...other, exit]),
];

/** a0 to a2 at each return of a task. */
const registersOf = (made: ReturnType<typeof run>, tid: Tid): readonly (readonly number[])[] =>
  rowsOf(made)
    .filter((row) => row.tid === tid && row.mode === 0 && row.kind === 'return')
    .map(({ payload }) => payload.slice(5 + A0, 5 + A0 + 3).map((word) => word | 0));

describe('a message', () => {
  test('reaches a receiver that came first, and its sender goes on', () => {
    const made = run(
      threads(
        [call('endpoint'), call('mint', 0, Right.send, 5), call('yield'), call('send', 1, 7, 8)],
        [call('receive', 0)],
      ),
    );
    expect(resultsOf(made, 1)).toEqual([2, 0, 1, 0, 0]);
    expect(registersOf(made, 2)).toContainEqual([5, 7, 8]);
  });

  test('waits for its receiver', () => {
    const made = run(
      threads([call('endpoint'), call('yield'), call('receive', 0)], [call('send', 0, 7, 8)]),
    );
    expect(registersOf(made, 1)).toContainEqual([0, 7, 8]);
    expect(resultsOf(made, 2)).toEqual([0]);
  });

  test('with a call comes back as the reply, once', () => {
    const made = run(
      threads(
        [call('endpoint'), call('yield'), call('call', 0, 7, 8)],
        [call('receive', 0), call('reply', 3, 4), call('reply', 5, 6)],
      ),
    );
    expect(registersOf(made, 1)).toContainEqual([0, 3, 4]);
    expect(registersOf(made, 2)).toContainEqual([0, 7, 8]);
    expect(resultsOf(made, 2)).toEqual([0, 0, -Errno.EINVAL]);
  });

  test('that came first is received first', () => {
    const made = run(
      threads(
        [call('endpoint'), call('yield'), call('receive', 0), call('receive', 0)],
        [call('send', 0, 7, 0)],
        [call('call', 0, 8, 0)],
      ),
    );
    const got = registersOf(made, 1).map(([, first]) => first);
    expect(got.filter((word) => word === 7 || word === 8)[0]).toBe(7);
    expect(got).toContain(8);
  });
});

describe('notifications', () => {
  test('add up, and are received before any message', () => {
    const made = run(
      threads(
        [
          call('endpoint'),
          call('mint', 0, ALL_RIGHTS, 3),
          call('mint', 0, ALL_RIGHTS, 33),
          call('notify', 1),
          call('notify', 2),
          call('yield'),
          call('receive', 0),
          call('receive', 0),
        ],
        [call('send', 1, 9, 9)],
      ),
    );
    expect(registersOf(made, 1)).toContainEqual([NOTIFICATION, 0b1010, 0]);
    expect(registersOf(made, 1)).toContainEqual([3, 9, 9]);
  });

  test('wake who waits', () => {
    const made = run(
      threads([call('endpoint'), call('yield'), call('notify', 0)], [call('receive', 0)]),
    );
    expect(registersOf(made, 2)).toContainEqual([NOTIFICATION, 1, 0]);
  });
});

describe('a call', () => {
  test('waits its turn where somebody else is ready', () => {
    const made = run(
      threads(
        [call('endpoint'), call('yield'), call('call', 0, 7, 8)],
        [call('receive', 0), call('reply', 3, 4)],
        [call('yield'), call('yield'), call('yield')],
      ),
    );
    expect(registersOf(made, 1)).toContainEqual([0, 3, 4]);
  });

  test('of a task that is killed while it waits for the reply is owed no longer', () => {
    const made = runWorkload(
      buildIpc(),
      workloadOf([], {
        programs: [
          {
            bodies: [
              [
                call('endpoint'),
                call('spawn', 1),
                call('give', 0, 2),
                call('yield'),
                call('receive', 0),
                call('kill', 2),
                call('reply', 1, 1),
                exit,
              ],
            ],
          },
          { bodies: [[call('call', 0, 5, 5), exit]] },
        ],
        steps: 400,
      }),
    );
    expect(resultsOf(made, 1)).toEqual([0, 2, 0, 0, 0, 0, -Errno.EINVAL]);
  });
});
