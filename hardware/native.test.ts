import { describe, expect, test } from 'vitest';
import { DEVICE_FRAME } from '../spec/devices.ts';
import { Cause, Pte, pte } from '../spec/riscv.ts';
import type { Workload } from '../spec/workload.ts';
import type { Hart, Machine, UserRoutine } from './contract.ts';
import { haltOf, mapUser, rowsOfKind, runBoot, start, workloadOf } from './testing.ts';

const { V, R, W, X, U } = Pte;
const ROOT = 12;
const TEXT = 10;
const DATA = 11;
const S11 = 27;
/** Where the routine stands, and a page of data, read and written. */
const CODE = 0x5000;
const PAGE = 0x6000;

type Trap = (hart: Hart, machine: Machine, count: number) => void;

/** A kernel that starts the routine on hart 0 and does this on every trap that follows, until it idles. */
const runUser = (routine: UserRoutine, trap: Trap, over: Partial<Workload> = {}) => {
  const causes: number[] = [];
  const run = runBoot(
    (machine, image) => {
      const at = machine.installUser('routine', routine, TEXT, 7);
      const space = mapUser(machine, image, ROOT, [
        [5, pte(TEXT, V | R | X | U)],
        [6, pte(DATA, V | R | W | U)],
        [7, pte(DATA, V | R | U)],
        [8, pte(DEVICE_FRAME, V | R | W | U)],
        [9, pte(DEVICE_FRAME + 1, V | R | W | U)],
      ]);
      let begun = false;
      return (hart) => {
        if (!begun) {
          begun = true;
          start(hart, space, CODE + at);
          return;
        }
        causes.push(hart.scause);
        trap(hart, machine, causes.length);
      };
    },
    workloadOf([[]], over),
  );
  return { run, causes };
};

/** Serves system calls with their first argument plus one, and stops at anything else. */
const serve: Trap = (hart, _, count) => {
  if (hart.scause !== Cause.userEcall || count > 8) hart.idle();
  else {
    hart.a0 += 1;
    hart.sepc += 4;
  }
};

describe('a routine in user mode', () => {
  test('makes system calls, and goes on behind them with what the kernel answers', () => {
    const seen: number[] = [];
    const { run, causes } = runUser(function* (cpu) {
      for (let call = 0; call < 3; call++) {
        cpu.setArgument(0, call * 10);
        cpu.setArgument(7, 99);
        yield 'ecall';
        seen.push(cpu.argument(0));
      }
    }, serve);
    expect(seen).toEqual([1, 11, 21]);
    expect(causes).toEqual([8, 8, 8, Cause.illegalInstruction]);
    const entered = rowsOfKind(run, 'enter');
    expect(entered.map(({ mode, payload }) => [mode, payload[0], payload[1]])).toEqual([
      [0, 7, CODE],
      [0, 7, CODE + 8],
      [0, 7, CODE + 8],
      [0, 7, CODE + 8],
    ]);
  });

  test('reaches memory through the MMU, words and bytes', () => {
    const seen: number[] = [];
    runUser(function* (cpu) {
      cpu.store(PAGE, 0x0403_0201);
      cpu.storeByte(PAGE + 2, 9);
      seen.push(cpu.load(PAGE), cpu.loadByte(PAGE + 3), cpu.loadByte(0x7000));
      yield 'ecall';
    }, serve);
    expect(seen).toEqual([0x0409_0201, 4, 1]);
  });

  test('reaches the registers of devices that are mapped, word by word', () => {
    const seen: number[] = [];
    const { run, causes } = runUser(function* (cpu) {
      cpu.store(0x8000, 65);
      seen.push(cpu.load(0x9010));
      cpu.loadByte(0x9010);
      yield;
    }, serve);
    expect(seen).toEqual([256]);
    expect(rowsOfKind(run, 'console')).toHaveLength(1);
    expect(causes).toEqual([Cause.loadAccess]);
  });

  test.each<[string, number, UserRoutine]>([
    [
      'a page that it may not write',
      Cause.storePageFault,
      function* (cpu) {
        yield cpu.store(0x7000, 1) as undefined;
      },
    ],
    [
      'a page that is not there',
      Cause.loadPageFault,
      function* (cpu) {
        yield cpu.load(0) as unknown as undefined;
      },
    ],
    [
      'a misaligned word read',
      Cause.loadMisaligned,
      function* (cpu) {
        yield cpu.load(PAGE + 2) as unknown as undefined;
      },
    ],
    [
      'a misaligned word written',
      Cause.storeMisaligned,
      function* (cpu) {
        yield cpu.store(PAGE + 2, 1) as undefined;
      },
    ],
    [
      'a byte of a register',
      Cause.storeAccess,
      function* (cpu) {
        yield cpu.storeByte(0x9000, 1) as undefined;
      },
    ],
    [
      'an error of its own',
      Cause.illegalInstruction,
      function* () {
        yield JSON.parse('{') as undefined;
      },
    ],
    [
      'a loop without a yield',
      Cause.illegalInstruction,
      function* (cpu) {
        let zero = true;
        while (zero) zero = cpu.load(PAGE) === 0;
        yield;
      },
    ],
  ])('faults at %s, in the simulated machine only', (_, cause, routine) => {
    const { run, causes } = runUser(routine, serve);
    expect(causes).toEqual([cause]);
    expect(haltOf(run)).toBeUndefined();
  });

  test('is over after a fault, whatever it catches', () => {
    const seen: unknown[] = [];
    const { causes } = runUser(
      function* (cpu) {
        try {
          cpu.load(0);
        } catch {
          try {
            cpu.store(PAGE, 77);
          } catch {
            seen.push('refused');
          }
        }
        yield 'ecall';
        seen.push('went on');
      },
      (hart, machine, count) => {
        if (count === 1) {
          seen.push(machine.frame(DATA)[0]);
          hart.sepc += 8;
        } else hart.idle();
      },
    );
    expect(seen).toEqual(['refused', 0]);
    expect(causes.slice(0, 2)).toEqual([Cause.loadPageFault, Cause.illegalInstruction]);
  });

  test('may be interrupted where it yields nothing', () => {
    let rounds = 0;
    const { causes } = runUser(
      function* () {
        for (;;) {
          rounds += 1;
          yield;
        }
      },
      (hart) => hart.idle(),
      { interrupts: [{ hart: 0, after: 5 }] },
    );
    expect(causes).toEqual([Cause.timerInterrupt]);
    expect(rounds).toBe(5);
  });
});

describe('an activation', () => {
  const twice: UserRoutine = function* () {
    yield 'ecall';
    yield 'ecall';
  };

  test('asks again where the kernel goes back to the call itself', () => {
    const { causes } = runUser(twice, (hart, _, count) => {
      if (count > 2) hart.idle();
    });
    expect(causes).toEqual([8, 8, 8]);
  });

  test.each<[string, Trap]>([
    [
      'an unknown number',
      (hart) => {
        const context = hart.save();
        context[S11] = 1;
        context[0] = hart.sepc + 4;
        hart.restore(context);
      },
    ],
    [
      'another address',
      (hart) => {
        hart.sepc = CODE + 0x20;
      },
    ],
    [
      'other tables',
      (hart, machine) => {
        machine.frame(14).set(machine.frame(ROOT));
        hart.satp = (hart.satp & ~0x3f_ffff) | 14;
        hart.fence();
        hart.sepc += 4;
      },
    ],
  ])('does not go on with %s', (_, disturb) => {
    const { run, causes } = runUser(twice, (hart, machine, count) => {
      if (count === 1) disturb(hart, machine, count);
      else hart.idle();
    });
    expect(causes).toEqual([8, Cause.illegalInstruction]);
    expect(haltOf(run)).toBeUndefined();
  });

  test('that is over does not go on', () => {
    let saved: Uint32Array | undefined;
    const { causes } = runUser(
      function* () {
        yield 'ecall';
      },
      (hart, _, count) => {
        if (count === 1) {
          hart.sepc += 4;
          saved = hart.save();
        } else if (count === 2 && saved) hart.restore(saved);
        else hart.idle();
      },
    );
    expect(causes).toEqual([8, 2, 2]);
  });

  test('cannot reach the machine from outside its stretch', () => {
    let kept: (() => unknown) | undefined;
    const seen: string[] = [];
    runUser(
      function* (cpu) {
        kept = () => cpu.argument(0);
        yield 'ecall';
      },
      (hart) => {
        try {
          kept?.();
        } catch (error) {
          seen.push(String(error));
        }
        hart.idle();
      },
    );
    expect(seen).toEqual(['Error: this activation does not run']);
  });

  test('gives no way into supervisor mode: the kernel’s ports refuse', () => {
    let port: Hart | undefined;
    const { run, causes } = runUser(
      function* () {
        port?.fence();
        yield 'ecall';
      },
      (hart) => hart.idle(),
      { start: [] },
    );
    port = undefined;
    expect(causes).toEqual([8]);
    expect(haltOf(run)).toBeUndefined();
  });

  test('does not begin in supervisor mode', () => {
    const run = runBoot(
      (machine) => {
        machine.installUser('routine', twice, 0, 0);
        return (hart) => {
          if (hart.spp === 1 && hart.scause === Cause.illegalInstruction)
            throw new Error('illegal');
          hart.spp = 1;
          hart.sepc = 0x8000_0004;
        };
      },
      workloadOf([[]]),
    );
    expect(haltOf(run)?.message).toContain('illegal');
  });
});

test('installing needs a function, a frame, and room for three slots', () => {
  const attempt = (install: (machine: Machine) => unknown) =>
    haltOf(
      runBoot(
        (machine) => {
          install(machine);
          return () => undefined;
        },
        workloadOf([[]]),
      ),
    )?.message;
  expect(attempt((machine) => machine.installUser('x', 3 as never, 5, 0))).toContain(
    'needs a function',
  );
  const full = (machine: Machine) => {
    for (let at = 0; at < 1022; at++) machine.install('filler', () => undefined, 9);
    machine.installUser('x', function* () {}, 9, 0);
  };
  expect(attempt(full)).toContain('frame 9 is full');
});
