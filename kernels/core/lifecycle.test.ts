import { describe, expect, test } from 'vitest';
import { workloadOf } from '../../hardware/testing.ts';
import { faultStatus, KILLED_STATUS } from '../../spec/abi.ts';
import { Errno } from '../../spec/errno.ts';
import { Cause } from '../../spec/riscv.ts';
import type { Operation, Workload } from '../../spec/workload.ts';
import { Control } from './layout.ts';
import { call, resultsOf, runKernel } from './testing.ts';

const { ECHILD, EINVAL, ENOENT, EPERM, ESRCH } = Errno;
const loop: Operation = { op: 'loop' };
const keep: Operation = { op: 'move', rd: 's0', rs: 'a0' };

/** Program 0 starts; the others are there to be spawned. */
const family = (programs: readonly (readonly Operation[])[], over: Partial<Workload> = {}) =>
  workloadOf([], { programs: programs.map((body) => ({ bodies: [body] })), steps: 400, ...over });

const results = (programs: readonly (readonly Operation[])[], over: Partial<Workload> = {}) =>
  resultsOf(runKernel(family(programs, over)).run, 1);

describe('spawn', () => {
  test('names each task anew, and refuses programs that there are not', () => {
    const body = [call('spawn', 1), call('spawn', 1), call('spawn', 2), call('spawn', 0xffff_ffff)];
    expect(results([body, [call('exit', 0)]])).toEqual([2, 3, -ENOENT, -ENOENT]);
  });

  test('goes on for ever when each child ends: frames and slots come back', () => {
    const body = [call('spawn', 1), keep, call('wait', 's0'), { op: 'jump', va: 0x1000 } as const];
    const { run, k } = runKernel(
      family([body, [call('map', 0x2000, 6), call('exit', 3)]], { steps: 3000 }),
    );
    expect(resultsOf(run, 1).every((result) => result >= 0)).toBe(true);
    expect(k.control[Control.nextTid]).toBeGreaterThan(200);
  });

  test('forgets children that nobody can wait for', () => {
    const parent = [call('spawn', 2), call('spawn', 2), call('exit', 0)];
    const body = [call('spawn', 1), keep, call('wait', 's0'), { op: 'jump', va: 0x1000 } as const];
    const { run } = runKernel(
      family([body, parent, [call('yield'), call('exit', 0)]], { steps: 3000 }),
    );
    expect(resultsOf(run, 1).every((result) => result >= 0)).toBe(true);
  });
});

describe('wait', () => {
  test.each([
    ['exit: its code, cut to a byte', [call('exit', 0x1ff)], 0xff],
    [
      'a fault: 256 + cause',
      [{ op: 'load', va: 0x8000_0000, rd: 's0' }],
      faultStatus(Cause.loadPageFault),
    ],
    [
      'an illegal instruction',
      [{ op: 'privileged', instruction: 'sret' }],
      faultStatus(Cause.illegalInstruction),
    ],
  ] as const)('tells of %s', (_, child, status) => {
    expect(
      results([[call('spawn', 1), keep, call('wait', 's0'), call('wait', 's0')], child]),
    ).toEqual([2, status, -ECHILD]);
  });

  test('refuses strangers, nobody and oneself', () => {
    expect(results([[call('wait', 0), call('wait', 1), call('wait', 99)]])).toEqual(
      Array(3).fill(-ECHILD),
    );
  });
});

describe('kill', () => {
  test.each([1, 2, 4])('ends a child wherever it is, with %i harts', (harts) => {
    const body = [
      call('spawn', 1),
      keep,
      call('yield'),
      call('kill', 's0'),
      call('kill', 's0'),
      call('wait', 's0'),
    ];
    expect(results([body, [loop]], { harts })).toEqual([2, 0, 0, -ESRCH, KILLED_STATUS]);
  });

  test('ends a child that waits itself; its own child goes on', () => {
    const body = [
      call('spawn', 1),
      keep,
      call('yield'),
      call('yield'),
      call('kill', 's0'),
      call('wait', 's0'),
    ];
    const middle = [call('spawn', 2), keep, call('wait', 's0')];
    expect(results([body, middle, [loop]]).slice(-2)).toEqual([0, KILLED_STATUS]);
  });

  test('refuses the parent, strangers and the dead', () => {
    const child = [call('kill', 1), call('kill', 2), call('kill', 99), call('kill', 0)];
    const { run } = runKernel(family([[call('spawn', 1), loop], child]));
    expect(resultsOf(run, 2)).toEqual([-EPERM, -EPERM, -ESRCH, -ESRCH]);
  });
});

describe('thread', () => {
  test('starts at pc in the same space, and refuses addresses that are none', () => {
    const bodies = [
      [
        call('map', 0x2000, 6),
        call('thread', 0x1100),
        keep,
        call('wait', 's0'),
        { op: 'load', va: 0x2000, rd: 'a0' },
        call('thread', 0x1102),
        call('thread', 0x40_0000),
      ],
      [{ op: 'store', va: 0x2000, value: 9 }, call('exit', 4)],
    ] as const;
    expect(resultsOf(runKernel(workloadOf(bodies)).run, 1)).toEqual([0, 2, 4, -EINVAL, -EINVAL]);
  });

  test('the space lives until its last task ends', () => {
    const bodies = [
      [call('map', 0x2000, 6), call('thread', 0x1100), call('exit', 0)],
      [call('yield'), { op: 'store', va: 0x2000, value: 9 }, call('write', 0x2000, 1)],
    ] as const;
    expect(resultsOf(runKernel(workloadOf(bodies)).run, 2)).toEqual([0, 1]);
  });
});

describe('when everything has ended', () => {
  const busy = [
    call('map', 0x2000, 6),
    call('map', 0x3000, 2),
    { op: 'store', va: 0x2000, value: 1 } as const,
    call('spawn', 1),
    keep,
    call('share', 0x2000, 's0', 6),
    call('thread', 0x1000 + 4 * 9),
    call('kill', 's0'),
    call('exit', 0),
    call('exit', 0),
  ];
  test.each([1, 3])('no frame, promise, asid or task is left, on %i harts', (harts) => {
    const { k } = runKernel(
      family([busy, [loop]], { harts, frames: 32, start: [0, 0], steps: 1000 }),
    );
    const { control, image } = k;
    expect(control[Control.freeCount]).toBe(image.freeFrames.length - 4);
    expect(control[Control.promised]).toBe(0);
    expect([...control.subarray(Control.asids, Control.asids + 2)]).toEqual([1, 0]);
    expect(control[Control.queueHead]).toBe(0);
    expect(control[Control.idle]).toBe((1 << harts) - 1);
  });
});
