import { describe, expect, test } from 'vitest';
import { ABI_GROUPS } from '../../spec/abi.ts';
import { OpenFlag } from '../../spec/files.ts';
import { textAddress } from '../../spec/layout.ts';
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

const f = textAddress(0);
const making = OpenFlag.readWrite | OpenFlag.create;

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
  [
    'a file with two names and two descriptors, two tasks',
    {
      ...workload(1),
      programs: [
        {
          bodies: [
            [
              call('open', f, making),
              call('dup', 3),
              call('fwrite', 4, f, 2),
              call('link', f, textAddress(1)),
              call('exit', 0),
            ],
          ],
          texts: ['/f', '/g', '/d'],
        },
        {
          bodies: [
            [
              call('mkdir', textAddress(2)),
              call('rename', f, textAddress(1)),
              call('unlink', textAddress(1)),
            ],
          ],
          texts: ['/f', '/g', '/d'],
        },
      ],
      start: [0, 1],
    },
  ],
  [
    'messages between threads, two harts',
    workload(
      2,
      [call('endpoint'), call('thread', 0x1100), call('receive', 0), call('reply', 7, 7)],
      [call('call', 0, 1, 2), call('notify', 0), call('exit', 0)],
    ),
  ],
  [
    'capabilities that are minted, given, revoked and dropped',
    {
      ...workload(1),
      programs: [
        {
          bodies: [
            [
              call('endpoint'),
              call('mint', 0, 5, 3),
              call('spawn', 1),
              call('give', 1, 2),
              call('revoke', 0),
              call('drop', 0),
            ],
          ],
        },
        { bodies: [[call('send', 0, 1, 2), call('receive', 0)]] },
      ],
    },
  ],
  [
    'a caller and a server of which one is killed, two harts',
    workload(
      2,
      [call('endpoint'), call('thread', 0x1100), call('thread', 0x1200), call('kill', 2)],
      [call('receive', 0), call('receive', 0)],
      [call('call', 0, 1, 2)],
    ),
  ],
  [
    'a thread that is killed while it opens a file',
    workload(
      2,
      [call('thread', 0x1100), call('kill', 2), call('exit', 0)],
      [call('open', f, making), call('bind', 7)],
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
