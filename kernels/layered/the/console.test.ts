import { describe, expect, test } from 'vitest';
import { Errno } from '../../../spec/errno.ts';
import type { Operation } from '../../../spec/workload.ts';
import { call, consoleOf, resultsOf } from '../../core/testing.ts';
import { alone } from '../testing.ts';

const write = (va: number, length: number): Operation => call('write', va, length);
const pages: Operation[] = [
  call('map', 0x2000, 6),
  { op: 'store', va: 0x2ffc, value: 0x6463_6261 },
  call('map', 0x3000, 6),
  { op: 'store', va: 0x3000, value: 0x6867_6665 },
];
const written = (...body: Operation[]) => {
  const run = alone([[...pages, ...body]]);
  return { results: resultsOf(run, 1).slice(2), text: String.fromCharCode(...consoleOf(run)) };
};

describe('write', () => {
  test('sends bytes in order, across pages', () => {
    expect(written(write(0x2ffe, 5))).toEqual({ results: [5], text: 'cdefg' });
  });

  test('stops before the first byte that cannot be read', () => {
    expect(written(call('unmap', 0x3000), write(0x2ffd, 9))).toEqual({
      results: [0, 3],
      text: 'bcd',
    });
  });

  test.each([
    ['address 0', 0, 1],
    ['the kernel’s text', 0x8000_0000, 4],
    ['the direct map', 0xc000_0000, 4],
    ['the end of user space', 0x40_0000, 1],
    ['addresses that pass 2^32', 0xffff_fffc, 16],
    ['a length near 2^32', 0x4000, 0xffff_ffff],
  ])('fails on %s', (_, va, length) => {
    expect(written(write(va, length))).toEqual({ results: [-Errno.EFAULT], text: '' });
  });

  test('a length of 0 is no error anywhere', () => {
    expect(written(write(0, 0), write(0xffff_ffff, 0)).results).toEqual([0, 0]);
  });

  test('is cut short where it would keep the kernel for too long', () => {
    expect(written(write(0x2000, 0xffff_f000)).results).toEqual([4096]);
  });
});
