import { describe, expect, test } from 'vitest';
import { Errno } from '../../../spec/errno.ts';
import { Cause } from '../../../spec/riscv.ts';
import type { Operation } from '../../../spec/workload.ts';
import { call, causesOf, resultsOf } from '../../core/testing.ts';
import { alone, family } from '../testing.ts';

const { EINVAL, EEXIST, ENOMEM, EPERM, ESRCH } = Errno;
const results = (...body: Operation[]): readonly number[] => resultsOf(alone([body]), 1);
const fill = (...pages: number[]): Operation[] => pages.map((page) => call('map', page * 4096, 6));

describe('map', () => {
  test.each([
    ['address 0', 0, 6],
    ['an address within a page', 0x2004, 6],
    ['userEnd', 0x40_0000, 6],
    ['the last page of all', 0xffff_f000, 6],
    ['W without R', 0x2000, 4],
    ['W and X together', 0x2000, 14],
    ['no rights', 0x2000, 0],
  ])('refuses %s', (_, va, prot) => {
    expect(results(call('map', va, prot))).toEqual([-EINVAL]);
  });

  test('refuses a page that is there, text included', () => {
    expect(results(...fill(2, 2, 1))).toEqual([0, -EEXIST, -EEXIST]);
  });

  test('gives a frame of zeros, also where it held something before', () => {
    const body: Operation[] = [
      ...fill(2),
      { op: 'store', va: 0x2000, value: 7 },
      call('unmap', 0x2000),
      ...fill(3),
      { op: 'load', va: 0x3000, rd: 'a0' },
      call('exit', 'a0'),
    ];
    const run = family([[call('spawn', 1), call('wait', 'a0')], body]);
    expect(resultsOf(run, 1)).toEqual([2, 0]);
  });

  test('fails when frames have run out, and goes on when one has come back', () => {
    const pages = Array.from({ length: 40 }, (_, i) => i + 2);
    const run = alone([[...fill(...pages), call('unmap', 0x2000), ...fill(60)]], { frames: 32 });
    const all = resultsOf(run, 1);
    expect(all.filter((result) => result === -ENOMEM).length).toBeGreaterThan(5);
    expect(all.slice(-2)).toEqual([0, 0]);
  });
});

describe('unmap', () => {
  test('refuses text, address 0, and what is not mapped', () => {
    expect(results(call('unmap', 0x1000), call('unmap', 0), call('unmap', 0x2000))).toEqual(
      Array(3).fill(-EINVAL),
    );
  });

  test('takes the page away: the next load faults and ends the task', () => {
    const load: Operation = { op: 'load', va: 0x2000, rd: 's0' };
    const run = alone([[...fill(2), load, call('unmap', 0x2000), load, call('yield')]]);
    expect(causesOf(run, 1).at(-1)).toBe(Cause.loadPageFault);
  });

  test.each([2, 4])('takes it away from threads on other harts too: %i of them', (harts) => {
    const bodies: Operation[][] = [
      [...fill(2), call('thread', 0x1100), call('yield'), call('unmap', 0x2000), { op: 'loop' }],
      [
        { op: 'load', va: 0x2000, rd: 's0' },
        { op: 'jump', va: 0x1100 },
      ],
    ];
    expect(causesOf(alone(bodies, { harts }), 2).at(-1)).toBe(Cause.loadPageFault);
  });
});

describe('protect', () => {
  test('allows r, rw and rx, nothing else, and never text', () => {
    const protect = (prot: number): Operation => call('protect', 0x2000, prot);
    expect(
      results(...fill(2), ...[2, 6, 10, 14, 8, 4, 0].map(protect), call('protect', 0x1000, 2)),
    ).toEqual([0, 0, 0, 0, ...Array(5).fill(-EINVAL)]);
  });

  test('a store to a page that became read-only faults, though the TLB held it writable', () => {
    const store: Operation = { op: 'store', va: 0x2000, value: 5 };
    const run = alone([[...fill(2), store, call('protect', 0x2000, 2), store]]);
    expect(causesOf(run, 1).at(-1)).toBe(Cause.storePageFault);
  });

  test('a store on another hart whose TLB knows less is tried again, and succeeds', () => {
    const bodies: Operation[][] = [
      [call('map', 0x2000, 2), call('thread', 0x1100), call('protect', 0x2000, 6), { op: 'loop' }],
      [
        { op: 'load', va: 0x2000, rd: 's0' },
        { op: 'load', va: 0x2000, rd: 's0' },
        { op: 'load', va: 0x2000, rd: 's0' },
        { op: 'load', va: 0x2000, rd: 's0' },
        { op: 'load', va: 0x2000, rd: 's0' },
        { op: 'store', va: 0x2000, value: 1 },
        call('exit', 0),
      ],
    ];
    expect(causesOf(alone(bodies, { harts: 2 }), 2)).toEqual([Cause.userEcall]);
  });
});

describe('share', () => {
  const parent = (va: number, tid: number | 'a0' | 's0', prot: number): Operation[] => [
    call('spawn', 1),
    { op: 'move', rd: 's0', rs: 'a0' },
    ...fill(2),
    { op: 'store', va: 0x2000, value: 77 },
    call('share', va, tid, prot),
  ];
  const shared = (body: readonly Operation[], child: readonly Operation[] = [call('yield')]) =>
    family([[...body, { op: 'loop' }], child], { start: [0, 1] });

  test.each([
    ['a page that is not mapped', 0x3000, 's0', 2, EINVAL],
    ['text', 0x1000, 's0', 2, EINVAL],
    ['rights that are none', 0x2000, 's0', 10, EINVAL],
    ['a tid that nobody has', 0x2000, 99, 2, ESRCH],
    ['a task that is no child', 0x2000, 2, 2, EPERM],
    ['itself', 0x2000, 1, 2, EPERM],
  ] as const)('refuses %s', (_, va, tid, prot, errno) => {
    const run = shared(parent(va, tid, prot), [{ op: 'loop' }]);
    expect(resultsOf(run, 1).at(-1)).toBe(-errno);
  });

  test('refuses more rights than there are, and a page that the child has', () => {
    const more = shared([...parent(0x2000, 's0', 6), call('protect', 0x2000, 2)], [{ op: 'loop' }]);
    expect(resultsOf(more, 1).slice(-2)).toEqual([0, 0]);
    const twice = [...parent(0x2000, 's0', 2), call('share', 0x2000, 's0', 2)];
    expect(resultsOf(shared(twice, [{ op: 'loop' }]), 1).at(-1)).toBe(-EEXIST);
    const less = [call('map', 0x3000, 2), ...parent(0x3000, 's0', 6)];
    expect(resultsOf(shared(less, [{ op: 'loop' }]), 1).at(-1)).toBe(-EINVAL);
  });

  test('both see the same words, and the frame lives until the last lets go', () => {
    const child: Operation[] = [
      call('yield'),
      { op: 'load', va: 0x2000, rd: 's1' },
      call('write', 0x2000, 1),
      call('exit', 0),
    ];
    const run = shared([...parent(0x2000, 's0', 2), call('unmap', 0x2000)], child);
    expect(resultsOf(run, 3)).toContain(1);
  });
});
