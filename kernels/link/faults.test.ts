import { describe, expect, test } from 'vitest';
import { haltOf, rowsOfKind } from '../../hardware/testing.ts';
import { KERNEL_TEXT_FRAME, serviceSegment } from '../../spec/layout.ts';
import { Pte } from '../../spec/riscv.ts';
import type { FaultKind, ServiceFault } from '../../spec/workload.ts';
import { call, resultsOf } from '../core/testing.ts';
import { SERVICES } from '../services/index.ts';
import { memoryService } from '../services/memory.ts';
import { GARBAGE } from './faults.ts';
import { runLinked, serviceCalled } from './testing.ts';

/** Answers with the sum of the words of its segment, and counts its requests there. */
const files = serviceCalled('files', {
  handle({ memory, segment }) {
    memory.store(segment, memory.load(segment) + 1);
    let sum = 0;
    for (let at = 0; at < 4096; at += 4) sum += memory.load(segment + at);
    return sum;
  },
});

const withFault = (kind: FaultKind, more: Partial<ServiceFault> = {}) =>
  runLinked([files], [[call('sync'), call('sync'), call('sync'), call('exit', 0)]], {
    faults: [{ service: 'files', request: 1, kind, ...more }],
  });

describe('a service in the kernel that goes wrong', () => {
  test('leaves a record of when it does', () => {
    const struck = rowsOfKind(withFault('garbage reply'), 'strike');
    expect(struck.map(({ payload }) => payload[0])).toEqual([0]);
    expect(rowsOfKind(withFault('garbage reply', { request: 7 }), 'strike')).toEqual([]);
  });

  test('by a wild store really overwrites what lies there', () => {
    const at = serviceSegment(0) + 8;
    const run = withFault('wild store', { va: at, value: 100 });
    expect(resultsOf(run, 1)).toEqual([1, 102, 103]);
  });

  test('by a wild store to nowhere takes the whole system along', () => {
    const run = withFault('wild store');
    expect(resultsOf(run, 1)).toEqual([1]);
    expect(haltOf(run)?.reason).toBe('handler-threw');
  });

  test('by a null pointer takes the whole system along', () => {
    expect(haltOf(withFault('null dereference'))?.reason).toBe('handler-threw');
  });

  test('by an endless loop takes the whole system along', () => {
    expect(haltOf(withFault('endless loop'))?.reason).toBe('out-of-fuel');
  });

  test('by silence makes its clients wait for ever', () => {
    const run = withFault('silence');
    expect(resultsOf(run, 1)).toEqual([1]);
    expect(haltOf(run)).toBeUndefined();
  });

  test('by garbage answers what is no result', () => {
    expect(resultsOf(withFault('garbage reply'), 1)).toEqual([1, GARBAGE, 2]);
  });

  test('by a leak loses the room that it has', () => {
    expect(resultsOf(withFault('leak'), 1)).toEqual([1, 1023 + 2, 1023 + 3]);
  });

  test('by wild DMA overwrites whatever lies there, past all tables', () => {
    const run = runLinked(
      [SERVICES.disk, SERVICES.files],
      [[call('open', 0, 0), call('exit', 0)]],
      { faults: [{ service: 'disk', request: 0, kind: 'wild dma', va: KERNEL_TEXT_FRAME * 4096 }] },
    );
    expect(haltOf(run)?.reason).toBe('kernel-unreachable');
  });

  test('by wild DMA without a device does nothing', () => {
    expect(resultsOf(withFault('wild dma'), 1)).toEqual([1, 2, 3]);
  });

  test('by a second reply does nothing at all: a call returns once', () => {
    expect(resultsOf(withFault('double reply'), 1)).toEqual([1, 2, 3]);
  });
});

test('a memory service that has lost its frames costs nobody a page', () => {
  const page = 0x3000;
  const run = runLinked(
    [memoryService],
    [
      [
        call('map', page, Pte.R | Pte.W),
        { op: 'store', va: page, value: 3 },
        call('map', page + 0x1000, Pte.R | Pte.W),
        { op: 'store', va: page + 0x1000, value: 4 },
        call('exit', 0),
      ],
    ],
    { faults: [{ service: 'memory', request: 0, kind: 'leak' }] },
  );
  expect(resultsOf(run, 1)).toEqual([0, 0]);
  expect(haltOf(run)).toBeUndefined();
});
