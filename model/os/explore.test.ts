import { describe, expect, test } from 'vitest';
import { ABI_GROUPS } from '../../spec/abi.ts';
import type { Operation, Workload } from '../../spec/workload.ts';
import { explore } from './explore.ts';
import { broken } from './invariants.ts';
import { initialState } from './state.ts';

const claims = { implements: ABI_GROUPS };
const call = (
  name: Operation & { op: 'call' } extends never ? never : string,
  ...args: (number | 'a0' | 's2')[]
): Operation => ({ op: 'call', call: name, args }) as Operation;

const workload = (harts: number, ...bodies: Operation[][]): Workload => ({
  format: 1,
  harts,
  frames: 64,
  tlbEntries: 8,
  ipiDelay: 0,
  programs: [{ bodies }],
  start: [0],
  schedule: [],
  interrupts: [],
  steps: 100,
});

const scopes: readonly (readonly [string, Workload])[] = [
  [
    'map, store, unmap, load',
    workload(1, [
      call('map', 0x2000, 6),
      { op: 'store', va: 0x2000, value: 7 },
      call('unmap', 0x2000),
      { op: 'load', va: 0x2000, rd: 't0' },
    ]),
  ],
  [
    'a thread beside an unmap, two harts',
    workload(
      2,
      [call('map', 0x2000, 6), call('thread', 0x1100), call('unmap', 0x2000), call('exit', 0)],
      [{ op: 'load', va: 0x2000, rd: 't0' }, call('exit', 1)],
    ),
  ],
  [
    'a child that is killed and waited for',
    workload(
      1,
      [
        call('thread', 0x1100),
        { op: 'move', rd: 's2', rs: 'a0' },
        call('kill', 's2'),
        call('wait', 's2'),
        call('exit', 0),
      ],
      [{ op: 'loop' }],
    ),
  ],
];

describe('the model of the operating system, in small', () => {
  test.each(scopes)('keeps its invariants in every state: %s', (_, scope) => {
    const found = explore(scope, claims, 6000);
    expect(found.broken).toBeUndefined();
    expect(found.states).toBeGreaterThan(20);
  });

  test('an invariant can be seen broken', () => {
    const state = initialState(workload(1, []), claims);
    const [task] = state.tasks.values();
    if (task) task.registers[0] = 1;
    expect(broken(state)).toEqual(['x0 is 0']);
  });
});
