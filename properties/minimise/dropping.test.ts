import { describe, expect, test } from 'vitest';
import { bodyAddress } from '../../spec/layout.ts';
import type { Operation, Workload } from '../../spec/workload.ts';
import { withoutOperations } from './dropping.ts';

const set = (value: number): Operation => ({ op: 'set', rd: 't0', value });
const having = (...bodies: readonly (readonly Operation[])[]): Workload => ({
  format: 1,
  harts: 1,
  frames: 16,
  tlbEntries: 8,
  ipiDelay: 0,
  programs: [{ bodies }],
  start: [0],
  schedule: [],
  interrupts: [],
  steps: 100,
});

describe('withoutOperations', () => {
  test('addresses behind the gap move with what they mean', () => {
    const gone = set(1);
    const jump: Operation = { op: 'jump', va: bodyAddress(0) + 12 };
    const workload = having([gone, jump, set(2), set(3)]);
    expect(withoutOperations(workload, new Set([gone])).programs[0]?.bodies[0]).toEqual([
      { op: 'jump', va: bodyAddress(0) + 8 },
      set(2),
      set(3),
    ]);
  });

  test('addresses before it, in other bodies and of data stay', () => {
    const gone = set(1);
    const rest: Operation[] = [
      { op: 'jump', va: bodyAddress(0) },
      { op: 'load', va: 0x2004, rd: 't0' },
      { op: 'call', call: 'thread', args: [bodyAddress(1)] },
    ];
    const workload = having([...rest, gone], [set(2)]);
    const left = withoutOperations(workload, new Set([gone]));
    expect(left.programs[0]?.bodies[0]?.every((operation, i) => operation === rest[i])).toBe(true);
  });

  test('bodies keep their places, and empty ones at the end go', () => {
    const [a, b, c] = [set(1), set(2), set(3)];
    const left = withoutOperations(having([a], [b], [c]), new Set([a, c]));
    expect(left.programs[0]?.bodies).toEqual([[], [b]]);
  });
});
