import { describe, expect, test } from 'vitest';
import { KERNEL_TEXT } from '../spec/layout.ts';
import { Cause } from '../spec/riscv.ts';
import { contextAt, type Hart, type Machine, type Routine } from './contract.ts';
import {
  haltOf,
  mapUser,
  rowsOf,
  rowsOfKind,
  runBoot,
  runHandler,
  start,
  workloadOf,
} from './testing.ts';

test('a fault of the workload begins once, and no other does', () => {
  const run = runHandler(
    (hart, machine) => {
      for (const fault of [1, 1, 2, -1, 0.5, 0]) machine.strike(fault);
      hart.idle();
    },
    {
      faults: [0, 1].map((request) => ({ service: 'files', request, kind: 'silence' as const })),
    },
  );
  expect(rowsOfKind(run, 'strike').map(({ payload }) => payload[0])).toEqual([1, 0]);
});

describe('a hart', () => {
  test('shows and takes what its registers hold, as words', () => {
    const seen: unknown[] = [];
    runHandler((hart) => {
      seen.push(hart.id, hart.time, hart.scause, hart.stval, hart.spp, hart.sepc, hart.a7);
      hart.a0 = -1;
      hart.a1 = 2 ** 32 + 5;
      hart.a2 = 6;
      hart.sepc = -4;
      hart.stvec = KERNEL_TEXT + 2 ** 32;
      hart.satp = -1;
      hart.scontext = 9.5;
      hart.sscratch = 2 ** 33 + 1;
      hart.sum = true;
      hart.mxr = 1 as never;
      hart.spp = 7 as never;
      hart.stimecmp = 3.7;
      seen.push([hart.a0, hart.a1, hart.a2, hart.sepc, hart.stvec, hart.satp, hart.scontext]);
      seen.push([hart.sscratch, hart.sum, hart.mxr, hart.spp, hart.stimecmp]);
      hart.stimecmp = Number.NaN;
      seen.push(hart.stimecmp);
      hart.idle();
    });
    expect(seen).toEqual([
      0,
      0,
      Cause.softwareInterrupt,
      0,
      1,
      0,
      0,
      [0xffff_ffff, 5, 6, 0xffff_fffc, KERNEL_TEXT, 0xffff_ffff, 9],
      [1, true, false, 0, 3],
      Number.POSITIVE_INFINITY,
    ]);
  });

  test('saves and restores registers and pc, in objects and in frames', () => {
    const context = contextAt(0x1004).map((word, i) => (i === 0 ? word : i * 3));
    let saved: unknown;
    let x0 = -1;
    const run = runBoot(
      (machine, image) => {
        const space = mapUser(machine, image, 5);
        let count = 0;
        return (hart) => {
          count += 1;
          if (count > 1) return hart.idle();
          hart.spp = 1;
          hart.restore(context);
          hart.saveTo(machine.frame(9), 992);
          hart.restore(contextAt(0));
          hart.restoreFrom(machine.frame(9), 992);
          saved = hart.save();
          hart.satp = space;
          x0 = hart.spp;
        };
      },
      workloadOf([[]]),
    );
    expect(saved).toEqual(context);
    expect(x0).toBe(0);
    expect(rowsOfKind(run, 'return')[0]?.payload.slice(5)).toEqual([...context]);
  });

  test('restores short and strange contexts as zeros', () => {
    let saved: unknown;
    runHandler((hart) => {
      hart.restore(['0x10', {}, -1] as never);
      saved = hart.save();
      hart.idle();
    });
    expect(saved).toEqual(contextAt(0x10).fill(0xffff_ffff, 2, 3));
  });

  test.each<[string, (hart: Hart, words: Uint32Array) => void]>([
    ['saved', (hart, words) => hart.saveTo(words, 993)],
    ['restored', (hart, words) => hart.restoreFrom(words, -1)],
    ['restored', (hart, words) => hart.restoreFrom(words, Number.NaN)],
  ])('stops the kernel where a context would be %s beyond its frame', (_, touch) => {
    const run = runHandler((hart, machine) => touch(hart, machine.frame(9)));
    expect(haltOf(run)?.message).toMatch(/^a context of 32 words does not fit at word/);
  });

  test('fences in four forms, and the log says which', () => {
    const run = runHandler((hart) => {
      hart.fence();
      hart.fence(0x2000);
      hart.fence(undefined, 3);
      hart.fence(-4096, 511);
      hart.idle();
    });
    expect(rowsOfKind(run, 'fence').map(({ payload }) => payload.slice(0, 3))).toEqual([
      [0, 0, 0],
      [0x2000, 0, 1],
      [0, 3, 2],
      [0xffff_f000, 511, 3],
    ]);
  });

  test('records what it did, whatever its arguments do meanwhile', () => {
    const run = runHandler((hart, machine) => {
      let calls = 0;
      const forged = {
        valueOf: () => {
          calls += 1;
          if (calls < 20) hart.satp = calls;
          return calls;
        },
      } as never;
      hart.fence(forged, forged);
      hart.scontext = forged;
      hart.satp = forged;
      hart.idle();
      machine.transmit(forged);
    });
    const rows = rowsOf(run);
    const contexts = rows.filter(({ kind }) => kind === 'context');
    expect(rows.filter(({ kind }) => kind === 'satp')).toHaveLength(6);
    expect(contexts[0]?.payload[0]).toBe(rows.at(-1)?.tid);
    expect(rows.filter(({ kind }) => kind === 'fence')).toHaveLength(1);
  });

  test.each<[string, (other: Hart) => unknown]>([
    [
      'writes',
      (other) => {
        other.scontext = 1;
      },
    ],
    ['fences', (other) => other.fence()],
    ['reads', (other) => other.scause],
  ])('belongs to its own handler: one that %s another stops the kernel', (_, touch) => {
    const run = runHandler((_hart, machine) => touch(machine.harts[1] as Hart), { harts: 2 });
    expect(haltOf(run)).toEqual({
      reason: 'handler-threw',
      message:
        'the handler on hart 0 touched hart 1: it can only send that hart an interrupt (machine.sendIpi)',
    });
  });

  test('has a number that everybody may read', () => {
    const ids: number[] = [];
    const run = runHandler(
      (hart, machine) => {
        ids.push(...machine.harts.map(({ id }) => id));
        hart.idle();
      },
      { harts: 2 },
    );
    expect([ids, haltOf(run)]).toEqual([[0, 1, 0, 1], undefined]);
  });

  test('of an earlier boot is dead', () => {
    let kept: Hart | undefined;
    let machine: Machine | undefined;
    runHandler((hart, own) => {
      kept = hart;
      machine = own;
      hart.idle();
    });
    expect(() => kept?.fence()).toThrow('this machine does not run any more');
    expect(() => kept?.scause).toThrow('this machine does not run any more');
    expect(() => machine?.frame(0)).toThrow('this machine does not run any more');
    expect(() => machine?.transmit(1)).toThrow('this machine does not run any more');
    const later = runHandler(() => kept?.fence());
    expect(haltOf(later)?.message).toMatch(/this machine does not run any more/);
  });

  test('gives nothing away and cannot be changed', () => {
    runHandler((hart, machine) => {
      expect(Object.keys(hart)).toEqual([]);
      expect(Object.keys(machine).sort()).toEqual(['frames', 'harts']);
      expect(() => Object.assign(hart, { fence: () => undefined })).toThrow(TypeError);
      expect(() => Object.assign(Object.getPrototypeOf(hart), { fence: 1 })).toThrow(TypeError);
      expect(() => (machine.harts as Hart[]).push(hart)).toThrow(TypeError);
      hart.idle();
    });
  });
});

describe('the machine', () => {
  test.each([16, -1, 1.5, 2 ** 32, Number.NaN])(
    'has no frame %d: supervisor mode faults',
    (number) => {
      for (const view of ['frame', 'bytes'] as const) {
        const run = runHandler((_, machine) => machine[view](number));
        expect(haltOf(run)?.message).toMatch(/^supervisor mode faulted at 0x/);
        expect(run.messages[0]).toBe(
          `frame ${number} does not exist: the machine has frames 0 to 15`,
        );
        expect(rowsOfKind(run, 'trap').at(-1)?.payload[0]).toBe(Cause.loadAccess);
      }
    },
  );

  test('shows the same frame as words and as bytes', () => {
    const seen: number[] = [];
    runHandler((hart, machine) => {
      machine.frame(9)[1] = 0x0403_0201;
      seen.push(...machine.bytes(9).subarray(3, 9));
      hart.idle();
    });
    expect(seen).toEqual([0, 1, 2, 3, 4, 0]);
  });

  test.each([2, -1, 0.5, Number.NaN])('refuses an interrupt to hart %d', (id) => {
    const run = runHandler((_, machine) => machine.sendIpi(id), { harts: 2 });
    expect(haltOf(run)?.message).toBe(`sendIpi(${id}): the machine has harts 0 to 1`);
    expect(rowsOfKind(run, 'ipi')).toEqual([]);
  });

  test.each<[string, unknown, unknown]>([
    ['something that is no function', 5, 0],
    ['into a frame beyond RAM', () => undefined, 16],
    ['into half a frame', () => undefined, 0.5],
  ])('refuses to install %s', (_, routine, frame) => {
    const run = runBoot(
      (machine) => {
        machine.install('mine', routine as Routine, frame as number);
        return (hart) => hart.idle();
      },
      workloadOf([[]]),
    );
    expect(haltOf(run)?.message).toBe("install('mine'): needs a function and a frame below 16");
  });

  test('installs as many routines as a frame has slots, and no more', () => {
    const offsets: number[] = [];
    const run = runBoot(
      (machine) => {
        for (;;) offsets.push(machine.install('one', () => undefined, 9));
      },
      workloadOf([[]]),
    );
    expect(haltOf(run)?.message).toBe("install('one'): frame 9 is full");
    expect([offsets.length, offsets.at(-1)]).toEqual([1024, 4092]);
  });

  test('sends bytes to the console, up to 16 in a record', () => {
    const run = runBoot(
      (machine, image) => {
        const space = mapUser(machine, image, 5);
        return (hart) => {
          if (hart.scause === Cause.userEcall) return hart.idle();
          for (let i = 1; i <= 18; i++) machine.transmit(i + 256);
          hart.scontext = 2;
          machine.transmit(65);
          start(hart, space);
        };
      },
      workloadOf([[{ op: 'call', call: 99, args: [] }]]),
    );
    expect(rowsOfKind(run, 'console').map(({ tid, payload }) => [tid, ...payload])).toEqual([
      [0, 16, 0x0403_0201, 0x0807_0605, 0x0c0b_0a09, 0x100f_0e0d],
      [0, 2, 0x1211, 0, 0, 0],
      [2, 1, 65, 0, 0, 0],
    ]);
  });
});
