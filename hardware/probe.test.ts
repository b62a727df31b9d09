import { describe, expect, test, vi } from 'vitest';
import { pte, satp } from '../spec/riscv.ts';
import type { Operation } from '../spec/workload.ts';
import type { BootImage, Hart, Machine } from './contract.ts';
import { Probe } from './probe.ts';
import {
  type Boot,
  haltOf,
  mapUser,
  rowsOf,
  rowsOfKind,
  runBoot,
  start,
  workloadOf,
} from './testing.ts';

const { V, R, W, X, U } = pte;
const loop: Operation = { op: 'loop' };
const call: Operation = { op: 'call', call: 'yield', args: [] };

/** [frame, index, word] of what is reported before each return. */
const reports = (run: Parameters<typeof rowsOf>[0]): readonly (readonly number[])[][] => {
  const all: (readonly number[])[][] = [[]];
  for (const { kind, payload } of rowsOf(run)) {
    if (kind === 'word') all.at(-1)?.push(payload.slice(0, 3));
    if (kind === 'return') all.push([]);
  }
  return all.slice(0, -1);
};

/** `change` runs at each trap, the program goes on. */
const changing =
  (
    prepare: (machine: Machine, image: BootImage) => number,
    change: (machine: Machine, hart: Hart, round: number) => void,
  ): Boot =>
  (machine, image) => {
    const space = prepare(machine, image);
    let round = 0;
    return (hart) => {
      round += 1;
      if (hart.spp === 1) start(hart, space);
      else hart.sepc += 4;
      change(machine, hart, round);
    };
  };

const program = workloadOf([[call, { op: 'store', va: 0x2004, value: 77 }, call, call, loop]], {
  steps: 8,
});

describe('before a return the probe reports', () => {
  test('exactly the words that changed, of tables and user pages, each once', () => {
    const run = runBoot(
      changing(
        (machine, image) => mapUser(machine, image, 5, [[2, pte(9, V | R | W | U)]]),
        (machine, _, round) => {
          machine.frame(9)[3] = round === 2 ? 5 : 6;
          machine.frame(10)[0] = round; // nobody reaches it
          if (round === 3) machine.frame(9)[3] = 5;
        },
      ),
      program,
    );
    const [first, ...later] = reports(run);
    expect(first).toEqual(
      expect.arrayContaining([
        [5, 0, pte(6, V)],
        [6, 1, pte(3, V | R | X | U)],
        [6, 2, pte(9, V | R | W | U)],
        [9, 3, 6],
      ]),
    );
    expect(later).toEqual([[[9, 3, 5]], [], [[9, 3, 6]]]);
  });

  test('pages only while an entry leads to them, in whatever order entries come and go', () => {
    const run = runBoot(
      changing(
        (machine, image) => mapUser(machine, image, 5, [[7, pte(9, V | R | U)]]),
        (machine, _, round) => {
          const leaf = machine.frame(6);
          if (round === 2) leaf[3] = pte(10, V | R | U);
          if (round === 3) leaf[7] = 0;
          for (const frame of [9, 10]) machine.frame(frame)[0] = round;
        },
      ),
      program,
    );
    expect(reports(run).slice(1, 4)).toEqual([
      [
        [6, 3, pte(10, V | R | U)],
        [10, 0, 2],
        [9, 0, 2],
      ],
      [
        [6, 7, 0],
        [10, 0, 3],
      ],
      [[10, 0, 4]],
    ]);
  });

  test('pages that a superpage with U reaches, as far as RAM goes', () => {
    const run = runBoot(
      changing(
        (machine, image) => {
          const space = mapUser(machine, image, 5);
          machine.frame(5)[1] = pte(0, V | R | U);
          machine.frame(5)[2] = pte(9, V | R | U); // misaligned
          return space;
        },
        (machine, _, round) => {
          machine.frame(15)[1023] = round;
        },
      ),
      program,
    );
    expect(reports(run)[1]).toEqual([[15, 1023, 2]]);
  });

  test('what hostile tables name: themselves, tables beyond RAM, pointers in a leaf table', () => {
    const run = runBoot(
      changing(
        (machine, image) => {
          const space = mapUser(machine, image, 5, [
            [3, pte(5, V | R | U)],
            [4, pte(99, V | R | U)],
            [5, pte(8, V)],
            [6, pte(8, R | U)],
          ]);
          machine.frame(5)[1] = pte(5, V);
          machine.frame(5)[2] = pte(999, V);
          return space;
        },
        (machine, _, round) => {
          machine.frame(5)[9] = round;
          machine.frame(8)[0] = round;
        },
      ),
      program,
    );
    expect(reports(run)[1]).toEqual([[5, 9, 2]]);
  });

  test('nothing of memory under a root beyond RAM', () => {
    const run = runBoot(
      changing(
        (machine, image) => mapUser(machine, image, 5),
        (_, hart) => {
          hart.satp = satp(500);
        },
      ),
      program,
    );
    expect(reports(run)[0]).toEqual([]);
  });

  test('user translations in the TLB that this address space can use', () => {
    const load = (va: number): Operation => ({ op: 'load', va, rd: 'a0' });
    const run = runBoot(
      changing(
        (machine, image) =>
          mapUser(machine, image, 5, [
            [2, pte(9, V | R | U)],
            [3, pte(10, V | R | U | pte.G)],
          ]),
        (_, hart, round) => {
          if (round === 2) hart.satp = satp(5, 2);
        },
      ),
      workloadOf([[load(0x2000), load(0x3000), call, loop]], { steps: 5 }),
    );
    const tlb = rowsOfKind(run, 'tlb').map(({ payload }) => payload.slice(0, 4));
    // The page of asid 1 is of no use to asid 2; the global one is.
    expect(tlb).toEqual([[0x3000, pte(10, V | R | U | pte.G | pte.A), 1, 2]]);
  });
});

test('a change that the log cannot hold stops the kernel, and no record is lost', () => {
  const run = runBoot(
    changing(
      (machine, image) => {
        const space = mapUser(machine, image, 5);
        machine.frame(5)[1] = pte(0, V | R | U);
        return space;
      },
      (machine) => {
        for (let frame = 16; frame < 64; frame++) machine.frame(frame).fill(1);
      },
    ),
    workloadOf([[loop]], { frames: 64 }),
  );
  expect(haltOf(run)).toEqual({
    reason: 'out-of-fuel',
    message: 'the kernel changed more words of memory than the log holds',
  });
  expect(run.length).toBeLessThanOrEqual(run.words.length);
  expect(rowsOf(run).at(-1)?.kind).toBe('end');
});

test('without the host’s byte comparison the probe reports the same', () => {
  const boot = changing(
    (machine, image) => mapUser(machine, image, 5, [[2, pte(9, V | R | W | U)]]),
    (machine, _, round) => {
      machine.frame(9)[round] = round;
    },
  );
  const native = rowsOf(runBoot(boot, program));
  vi.stubGlobal('Buffer', undefined);
  try {
    expect(new Probe(new Uint32Array(1024), new Uint32Array(1024), 1, 1, [])).toBeDefined();
    expect(rowsOf(runBoot(boot, program))).toEqual(native);
  } finally {
    vi.unstubAllGlobals();
  }
});
