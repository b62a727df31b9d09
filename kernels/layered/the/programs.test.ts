import { describe, expect, test } from 'vitest';
import { faultStatus, KILLED_STATUS } from '../../../spec/abi.ts';
import { Errno } from '../../../spec/errno.ts';
import { textAddress } from '../../../spec/layout.ts';
import { Cause } from '../../../spec/riscv.ts';
import type { Operation } from '../../../spec/workload.ts';
import { call, resultsOf } from '../../core/testing.ts';
import { alone, family, results } from '../testing.ts';

const { ECHILD, EINVAL, ENOENT, ENOMEM, ENOSYS, EPERM, ESRCH } = Errno;
const loop: Operation = { op: 'loop' };
const keep: Operation = { op: 'move', rd: 's0', rs: 'a0' };
const again: Operation = { op: 'jump', va: 0x1000 };

describe('spawn', () => {
  test('names each task anew, and refuses programs that there are not', () => {
    const body = [call('spawn', 1), call('spawn', 1), call('spawn', 2), call('spawn', 0xffff_ffff)];
    expect(results([body, [call('exit', 0)]])).toEqual([2, 3, -ENOENT, -ENOENT]);
  });

  test('goes on for ever when each child ends: frames and places come back', () => {
    const body = [call('spawn', 1), keep, call('wait', 's0'), again];
    const child = [call('map', 0x2000, 6), call('exit', 3)];
    const all = results([body, child], { steps: 6000 });
    expect(all.filter((result) => result === 3).length).toBeGreaterThan(300);
    expect(all.every((result) => result > 0)).toBe(true);
  });

  test('is refused when frames have run out, and leaves nothing behind then', () => {
    const made = results([[call('spawn', 1), again], [loop]], { frames: 32 });
    expect(made.filter((tid) => tid > 0).length).toBeGreaterThan(3);
    expect(made.at(-1)).toBe(-ENOMEM);
  });

  test('is refused when there are too many tasks', () => {
    const body = [call('spawn', 0), call('wait', 'a0'), call('exit', 0)];
    const run = family([body], { frames: 1200, steps: 8000 });
    expect(resultsOf(run, 254)[0]).toBe(255);
    expect(resultsOf(run, 255)).toEqual([-ENOMEM, -ECHILD]);
    expect(resultsOf(run, 1)).toEqual([2, 0]);
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
    [
      'a jump to where nothing is',
      [{ op: 'jump', va: 0x3000 }],
      faultStatus(Cause.instructionPageFault),
    ],
    [
      'a store to its text',
      [{ op: 'store', va: 0x1000, value: 1 }],
      faultStatus(Cause.storePageFault),
    ],
  ] as const)('tells of %s', (_, child, status) => {
    expect(
      results([[call('spawn', 1), keep, call('wait', 's0'), call('wait', 's0')], child]),
    ).toEqual([2, status, -ECHILD]);
  });

  test('of a child that has ended before answers at once', () => {
    const body = [call('spawn', 1), keep, call('yield'), call('yield'), call('wait', 's0')];
    expect(results([body, [call('exit', 5)]])).toEqual([2, 0, 0, 5]);
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

  test('ends the last and the first of those that are ready', () => {
    const body = [
      call('spawn', 1),
      keep,
      call('spawn', 1),
      { op: 'move', rd: 's1', rs: 'a0' } as const,
      call('spawn', 1),
      { op: 'move', rd: 's2', rs: 'a0' } as const,
      call('kill', 's1'),
      call('kill', 's2'),
      call('kill', 's0'),
      call('yield'),
    ];
    expect(results([body, [loop]])).toEqual([2, 3, 4, 0, 0, 0, 0]);
  });

  test('ends a child that waits itself; its own child goes on', () => {
    const middle = [call('spawn', 2), keep, call('wait', 's0')];
    const body = [
      call('spawn', 1),
      keep,
      call('yield'),
      call('yield'),
      call('kill', 's0'),
      call('wait', 's0'),
    ];
    expect(results([body, middle, [loop]]).slice(-2)).toEqual([0, KILLED_STATUS]);
    const orphan = family([body, middle, [call('yield'), call('yield'), call('yield')]]);
    expect(resultsOf(orphan, 3)).toEqual([0, 0, 0]);
  });

  test.each([5, 20, 60])('ends a child that waits for the disk, which takes %i steps', (steps) => {
    const child = [call('open', textAddress(0), 0), call('exit', 1)];
    const body = [call('spawn', 1), keep, call('yield'), call('kill', 's0'), call('wait', 's0')];
    const run = alone([], {
      programs: [{ bodies: [body] }, { bodies: [child], texts: ['/a'] }],
      devices: { diskLatency: steps, networkLatency: 1 },
    });
    expect(resultsOf(run, 1)).toEqual([2, 0, 0, KILLED_STATUS]);
  });

  test('ends a thread of one’s own, whose space goes on', () => {
    const bodies = [
      [
        call('map', 0x2000, 6),
        call('thread', 0x1100),
        keep,
        call('kill', 's0'),
        call('wait', 's0'),
        call('write', 0x2000, 1),
      ],
      [loop],
    ];
    expect(resultsOf(alone(bodies), 1)).toEqual([0, 2, 0, KILLED_STATUS, 1]);
  });

  test('refuses the parent, strangers and the dead', () => {
    const child = [call('kill', 1), call('kill', 2), call('kill', 99), call('kill', 0)];
    const run = family([[call('spawn', 1), loop], child]);
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
    expect(resultsOf(alone(bodies), 1)).toEqual([0, 2, 4, -EINVAL, -EINVAL]);
  });

  test('the space lives until its last task ends', () => {
    const bodies = [
      [call('map', 0x2000, 6), call('thread', 0x1100), call('exit', 0)],
      [call('yield'), { op: 'store', va: 0x2000, value: 9 }, call('write', 0x2000, 1)],
    ] as const;
    expect(resultsOf(alone(bodies), 2)).toEqual([0, 1]);
  });
});

describe('the tree', () => {
  test('children of the dead belong to nobody, and are forgotten when they end', () => {
    const parent = [call('spawn', 2), call('spawn', 2), call('exit', 0)];
    const body = [call('spawn', 1), keep, call('wait', 's0'), again];
    const all = results([body, parent, [call('yield'), call('exit', 0)]], { steps: 3000 });
    expect(all.every((result) => result >= 0)).toBe(true);
    expect(all.length).toBeGreaterThan(100);
  });

  test('a thread that waits for a child of the same space is killed with its wait', () => {
    const bodies = [
      [
        call('thread', 0x1100),
        keep,
        call('yield'),
        call('yield'),
        call('kill', 's0'),
        call('wait', 's0'),
      ],
      [call('thread', 0x1200), keep, call('wait', 's0'), call('exit', 1)],
      [loop],
    ];
    expect(resultsOf(alone(bodies), 1).slice(-2)).toEqual([0, KILLED_STATUS]);
  });
});

test.each([0, 12, 63, 0x8000_0001, 0xffff_ffff])('call %i does not exist', (number) => {
  expect(results([[call(number, 1, 2, 3)]])).toEqual([-ENOSYS]);
});
