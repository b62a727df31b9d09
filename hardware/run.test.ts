import { describe, expect, test } from 'vitest';
import { DIRECT_MAP, KERNEL_TEXT } from '../spec/layout.ts';
import { END_REASONS } from '../spec/records.ts';
import { Cause, pte } from '../spec/riscv.ts';
import type { Operation } from '../spec/workload.ts';
import { defineKernel, type Hart, type Routine } from './contract.ts';
import { DEFAULT_COSTS } from './costs.ts';
import { Arena, type Run, runWorkload } from './run.ts';
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

const endOf = (run: Run): string =>
  END_REASONS[rowsOfKind(run, 'end')[0]?.payload[0] ?? -1] ?? 'no end';

const set: Operation = { op: 'set', rd: 'a0', value: 7 };
const call: Operation = { op: 'call', call: 'yield', args: [] };
const loop: Operation = { op: 'loop' };

/** Runs the program on every hart; a system call goes on behind itself, anything else idles. */
const simple: Boot = (machine, image) => {
  const space = mapUser(machine, image, 5);
  return (hart) => {
    if (hart.scause === Cause.softwareInterrupt && hart.spp === 1) start(hart, space);
    else if (hart.scause === Cause.userEcall) hart.sepc += 4;
    else hart.idle();
  };
};

describe('boot', () => {
  test('gives the kernel its image and starts every hart with an interrupt', () => {
    const seen: unknown[] = [];
    const run = runBoot(
      (machine, image) => {
        seen.push(image, machine.harts.length, machine.frames);
        return (hart) => {
          seen.push([hart.id, hart.scause, hart.spp]);
          hart.idle();
        };
      },
      workloadOf([[set]], { harts: 2 }),
    );
    expect(seen).toEqual([
      {
        programs: [{ entry: 0x1000, text: 3 }],
        start: [0],
        serviceFrames: [],
        faults: [],
        freeFrames: [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        kernelRoot: 1,
        userEnd: 0x40_0000,
      },
      2,
      16,
      [0, Cause.softwareInterrupt, 1],
      [1, Cause.softwareInterrupt, 1],
    ]);
    expect(endOf(run)).toBe('quiescent');
  });

  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a promise', Promise.resolve(), 'a promise'],
    ['a number', 5, 'a value of type number'],
    ['an object', {}, 'a value of type object'],
  ])('that returns %s is told so', (_, value, name) => {
    const run = runBoot(() => value as Routine, workloadOf([[]]));
    expect(haltOf(run)).toEqual({
      reason: 'boot-failed',
      message: `boot must return the trap handler, a function; it returned ${name}`,
    });
    expect(endOf(run)).toBe('halted');
  });

  test('that throws leaves a log that says what it threw', () => {
    const run = runBoot(
      () => {
        throw new TypeError('no frames');
      },
      workloadOf([[]]),
    );
    expect(haltOf(run)?.reason).toBe('boot-failed');
    expect(haltOf(run)?.message).toMatch(/^TypeError: no frames/);
  });

  test('may touch every hart', () => {
    const run = runBoot(
      (machine) => {
        for (const hart of machine.harts) hart.scontext = hart.id + 1;
        return (hart) => hart.idle();
      },
      workloadOf([[]], { harts: 4 }),
    );
    expect(rowsOfKind(run, 'context').map(({ hart, payload }) => [hart, payload[0]])).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
    ]);
  });

  test('that has faulted changes nothing any more, whatever it catches', () => {
    const run = runBoot(
      (machine) => {
        try {
          machine.frame(99);
        } catch {}
        try {
          machine.harts[0]?.fence();
        } catch {}
        return (hart) => hart.idle();
      },
      workloadOf([[]]),
    );
    expect(rowsOf(run).map(({ kind }) => kind)).toEqual(['trap', 'halt', 'end']);
  });

  test('maps the kernel’s text and all of RAM, past 4 MiB too', () => {
    const seen: number[] = [];
    runBoot(
      (machine) => (hart) => {
        machine.frame(1030)[3] = 77;
        seen.push(hart.load(DIRECT_MAP + 1030 * 4096 + 12), hart.load(KERNEL_TEXT) >>> 28);
        hart.idle();
      },
      workloadOf([[]], { frames: 1040 }),
    );
    expect(seen).toEqual([77, 2]);
  });
});

describe('a run', () => {
  test('ends when its steps are used up', () => {
    const run = runBoot(simple, workloadOf([[loop]], { steps: 30 }));
    expect([endOf(run), run.steps]).toEqual(['budget', 30]);
    expect(rowsOfKind(run, 'retire')).toHaveLength(29);
  });

  test('ends when nothing can move', () => {
    const run = runBoot(simple, workloadOf([[set]]));
    expect([endOf(run), run.steps]).toEqual(['quiescent', 3]);
  });

  test('ends when the log is full, with every record in it', () => {
    const log = new Uint32Array((1 << 15) + 800);
    const run = runBoot(simple, workloadOf([[loop]], { steps: 1000 }), { arena: new Arena(log) });
    expect(endOf(run)).toBe('budget');
    expect(run.length).toBeLessThan(log.length);
    expect(run.steps).toBeLessThan(200);
  });

  test('is the same on an arena that was used before', () => {
    const arena = new Arena();
    const workload = workloadOf([[set, call, set]]);
    const first = runBoot(simple, workload, { arena });
    const words = first.words.slice(0, first.length);
    runBoot(simple, workloadOf([[loop]], { frames: 12 }), { arena });
    const again = runBoot(simple, workload, { arena });
    expect(again.words.slice(0, again.length)).toEqual(words);
  });

  test('without observation does the same and records nothing', () => {
    const workload = workloadOf([[set, call, loop]]);
    const observed = runBoot(simple, workload);
    const silent = runBoot(simple, workload, { observe: false });
    expect([silent.length, silent.messages, silent.notes]).toEqual([0, [], []]);
    expect([silent.steps, silent.cycles]).toEqual([observed.steps, observed.cycles]);
  });

  test('costs what the table says', () => {
    const free = { ...DEFAULT_COSTS, trap: 0, return: 0, walk: 0, satp: 0 };
    const run = runBoot(simple, workloadOf([[set, loop]], { steps: 11 }), { costs: free });
    expect(run.cycles).toBe(10 * DEFAULT_COSTS.instruction);
  });

  test('of a kernel that takes RAM away from the machine ends all the same', () => {
    const kernel = defineKernel({
      name: 'thief',
      architecture: 'monolithic',
      implements: [],
      boot: (machine) => () => {
        const { buffer } = machine.frame(0);
        structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
      },
    });
    const arena = new Arena();
    expect(haltOf(runWorkload(kernel, workloadOf([[set]]), { arena }))?.reason).toBeDefined();
    expect(endOf(runBoot(simple, workloadOf([[set]]), { arena }))).toBe('quiescent');
  });
});

describe('the schedule', () => {
  /** Which hart retired each instruction. */
  const hartsOf = (run: Run): readonly number[] =>
    rowsOfKind(run, 'retire').map(({ hart }) => hart);

  test('says which hart takes each step', () => {
    const schedule = [0, 1, 0, 1, 1, 0];
    const run = runBoot(simple, workloadOf([[loop]], { harts: 2, schedule, steps: 6 }));
    expect(hartsOf(run)).toEqual([0, 1, 1, 0]);
  });

  test('gives turns of 8 steps once it is used up', () => {
    const run = runBoot(simple, workloadOf([[loop]], { harts: 2, schedule: [0, 1], steps: 34 }));
    expect(hartsOf(run).join('')).toBe('00000000111111110000000011111111');
  });

  test('keeps a turn across traps', () => {
    const body = [call, call, call, call, call, call, call, call, loop];
    const run = runBoot(simple, workloadOf([body], { harts: 2, schedule: [0, 1], steps: 18 }));
    const traps = rowsOfKind(run, 'trap').slice(2);
    expect(traps.map(({ hart }) => hart).join('')).toBe('0000000011111111');
  });

  test('passes over a hart that cannot move, without a step', () => {
    const onlyFirst: Boot = (machine, image) => {
      const space = mapUser(machine, image, 5);
      return (hart) => (hart.id === 0 ? start(hart, space) : hart.idle());
    };
    const schedule = [0, 1, 1, 1, 1, 0, 7, 0, 1];
    const run = runBoot(onlyFirst, workloadOf([[loop]], { harts: 2, schedule, steps: 20 }));
    expect(run.steps).toBe(20);
    expect(hartsOf(run)).toEqual(new Array(18).fill(0));
  });
});

describe('interrupts', () => {
  const interruptsOf = (run: Run): readonly (readonly number[])[] =>
    rowsOfKind(run, 'trap')
      .filter(({ payload }) => (payload[0] ?? 0) >= Cause.interrupt)
      .map(({ hart, payload }) => [hart, payload[0] ?? 0]);

  test('of the workload come when so many instructions are retired, each once', () => {
    const times: number[] = [];
    const boot: Boot = (machine, image) => {
      const space = mapUser(machine, image, 5);
      return (hart) => {
        times.push(hart.time);
        if (hart.spp === 1) start(hart, space);
      };
    };
    const interrupts = [
      { hart: 0, after: 9 },
      { hart: 0, after: 4 },
      { hart: 0, after: 4 },
      { hart: 1, after: 1 },
    ];
    runBoot(boot, workloadOf([[loop]], { interrupts, steps: 30 }));
    expect(times).toEqual([0, 4, 4, 9]);
  });

  test('by stimecmp come once', () => {
    const times: number[] = [];
    const boot: Boot = (machine, image) => {
      const space = mapUser(machine, image, 5);
      return (hart) => {
        times.push(hart.time);
        if (hart.spp === 1) {
          start(hart, space);
          hart.stimecmp = 5;
        }
      };
    };
    runBoot(boot, workloadOf([[loop]], { steps: 30 }));
    expect(times).toEqual([0, 5]);
  });

  test.each([0, 1, 5])('of another hart come %i steps late, as the workload says', (ipiDelay) => {
    const boot: Boot = (machine, image) => {
      const space = mapUser(machine, image, 5);
      return (hart) => {
        if (hart.spp === 1) return start(hart, space);
        if (hart.scause !== Cause.userEcall) return;
        hart.sepc += 4;
        machine.sendIpi(0);
        machine.sendIpi(0);
      };
    };
    const body = [set, set, call, loop];
    const rows = rowsOf(runBoot(boot, workloadOf([body], { ipiDelay, steps: 60 })));
    const sent = rows.findLastIndex(({ kind }) => kind === 'ipi');
    const after = rows.slice(sent);
    const taken = after.findIndex(({ kind }) => kind === 'trap');
    expect(after.slice(0, taken).filter(({ kind }) => kind === 'retire')).toHaveLength(ipiDelay);
  });

  test('wake a hart that idles, after time has passed if nothing else moves', () => {
    let woken = 0;
    const boot: Boot = (machine) => (hart) => {
      woken += 1;
      if (woken < 5) machine.sendIpi(hart.id);
      hart.idle();
    };
    const run = runBoot(boot, workloadOf([[]], { ipiDelay: 10 }));
    expect([woken, endOf(run), run.steps]).toEqual([5, 'quiescent', 55]);
  });

  test('that one hart cannot take do not keep time from passing for another', () => {
    const woken: number[] = [];
    const boot: Boot = (machine) =>
      function* (hart: Hart) {
        woken.push(hart.id);
        if (woken.length <= 2) machine.sendIpi(hart.id);
        // Hart 0 waits with its own interrupt pending, until hart 1 has been woken twice.
        if (hart.id === 0) yield () => woken.length >= 3;
        hart.idle();
      };
    const run = runBoot(boot, workloadOf([[]], { harts: 2, ipiDelay: 7 }));
    expect(endOf(run)).toBe('quiescent');
    expect(woken).toEqual([0, 1, 1, 0]);
  });

  test('after the last are none', () => {
    const run = runBoot(simple, workloadOf([[set]], { harts: 3 }));
    expect(interruptsOf(run).map(([hart]) => hart)).toEqual([0, 1, 2]);
  });
});

test('a TLB entry serves until it is fenced, even when the table has changed', () => {
  const page = 0x2000;
  const boot: Boot = (machine, image) => {
    const { V, R, W, U } = pte;
    const space = mapUser(machine, image, 5, [[2, pte(9, V | R | W | U)]]);
    machine.frame(9)[0] = 1;
    machine.frame(10)[0] = 2;
    return (hart) => {
      if (hart.spp === 1) return start(hart, space);
      hart.sepc += 4;
      machine.frame(6)[2] = pte(10, V | R | W | U);
      if (hart.time > 4) hart.fence(page, 1);
    };
  };
  const load: Operation = { op: 'load', va: page, rd: 'a0' };
  const run = runBoot(
    boot,
    workloadOf([[load, call, load, call, load, call, load, loop]], { steps: 14 }),
  );
  const loads = rowsOfKind(run, 'retire').filter(({ payload }) => payload[2] === page);
  expect(loads.map(({ payload }) => payload[4])).toEqual([1, 1, 1, 2]);
});
