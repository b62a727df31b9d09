import { describe, expect, test } from 'vitest';
import { Cause, pte } from '../spec/riscv.ts';
import type { Operation } from '../spec/workload.ts';
import type { Hart, Machine, Routine } from './contract.ts';
import { describe as describeError } from './core.ts';
import {
  type Boot,
  haltOf,
  mapUser,
  rowsOf,
  rowsOfKind,
  runBoot,
  runHandler,
  start,
  workloadOf,
} from './testing.ts';

const { V, R, W, X, U } = pte;
const FAULTING = 0x2000;
const call: Operation = { op: 'call', call: 'yield', args: [] };
const loop: Operation = { op: 'loop' };

/** Boots with an empty page at FAULTING; `handler` gets the words of the leaf table. */
const withSpace =
  (
    handler: (hart: Hart, leaf: Uint32Array, machine: Machine) => unknown,
    onBoot: (hart: Hart) => void = () => undefined,
  ): Boot =>
  (machine, image) => {
    const space = mapUser(machine, image, 5);
    const leaf = machine.frame(6);
    for (const hart of machine.harts) {
      hart.satp = space;
      onBoot(hart);
    }
    return ((hart: Hart) => handler(hart, leaf, machine)) as Routine;
  };

describe('a fault of supervisor mode', () => {
  test('that the handler repairs lets the access go on', () => {
    const seen: unknown[] = [];
    const run = runBoot(
      withSpace((hart, leaf, machine) => {
        if (hart.scause === Cause.loadPageFault) {
          seen.push(['fault', hart.stval, hart.spp]);
          machine.frame(9)[1] = 0xabcd;
          leaf[2] = pte(9, V | R);
          return;
        }
        hart.idle();
        seen.push(
          hart.load(FAULTING + 4),
          hart.loadByte(FAULTING + 5),
          hart.loadByte(FAULTING + 4),
        );
      }),
      workloadOf([[]]),
    );
    expect(seen).toEqual([['fault', FAULTING + 4, 1], 0xabcd, 0xab, 0xcd]);
    expect(haltOf(run)).toBeUndefined();
    // What the inner handler did not ask for, the outer one still gets.
    expect(rowsOf(run).map(({ kind }) => kind)).toEqual(['satp', 'trap', 'trap', 'idle', 'end']);
  });

  test('is repaired by a generator that does not wait, too', () => {
    let value = 0;
    const run = runBoot(
      (machine, image) => {
        const space = mapUser(machine, image, 5);
        return function* (hart) {
          if (hart.scause === Cause.storePageFault) {
            machine.frame(6)[2] = pte(9, V | R | W);
            return;
          }
          if (hart.scause === Cause.timerInterrupt) yield;
          hart.satp = space;
          hart.store(FAULTING, 5);
          value = machine.frame(9)[0] ?? 0;
          hart.idle();
        };
      },
      workloadOf([[]]),
    );
    expect([value, haltOf(run)]).toEqual([5, undefined]);
  });

  test.each<[string, (hart: Hart, leaf: Uint32Array) => unknown, RegExp]>([
    ['by doing nothing', () => undefined, /faulted at 0x2000 and nothing repaired it/],
    [
      'but lets user mode go on',
      (hart) => {
        hart.spp = 0;
      },
      /at 0x2000 was not repaired/,
    ],
    [
      'but waits',
      function* () {
        yield;
      },
      /was not repaired/,
    ],
    ['but returns a promise', () => Promise.resolve(), /waiting\.next is not a function/],
    [
      'but throws',
      () => {
        throw new Error('inner');
      },
      /Error: inner/,
    ],
    [
      'but faults again and again',
      (hart) => hart.load(FAULTING),
      /traps of supervisor mode without end/,
    ],
  ])('that the handler does not repair %s stops the kernel', (_, inner, message) => {
    let after = false;
    const run = runBoot(
      withSpace((hart, leaf) => {
        if (hart.scause === Cause.loadPageFault) return inner(hart, leaf);
        try {
          hart.load(FAULTING);
        } catch {
          try {
            hart.fence();
            after = true;
          } catch {}
        }
        return undefined;
      }),
      workloadOf([[]]),
    );
    expect(haltOf(run)?.reason).toBe('handler-threw');
    expect(haltOf(run)?.message).toMatch(message);
    expect(after).toBe(false);
    expect(rowsOf(run).at(-2)?.kind).toBe('halt');
  });

  test.each<[string, (hart: Hart) => unknown, number]>([
    ['load', (hart) => hart.load(0x8000_0002), Cause.loadMisaligned],
    ['store', (hart) => hart.store(0xc000_0001, 1), Cause.storeMisaligned],
  ])('comes from a misaligned %s', (_, access, cause) => {
    const causes: number[] = [];
    runBoot(
      withSpace((hart) => {
        causes.push(hart.scause);
        if (hart.scause === Cause.softwareInterrupt) access(hart);
      }),
      workloadOf([[]]),
    );
    expect(causes).toEqual([Cause.softwareInterrupt, ...new Array(9).fill(cause)]);
  });
});

describe('the kernel is unreachable', () => {
  test('when the page of its handler is not mapped', () => {
    const run = runBoot(
      (machine) => {
        machine.frame(2).fill(0);
        return (hart) => hart.idle();
      },
      workloadOf([[]]),
    );
    expect(haltOf(run)).toEqual({
      reason: 'kernel-unreachable',
      message: 'fetching the trap handler at 0x80000000 faults',
    });
  });

  test('when there is no routine where stvec points', () => {
    const run = runBoot(
      (machine) => {
        for (const hart of machine.harts) hart.stvec = 0x8000_0010;
        return (hart) => hart.idle();
      },
      workloadOf([[]]),
    );
    expect(haltOf(run)?.message).toBe('there is no routine at stvec = 0x80000010');
  });

  test('when user mode could write its text, and did', () => {
    const store: Operation = { op: 'store', va: FAULTING, value: 0 };
    const run = runBoot(
      (machine, image) => {
        const space = mapUser(machine, image, 5, [[2, pte(0, V | R | W | U)]]);
        return (hart) => start(hart, space);
      },
      workloadOf([[store, call]]),
    );
    expect(haltOf(run)?.reason).toBe('kernel-unreachable');
  });

  test('in the middle of a handler, which then changes nothing any more', () => {
    let after = false;
    const run = runBoot(
      withSpace((hart, _, machine) => {
        machine.frame(2).fill(0);
        hart.fence();
        try {
          hart.load(FAULTING);
        } finally {
          hart.scontext = 5;
          after = true;
        }
      }),
      workloadOf([[]]),
    );
    expect(haltOf(run)?.reason).toBe('kernel-unreachable');
    expect(after).toBe(false);
    expect(rowsOfKind(run, 'context')).toEqual([]);
  });

  test('and a routine at another address takes its place where it is installed', () => {
    const seen: string[] = [];
    runBoot(
      (machine) => {
        const offset = machine.install('other', (hart) => {
          seen.push('other');
          hart.idle();
        });
        for (const hart of machine.harts) hart.stvec = 0x8000_0000 + offset;
        return () => {
          seen.push('handler');
        };
      },
      workloadOf([[]]),
    );
    expect(seen).toEqual(['other']);
  });
});

describe('a handler that throws', () => {
  const hostile = new Proxy(
    {},
    {
      get: () => {
        throw new Error('no');
      },
      has: () => {
        throw new Error('no');
      },
    },
  );
  test.each<[string, unknown, RegExp | string]>([
    ['an error', new RangeError('deep'), /^RangeError: deep\n.*RangeError/s],
    ['a string', 'boo', 'threw boo'],
    ['nothing', undefined, 'threw undefined'],
    ['null', null, 'threw null'],
    ['a symbol', Symbol('s'), 'threw Symbol(s)'],
    ['an object without a prototype', Object.create(null), 'threw a value that cannot be shown'],
    ['an object with a message alone', { message: 'm' }, 'Error: m\n'],
    ['a proxy that throws', hostile, 'threw a value that cannot be shown'],
  ])('%s stops the kernel and is told', (_, thrown, message) => {
    const run = runHandler(() => {
      throw thrown;
    });
    expect(haltOf(run)?.reason).toBe('handler-threw');
    if (message instanceof RegExp) expect(haltOf(run)?.message).toMatch(message);
    else expect(haltOf(run)?.message).toBe(message);
  });

  test('a very long message is told in part', () => {
    expect(describeError(new Error('x'.repeat(1e6))).length).toBe(4000);
  });

  test('runs out of stack: stops the kernel', () => {
    const deeper = (): number => deeper() + 1;
    expect(haltOf(runHandler(deeper))?.message).toMatch(/RangeError/);
  });

  test('an error whose message touches the machine touches nothing', () => {
    const run = runHandler((hart) => {
      throw Object.defineProperty(new Error(), 'message', { get: () => hart.fence() });
    });
    expect(rowsOfKind(run, 'fence')).toEqual([]);
    expect(haltOf(run)?.message).toBe('threw a value that cannot be shown');
  });
});

describe('what a handler returns', () => {
  test.each<[string, unknown]>([
    ['a promise', Promise.resolve()],
    ['a number', 1],
    ['null', null],
    ['an object', {}],
  ])('%s is forbidden', (_, value) => {
    expect(haltOf(runHandler(() => value))?.reason).toBe('forbidden');
  });

  test('something like a generator that is none stops the kernel', () => {
    expect(haltOf(runHandler(() => ({ next: () => undefined })))?.reason).toBe('handler-threw');
  });
});

describe('fuel', () => {
  test('ends a handler that calls the machine without end', () => {
    const run = runHandler((hart) => {
      for (;;) hart.idle();
    });
    expect(haltOf(run)?.reason).toBe('out-of-fuel');
  });

  test('ends a boot that calls the machine without end', () => {
    const run = runBoot(
      (machine) => {
        for (;;) machine.frame(0);
      },
      workloadOf([[]]),
    );
    expect(haltOf(run)?.reason).toBe('out-of-fuel');
  });

  test('ends a condition that calls the machine without end', () => {
    const run = runHandler(function* (_, machine) {
      yield () => {
        for (;;) machine.frame(0);
      };
    });
    expect(haltOf(run)?.reason).toBe('out-of-fuel');
  });

  test('ends a handler that fills the log, before a record is lost', () => {
    const run = runHandler((hart) => {
      for (;;) hart.fence();
    });
    expect(haltOf(run)?.reason).toBe('out-of-fuel');
    expect(run.length).toBeLessThanOrEqual(run.words.length);
  });

  test('is new for every activation', () => {
    const run = runHandler((hart, machine) => {
      for (let i = 0; i < 100_000; i++) machine.frame(0);
      if (hart.stimecmp++ < 5) machine.sendIpi(0);
      hart.idle();
    });
    expect(haltOf(run)).toBeUndefined();
  });
});

describe('a routine that waits', () => {
  test('lets other harts run until its condition holds', () => {
    const order: string[] = [];
    const run = runBoot(
      (machine) => {
        const flag = machine.frame(9);
        return function* (hart) {
          hart.idle();
          if (hart.id === 1) {
            order.push('1');
            flag[0] = 1;
            return;
          }
          order.push('0 waits');
          // A condition may look at the machine.
          yield () => machine.frame(9)[0] === 1 && hart.id === 0;
          order.push('0 goes on');
          yield;
          order.push('0 leaves');
        };
      },
      workloadOf([[]], { harts: 2 }),
    );
    expect(order).toEqual(['0 waits', '1', '0 goes on', '0 leaves']);
    expect(rowsOf(run).map(({ kind, hart }) => `${kind} ${hart}`)).toEqual([
      'trap 0',
      'wait 0',
      'trap 1',
      'idle 1',
      'resume 0',
      'wait 0',
      'resume 0',
      'idle 0',
      'end 0',
    ]);
  });

  test('for what never comes ends the run', () => {
    const run = runHandler(function* () {
      yield () => false;
    });
    expect(rowsOf(run).map(({ kind }) => kind)).toEqual(['trap', 'wait', 'end']);
  });

  test.each<[string, () => unknown, RegExp]>([
    [
      'throws',
      () => {
        throw new Error('in the condition');
      },
      /in the condition/,
    ],
    ['is no function', 5 as never, /not a function/],
  ])('for a condition that %s stops the kernel', (_, condition, message) => {
    const run = runHandler(function* () {
      yield condition;
    });
    expect(haltOf(run)?.reason).toBe('handler-threw');
    expect(haltOf(run)?.message).toMatch(message);
  });

  test('and throws when it goes on stops the kernel', () => {
    const run = runHandler(function* () {
      yield;
      throw new Error('later');
    });
    expect(haltOf(run)?.message).toMatch(/^Error: later/);
  });

  test('and then faults for good changes nothing any more, whatever it catches or yields', () => {
    const run = runHandler(function* (hart, machine) {
      yield;
      try {
        machine.frame(-1);
      } catch {
        yield;
      } finally {
        hart.scontext = 7;
      }
    });
    expect(haltOf(run)?.message).toBe('supervisor mode faulted at 0xfffff000');
    expect(rowsOf(run).map(({ kind }) => kind)).toEqual([
      'trap',
      'wait',
      'resume',
      'trap',
      'halt',
      'end',
    ]);
  });

  describe('takes an interrupt meanwhile', () => {
    /** Hart 0 registers `routine`, then waits for `flag`; hart 1 interrupts it. */
    const waiting =
      (routine: (hart: Hart, flag: Uint32Array) => void): Boot =>
      (machine) => {
        const flag = machine.frame(9);
        return function* (hart) {
          if (hart.id === 1) {
            machine.sendIpi(0);
            hart.idle();
            return;
          }
          hart.onRemoteFence((own) => routine(own, flag));
          yield () => flag[0] === 1;
          hart.scontext = 3;
        };
      };

    test('by its remote-fence routine, then goes on where it waited', () => {
      const run = runBoot(
        waiting((hart, flag) => {
          hart.fence(FAULTING);
          hart.idle();
          flag[0] = 1;
        }),
        workloadOf([[]], { harts: 2, steps: 8 }),
      );
      const rows = rowsOf(run)
        .filter(({ kind }) => kind !== 'tlb')
        .slice(0, 8);
      expect(rows.map(({ kind, hart }) => `${kind} ${hart}`)).toEqual([
        'trap 0',
        'wait 0',
        'trap 1',
        'ipi 1',
        'idle 1',
        'trap 0',
        'fence 0',
        'resume 0',
      ]);
      expect(rows[5]?.payload[0]).toBe(Cause.softwareInterrupt);
      // The routine's own wish to idle is not the waiting handler's.
      expect(rowsOfKind(run, 'idle').filter(({ hart }) => hart === 0)).toEqual([]);
    });

    test('which may not wait', () => {
      const run = runBoot(
        waiting(function* () {
          yield;
        }),
        workloadOf([[]], { harts: 2 }),
      );
      expect(haltOf(run)?.reason).toBe('forbidden');
    });

    test('which stops the kernel when it throws', () => {
      const run = runBoot(
        waiting(() => {
          throw new Error('in the routine');
        }),
        workloadOf([[]], { harts: 2 }),
      );
      expect(haltOf(run)?.message).toMatch(/^Error: in the routine/);
    });
  });
});

test('a return with spp = S runs on in supervisor mode, where user text may not be fetched', () => {
  const run = runBoot(
    withSpace((hart) => {
      if (hart.scause !== Cause.softwareInterrupt) return hart.idle();
      hart.sepc = 0x1000;
      hart.spp = 1;
    }),
    workloadOf([[loop]]),
  );
  const traps = rowsOfKind(run, 'trap');
  expect(traps.map(({ mode, payload }) => [mode, payload[0]])).toEqual([
    [1, Cause.softwareInterrupt],
    [1, Cause.instructionPageFault],
  ]);
});

test('text that supervisor mode may fetch runs there, and its calls come from there', () => {
  const run = runBoot(
    withSpace((hart, leaf, machine) => {
      if (hart.scause !== Cause.softwareInterrupt) return hart.idle();
      leaf[1] = pte(3, V | R | X);
      machine.frame(9);
      hart.sepc = 0x1000;
      hart.spp = 1;
    }),
    workloadOf([[{ op: 'load', va: 0x8000_0000, rd: 'a0' }, call]]),
  );
  expect(rowsOfKind(run, 'retire').map(({ mode }) => mode)).toEqual([1]);
  expect(rowsOfKind(run, 'trap').at(-1)?.payload[0]).toBe(Cause.supervisorEcall);
});
