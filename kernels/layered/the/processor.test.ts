import { describe, expect, test } from 'vitest';
import { rowsOfKind } from '../../../hardware/testing.ts';
import type { Operation } from '../../../spec/workload.ts';
import { call, consoleOf, resultsOf } from '../../core/testing.ts';
import { alone, family, results } from '../testing.ts';

const loop: Operation = { op: 'loop' };

describe('who gets the processor', () => {
  test('all who are ready, in turn, also where nobody gives it up', () => {
    const run = family([[loop]], { start: [0, 0, 0] });
    const whom = rowsOfKind(run, 'context').map(({ payload }) => payload[0]);
    expect(whom.slice(0, 6)).toEqual([1, 2, 3, 1, 2, 3]);
  });

  test('with yield: the next at once', () => {
    const body = [call('yield'), { op: 'jump', va: 0x1000 } as const];
    const run = family([body], { start: [0, 0], steps: 60 });
    expect(resultsOf(run, 1).length).toBeGreaterThan(5);
    expect(resultsOf(run, 2).length).toBeGreaterThan(5);
  });

  test('of several harts each takes one, and is woken when somebody becomes ready', () => {
    const idle = Array.from({ length: 20 }, () => call('yield'));
    const body = [...idle, call('spawn', 1), call('spawn', 1), call('spawn', 1), loop];
    const run = family([body, [loop]], { harts: 4 });
    const harts = new Set(rowsOfKind(run, 'retire').map(({ hart }) => hart));
    expect(harts).toEqual(new Set([0, 1, 2, 3]));
    expect(rowsOfKind(run, 'ipi').length).toBeGreaterThan(2);
  });

  test('nobody: the hart is idle, and the run ends when all are', () => {
    const run = family([[call('exit', 0)]], { harts: 2 });
    expect(rowsOfKind(run, 'idle').length).toBeGreaterThan(1);
    expect(run.steps).toBeLessThan(100);
  });
});

test('registers survive whoever ran between', () => {
  const body = (value: number): Operation[] => [
    { op: 'set', rd: 's3', value },
    call('yield'),
    call('yield'),
    call('exit', 's3'),
  ];
  const parent: Operation[] = [
    call('spawn', 1),
    { op: 'move', rd: 's0', rs: 'a0' },
    call('spawn', 2),
    { op: 'move', rd: 's1', rs: 'a0' },
    call('wait', 's0'),
    call('wait', 's1'),
  ];
  expect(results([parent, body(11), body(22)]).slice(-2)).toEqual([11, 22]);
});

test('an interrupt of a device that nobody waits for is kept, and one of the timer ends a slice', () => {
  const run = alone([[call('yield'), loop]], {
    interrupts: [
      { hart: 0, after: 3 },
      { hart: 0, after: 4 },
    ],
    steps: 40,
  });
  expect(resultsOf(run, 1)).toEqual([0]);
});

test('bytes of the console leave in the order of the calls', () => {
  const body: Operation[] = [
    call('map', 0x2000, 6),
    { op: 'store', va: 0x2000, value: 0x41 },
    call('write', 0x2000, 1),
    { op: 'store', va: 0x2000, value: 0x42 },
    call('write', 0x2000, 1),
  ];
  expect(consoleOf(alone([body]))).toEqual([0x41, 0x42]);
});
