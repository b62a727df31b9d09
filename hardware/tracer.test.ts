import { describe, expect, test } from 'vitest';
import { pte } from '../spec/riscv.ts';
import type { Operation } from '../spec/workload.ts';
import { type Boot, mapUser, rowsOf, runBoot, start, workloadOf } from './testing.ts';
import type { TraceNote } from './trace.ts';

const { V, R, W, U, G } = pte;
const call: Operation = { op: 'call', call: 'yield', args: [] };
const load = (va: number): Operation => ({ op: 'load', va, rd: 'a0' });

type Write = TraceNote & { readonly kind: 'write' };
type Snapshot = TraceNote & { readonly kind: 'snapshot' };

/** Notes of what `write` does to frame 9, in boot. */
const writesOf = (write: (words: Uint32Array) => void): readonly Write[] =>
  runBoot(
    (machine) => {
      write(machine.frame(9));
      return (hart) => hart.idle();
    },
    workloadOf([[]]),
    { trace: true },
  ).notes.filter((note) => note.kind === 'write');

describe('a traced run notes', () => {
  test.each<[string, (words: Uint32Array) => void, readonly (readonly [number, number])[]]>([
    [
      'by index',
      (words) => {
        words[3] = -1;
      },
      [[3, 0xffff_ffff]],
    ],
    [
      'by set',
      (words) => words.set([0, 7, 8], 4),
      [
        [5, 7],
        [6, 8],
      ],
    ],
    [
      'by fill',
      (words) => words.fill(2, 1022),
      [
        [1022, 2],
        [1023, 2],
      ],
    ],
    [
      'by copyWithin',
      (words) => {
        words[0] = 5;
        words.copyWithin(9, 0, 1);
      },
      [
        [0, 5],
        [9, 5],
      ],
    ],
    [
      'through a part of it',
      (words) => {
        words.subarray(8, 10)[1] = 4;
      },
      [[9, 4]],
    ],
    ['through a part of a part', (words) => words.subarray(8).subarray(2).fill(1, 0, 1), [[10, 1]]],
  ])('a word written %s: where, what and by which line', (_, write, expected) => {
    const notes = writesOf(write);
    expect(notes.map(({ index, value }) => [index, value])).toEqual(expected);
    for (const note of notes) {
      expect(note).toMatchObject({ frame: 9, count: 1, hart: 0, at: 0 });
      expect(note.stack).toContain('tracer.test.ts');
    }
  });

  test('nothing where words are only read', () => {
    const seen: unknown[] = [];
    const notes = writesOf((words) => {
      words.fill(0);
      Object.assign(words, { name: 1, [Symbol('s')]: 2 });
      words[5000] = 1;
      seen.push(
        words.length,
        words[0],
        [...words.slice(0, 2)],
        words.indexOf(5),
        words.fill(0) === words,
      );
    });
    expect(notes).toEqual([]);
    expect(seen).toEqual([1024, 0, [0, 0], -1, true]);
  });

  test('the calls to the machine, with the record of the log before which they came', () => {
    const run = runBoot(
      (machine) => (hart) => {
        hart.fence();
        machine.transmit(1);
        machine.sendIpi(1);
        hart.idle();
      },
      workloadOf([[]], { harts: 2, steps: 1 }),
      { trace: true },
    );
    const calls = run.notes.filter((note) => note.kind === 'call');
    expect(calls.map(({ what, at, hart }) => [what, at / 8, hart])).toEqual([
      ['fence', 1, 0],
      ['transmit', 2, 0],
      ['sendIpi', 3, 0],
      ['idle', 4, 0],
    ]);
  });

  test('bytes of a frame that are written', () => {
    const run = runBoot(
      (machine) => {
        machine.bytes(9)[5] = 0x12;
        machine.bytes(9).set([1, 2, 3, 4], 8);
        return (hart) => hart.idle();
      },
      workloadOf([[]]),
      { trace: true },
    );
    const writes = run.notes.filter((note) => note.kind === 'write');
    expect(writes.map(({ frame, index, value }) => [frame, index, value])).toEqual([
      [9, 1, 0x1200],
      [9, 2, 0x0403_0201],
    ]);
  });

  test('a word that is stored through the MMU', () => {
    const run = runBoot(
      () => (hart) => {
        hart.store(0xc000_9008, 7);
        hart.idle();
      },
      workloadOf([[]]),
      { trace: true },
    );
    const writes = run.notes.filter((note) => note.kind === 'write');
    expect(writes.map(({ frame, index, value }) => [frame, index, value])).toEqual([[9, 2, 7]]);
  });

  test('what TLBs and tables held at every trap and return', () => {
    const boot: Boot = (machine, image) => {
      const space = mapUser(machine, image, 5, [
        [2, pte(9, V | R | U)],
        [3, pte(10, V | R | W | U | G)],
        [4, pte(11, V | R)],
      ]);
      machine.frame(5)[1] = pte(0, V | R | U);
      machine.frame(5)[2] = pte(777, V);
      return (hart) => {
        if (hart.spp === 1) return start(hart, space);
        hart.sepc += 4;
        machine.frame(6)[2] = 0;
        if (hart.time > 4) hart.satp = 777;
      };
    };
    const run = runBoot(
      boot,
      workloadOf([[load(0x2000), load(0x3000), call, call]], { steps: 5 }),
      {
        trace: true,
      },
    );
    const snapshots = run.notes.filter((note): note is Snapshot => note.kind === 'snapshot');
    const last = snapshots.at(-1);
    expect(last?.tlbs[0]).toEqual(
      expect.arrayContaining([
        { va: 0x2000, frame: 9, rights: R, asid: 1 },
        { va: 0x3000, frame: 10, rights: R | W, asid: -1 },
      ]),
    );
    const tables = last?.tables.find(({ root }) => root === 5);
    expect(tables?.mappings.map(({ va }) => va)).toEqual([0x1000, 0x3000, 0x40_0000]);
    const first = snapshots.find(({ tables }) => tables.some(({ root }) => root === 5));
    expect(first?.tables.at(-1)?.mappings.map(({ va }) => va)).toEqual([
      0x1000, 0x2000, 0x3000, 0x40_0000,
    ]);
    // A root beyond RAM maps nothing.
    const beyond = runBoot(
      () => (hart) => {
        hart.satp = 777;
        hart.idle();
      },
      workloadOf([[]]),
      { trace: true },
    ).notes.findLast((note): note is Snapshot => note.kind === 'snapshot');
    expect(beyond?.tables.find(({ root }) => root === 777)?.mappings).toEqual([]);
  });
});

test('a traced run and one that is not traced have the same log', () => {
  const boot: Boot = (machine, image) => {
    const space = mapUser(machine, image, 5, [[2, pte(9, V | R | W | U)]]);
    return (hart) => {
      if (hart.spp === 1) return start(hart, space);
      hart.sepc += 4;
      machine.frame(9).fill(hart.time);
      hart.saveTo(machine.frame(10), 0);
      hart.restoreFrom(machine.frame(10), 0);
    };
  };
  const workload = workloadOf([[call, load(0x2000), call, load(0x9000), call]]);
  expect(rowsOf(runBoot(boot, workload, { trace: true }))).toEqual(rowsOf(runBoot(boot, workload)));
});
