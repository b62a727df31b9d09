import { describe, expect, test } from 'vitest';
import { workloadOf } from '../../hardware/testing.ts';
import { Errno } from '../../spec/errno.ts';
import { Cause } from '../../spec/riscv.ts';
import type { Operation } from '../../spec/workload.ts';
import { Control } from './layout.ts';
import { call, causesOf, resultsOf, runKernel } from './testing.ts';

const { EINVAL, EEXIST, ENOMEM, EPERM, ESRCH } = Errno;
const results = (...body: Operation[]): readonly number[] =>
  resultsOf(runKernel(workloadOf([body])).run, 1);
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

  test('promises a frame, and gives it at the first touch', () => {
    const body: Operation[] = [...fill(2, 3), { op: 'load', va: 0x2000, rd: 's0' }];
    const { run, k } = runKernel(workloadOf([body], { steps: 4 }));
    expect(causesOf(run, 1)).toEqual([Cause.userEcall, Cause.userEcall, Cause.loadPageFault]);
    expect(k.control[Control.promised]).toBe(1);
  });

  test('never promises a frame twice: when all are promised it fails, and every touch succeeds', () => {
    const pages = Array.from({ length: 10 }, (_, i) => i + 2);
    const touch = pages
      .slice(0, 6)
      .map((page): Operation => ({ op: 'store', va: page * 4096, value: 1 }));
    const { run } = runKernel(workloadOf([[...fill(...pages), ...touch]]));
    const made = resultsOf(run, 1).filter((result) => result === 0).length;
    expect(made).toBe(6);
    expect(resultsOf(run, 1).at(-1)).toBe(-ENOMEM);
    expect(causesOf(run, 1).filter((cause) => cause === Cause.storePageFault)).toHaveLength(made);
  });
});

describe('unmap', () => {
  test('refuses text, address 0, and what is not mapped', () => {
    expect(results(call('unmap', 0x1000), call('unmap', 0), call('unmap', 0x2000))).toEqual(
      Array(3).fill(-EINVAL),
    );
  });

  test('gives frames and promises back', () => {
    const body = [
      ...fill(2, 3),
      { op: 'store', va: 0x2000, value: 1 } as const,
      call('unmap', 0x2000),
      call('unmap', 0x3000),
    ];
    const before = runKernel(workloadOf([[]], { steps: 0 })).k.control;
    const { control } = runKernel(workloadOf([body], { steps: 7 })).k;
    expect(control[Control.freeCount]).toBe(before[Control.freeCount]);
    expect(control[Control.promised]).toBe(0);
  });

  test('takes the page away: the next load faults and ends the task', () => {
    const load: Operation = { op: 'load', va: 0x2000, rd: 's0' };
    const body = [...fill(2), load, call('unmap', 0x2000), load, call('yield')];
    const { run } = runKernel(workloadOf([body]));
    expect(causesOf(run, 1).at(-1)).toBe(Cause.loadPageFault);
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
    const body = [...fill(2), store, call('protect', 0x2000, 2), store];
    expect(causesOf(runKernel(workloadOf([body])).run, 1).at(-1)).toBe(Cause.storePageFault);
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
    runKernel({
      ...workloadOf([]),
      programs: [{ bodies: [[...body, { op: 'loop' }]] }, { bodies: [child] }],
      start: [0, 1],
    });

  test.each([
    ['a page that is not mapped', 0x3000, 's0', 2, EINVAL],
    ['text', 0x1000, 's0', 2, EINVAL],
    ['rights that are none', 0x2000, 's0', 10, EINVAL],
    ['a tid that nobody has', 0x2000, 99, 2, ESRCH],
    ['a task that is no child', 0x2000, 2, 2, EPERM],
    ['itself', 0x2000, 1, 2, EPERM],
  ] as const)('refuses %s', (_, va, tid, prot, errno) => {
    const { run } = shared(parent(va, tid, prot), [{ op: 'loop' }]);
    expect(resultsOf(run, 1).at(-1)).toBe(-errno);
  });

  test('both see the same words, and the frame lives until the last lets go', () => {
    const child: Operation[] = [
      call('yield'),
      { op: 'load', va: 0x2000, rd: 's1' },
      call('write', 0x2000, 1),
      call('exit', 0),
    ];
    const { run } = shared([...parent(0x2000, 's0', 2), call('unmap', 0x2000)], child);
    expect(resultsOf(run, 3)).toContain(1);
  });
});
