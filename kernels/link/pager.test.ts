import { describe, expect, test } from 'vitest';
import { haltOf, rowsOf, workloadOf } from '../../hardware/testing.ts';
import { Pte } from '../../spec/riscv.ts';
import type { Operation } from '../../spec/workload.ts';
import { call, resultsOf } from '../core/testing.ts';
import { MemoryOperation, memoryService } from '../services/memory.ts';
import { runLinked, runWithInterrupts, serviceCalled } from './testing.ts';

const PAGE = 0x3000;
const READ_WRITE = Pte.R | Pte.W;
const exit = call('exit', 0);

const store = (va: number, value: number): Operation => ({ op: 'store', va, value });
const load = (va: number): Operation => ({ op: 'load', va, rd: 'a3' });

/** Maps, touches and unmaps three pages, so often that every frame is used again. */
const churn: readonly Operation[] = [
  ...Array.from({ length: 6 }, () => [
    call('map', PAGE, READ_WRITE),
    call('map', PAGE + 0x1000, READ_WRITE),
    store(PAGE, 7),
    load(PAGE),
    load(PAGE + 0x1000),
    call('unmap', PAGE),
    call('unmap', PAGE + 0x1000),
  ]).flat(),
  exit,
];
const spawnChurn: readonly Operation[] = [
  call('spawn', 1),
  { op: 'move', rd: 's2', rs: 'a0' },
  call('wait', 's2'),
  ...churn,
];
const programs = [{ bodies: [spawnChurn] }, { bodies: [churn] }];

const loadedBy = (run: Parameters<typeof rowsOf>[0]): readonly number[] =>
  rowsOf(run)
    .filter(({ kind, payload }) => kind === 'retire' && (payload[2] ?? 0) >= PAGE)
    .map(({ payload }) => payload[4] ?? 0);

describe('a page that is touched gets the frame that the memory service chooses', () => {
  test('and comes back when nobody uses it: few frames last for ever', () => {
    const run = runLinked([memoryService], [], { programs, frames: 18, steps: 1000 });
    expect(haltOf(run)).toBeUndefined();
    expect(resultsOf(run, 1).every((result) => result >= 0)).toBe(true);
    expect(loadedBy(run)).toEqual(Array.from({ length: 12 }, () => [7, 7, 0]).flat());
  });

  test.each([
    [
      'answers frames that are in use, or none of its own',
      (n: number) => [1, 5, 9999, 17][n % 4] ?? 0,
    ],
    ['finds none', () => 0],
    ['refuses', () => -5],
  ])('but the kernel takes one itself where the service %s', (_, answer) => {
    const wrong = serviceCalled('memory', {
      handle({ memory, segment }, { operation }) {
        memory.store(segment, memory.load(segment) + 1);
        return operation === MemoryOperation.take ? answer(memory.load(segment)) : 0;
      },
    });
    const run = runLinked([wrong], [], { programs, frames: 18, steps: 1000 });
    const right = runLinked([], [], { programs, frames: 18, steps: 1000 });
    expect(haltOf(run)).toBeUndefined();
    expect(resultsOf(run, 1)).toEqual(resultsOf(right, 1));
    expect(loadedBy(run)).toEqual(loadedBy(right));
  });

  test('no access of a client is to be had from the kernel', () => {
    const curious = serviceCalled('memory', {
      *handle({ segment }, { client }) {
        const read = yield* client.read(PAGE, segment, 4);
        const written = yield* client.write(segment, PAGE, 4);
        return read === written ? 0 : 1;
      },
    });
    const run = runLinked([curious], [], { programs, frames: 18, steps: 1000 });
    expect(resultsOf(run, 1).every((result) => result >= 0)).toBe(true);
  });
});

describe('while the memory service takes its time', () => {
  const slow = serviceCalled('memory', {
    devices: ['disk'],
    *handle({ interrupt, frames, memory, segment }, { operation }) {
      if (operation !== MemoryOperation.take) return 0;
      const next = memory.load(segment);
      memory.store(segment, next + 1);
      yield* interrupt('disk');
      return frames[(next * 3) % frames.length] ?? 0;
    },
  });

  test('threads that touch the same page get one frame', () => {
    const bodies: readonly (readonly Operation[])[] = [
      [call('map', PAGE, READ_WRITE), call('thread', 0x1100), store(PAGE, 1), load(PAGE), exit],
      [store(PAGE + 4, 2), load(PAGE + 4), exit],
    ];
    const run = runWithInterrupts([slow], workloadOf(bodies, { frames: 32, harts: 2 }), 'disk', 6);
    const seen = loadedBy(run);
    expect([...seen].sort()).toEqual([1, 1, 2, 2]);
  });

  test('a task that is killed leaves the frame to the others', () => {
    const workload = workloadOf([], {
      frames: 32,
      programs: [
        {
          bodies: [
            [
              call('spawn', 1),
              { op: 'move', rd: 's2', rs: 'a0' },
              call('yield'),
              call('yield'),
              call('kill', 's2'),
              call('wait', 's2'),
              exit,
            ],
          ],
        },
        { bodies: [[call('map', PAGE, READ_WRITE), store(PAGE, 1), exit]] },
      ],
    });
    const run = runWithInterrupts([slow], workload, 'disk', 3);
    expect(resultsOf(run, 1)).toEqual([2, 0, 0, 0, 512]);
  });
});
