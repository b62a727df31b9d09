import { describe, expect, test } from 'vitest';
import { runWorkload } from '../../hardware/run.ts';
import { workloadOf } from '../../hardware/testing.ts';
import { ALL_RIGHTS, IPC_BUDGET, MAX_CAPABILITIES, Right } from '../../spec/calls/ipc.ts';
import { Errno } from '../../spec/errno.ts';
import type { Operation, Workload } from '../../spec/workload.ts';
import { call, resultsOf } from '../core/testing.ts';
import { buildIpc } from './index.ts';

const exit = call('exit', 0);
const resultsOfTasks = (
  programs: readonly (readonly Operation[])[],
  over: Partial<Workload> = {},
): readonly (readonly number[])[] => {
  const run = runWorkload(
    buildIpc(),
    workloadOf([], {
      programs: programs.map((operations) => ({ bodies: [[...operations, exit]] })),
      steps: 2000,
      frames: 32,
      ...over,
    }),
  );
  return programs.map((_, index) => resultsOf(run, index + 1));
};
const only = (...operations: readonly Operation[]): readonly number[] | undefined =>
  resultsOfTasks([operations])[0];
const times = (count: number, operation: Operation): Operation[] =>
  Array.from({ length: count }, () => operation);

const { EBADF, EINVAL, EPERM, EMFILE, ENOMEM, ESRCH, EPIPE, EDEADLK } = Errno;
const { send, receive, give } = Right;

describe('a capability', () => {
  test('is named by a slot of the own address space, and nothing else', () => {
    const used: Operation[] = [
      call('mint', 0, 1, 0),
      call('give', 1, 2),
      call('drop', 15),
      call('revoke', 16),
      call('send', 0xffff_ffff),
      call('receive', 3),
      call('call', 2),
      call('notify', 4),
    ];
    expect(only(...used)).toEqual(used.map(() => -EBADF));
    expect(
      resultsOfTasks([[call('endpoint'), call('spawn', 1), call('yield')], [call('send', 0)]]),
    ).toEqual([[0, 2, 0], [-EBADF]]);
  });

  test('is never derived with more than there is', () => {
    expect(
      only(
        call('endpoint'),
        call('mint', 0, send | give, 9),
        call('mint', 1, send | receive, 0),
        call('mint', 1, send, 1),
        call('mint', 1, 0, 0),
        call('mint', 1, 8, 0),
        call('mint', 1, send, 256),
        call('mint', 1, send, 0),
        call('receive', 1),
        call('give', 2, 2),
      ),
    ).toEqual([0, 1, -EPERM, -EPERM, -EINVAL, -EINVAL, -EINVAL, 2, -EPERM, -EPERM]);
  });

  test('goes into the lowest empty slot', () => {
    expect(
      only(...times(3, call('endpoint')), call('drop', 1), call('endpoint'), call('endpoint')),
    ).toEqual([0, 1, 2, 0, 1, 3]);
    const all = only(...times(MAX_CAPABILITIES + 1, call('endpoint')), call('mint', 0, 1, 0));
    expect(all?.slice(-3)).toEqual([15, -EMFILE, -EMFILE]);
  });

  test('is given to children only', () => {
    expect(
      resultsOfTasks([
        [
          call('endpoint'),
          call('give', 0, 1),
          call('give', 0, 7),
          call('spawn', 1),
          call('give', 0, 2),
        ],
        [],
      ]),
    ).toEqual([[0, -EPERM, -ESRCH, 2, 0], []]);
  });

  test('needs room, and there is room for as many as a kernel must have', () => {
    const filling = [...times(MAX_CAPABILITIES, call('endpoint')), call('yield')];
    const spaces = IPC_BUDGET.capabilities / MAX_CAPABILITIES;
    const spawns = Array.from({ length: spaces }, (_, index) => call('spawn', index + 1));
    const results = resultsOfTasks([
      [...spawns, ...times(60, call('yield')), call('endpoint')],
      ...spawns.map(() => [...filling, ...times(200, call('yield'))]),
    ]);
    expect(results[0]?.at(-1)).toBe(-ENOMEM);
    for (const [index] of spawns.entries()) {
      expect(results[index + 1]?.slice(0, MAX_CAPABILITIES)).toEqual(
        Array.from({ length: MAX_CAPABILITIES }, (_, slot) => slot),
      );
    }
  });
});

describe('what is taken away', () => {
  test('is all that was derived, and nothing else', () => {
    expect(
      only(
        call('endpoint'),
        call('mint', 0, ALL_RIGHTS, 1),
        call('mint', 1, ALL_RIGHTS, 0),
        call('mint', 0, ALL_RIGHTS, 2),
        call('endpoint'),
        call('revoke', 1),
        call('notify', 2),
        call('notify', 1),
        call('notify', 3),
        call('drop', 0),
        call('revoke', 3),
        call('notify', 1),
        call('notify', 4),
      ),
    ).toEqual([0, 1, 2, 3, 4, 0, -EBADF, 0, 0, 0, 0, 0, 0]);
  });

  test('goes on as derived from its parent where that is dropped', () => {
    expect(
      only(
        call('endpoint'),
        call('mint', 0, ALL_RIGHTS, 1),
        call('mint', 1, ALL_RIGHTS, 0),
        call('drop', 1),
        call('revoke', 0),
        call('notify', 2),
      ),
    ).toEqual([0, 1, 2, 0, 0, -EBADF]);
  });

  test('unblocks who waits through it', () => {
    const [, child] = resultsOfTasks([
      [
        call('endpoint'),
        call('spawn', 1),
        call('give', 0, 2),
        call('yield'),
        call('revoke', 0),
        call('yield'),
      ],
      [call('receive', 0), call('send', 0)],
    ]);
    expect(child).toEqual([-EPIPE, -EBADF]);
  });

  test('leaves others in the queue', () => {
    const results = resultsOfTasks([
      [
        call('endpoint'),
        call('mint', 0, ALL_RIGHTS, 1),
        call('spawn', 1),
        call('give', 0, 2),
        call('spawn', 2),
        call('give', 1, 3),
        call('spawn', 3),
        call('give', 0, 4),
        call('yield'),
        call('revoke', 1),
        call('receive', 0),
        call('receive', 0),
        call('yield'),
      ],
      [call('send', 0, 7, 7)],
      [call('send', 0, 8, 8)],
      [call('send', 0, 9, 9)],
    ]);
    expect(results.slice(1)).toEqual([[0], [-EPIPE], [0]]);
  });
});

describe('who waits', () => {
  test('is told when nobody is left who could receive', () => {
    expect(
      only(
        call('endpoint'),
        call('mint', 0, send, 0),
        call('drop', 0),
        call('send', 1),
        call('call', 1),
      ),
    ).toEqual([0, 1, 0, -EPIPE, -EPIPE]);
  });

  test('is refused where it would wait for ever', () => {
    expect(only(call('endpoint'), call('send', 0), call('call', 0))).toEqual([
      0,
      -EDEADLK,
      -EDEADLK,
    ]);
    const [parent, child] = resultsOfTasks([
      [
        call('endpoint'),
        call('endpoint'),
        call('spawn', 1),
        call('give', 0, 2),
        call('mint', 1, send, 0),
        call('give', 1, 2),
        call('call', 0, 1, 1),
      ],
      [call('yield'), call('receive', 0), call('drop', 1), call('exit', 0)],
    ]);
    expect(parent?.at(-1)).toBe(-EPIPE);
    expect(child?.[1]).toBe(0);
  });

  test('is refused where those who could receive wait for its reply', () => {
    const [, child] = resultsOfTasks([
      [
        call('endpoint'),
        call('endpoint'),
        call('mint', 1, send | give, 0),
        call('spawn', 1),
        call('give', 0, 2),
        call('give', 2, 2),
        call('call', 0),
      ],
      [call('yield'), call('receive', 0), call('call', 1), call('send', 1)],
    ]);
    expect(child).toEqual([0, 0, -EDEADLK, -EDEADLK]);
  });

  test('is told when its partner is killed, and forgotten when it is killed itself', () => {
    const [parent] = resultsOfTasks([
      [
        call('endpoint'),
        call('spawn', 1),
        call('give', 0, 2),
        call('yield'),
        call('receive', 0),
        call('kill', 2),
        call('reply', 1, 1),
        call('spawn', 1),
        call('give', 0, 3),
        call('yield'),
        call('kill', 3),
        call('notify', 0),
        call('receive', 0),
      ],
      [call('call', 0, 5, 5)],
    ]);
    expect(parent).toEqual([0, 2, 0, 0, 0, 0, -EINVAL, 3, 0, 0, 0, 0, 0x4000_0000]);
  });
});
