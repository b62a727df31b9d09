import { describe, expect, test } from 'vitest';
import { DIRECT_MAP, KERNEL_TEXT } from '../spec/layout.ts';
import { Cause } from '../spec/riscv.ts';
import type { ComponentEntry, Hart, Machine, Routine } from './contract.ts';
import { assemble, boot } from './run.ts';
import { haltOf, rowsOfKind, runBoot, workloadOf } from './testing.ts';

/** Component 3: answers with the sum of its arguments, after a wait. */
const adding: ComponentEntry = function* (_, a = 0, b = 0) {
  yield 'wait';
  return a + b;
};

/** A kernel that does this once, then idles. */
const once = (work: (hart: Hart, machine: Machine) => void, install?: (machine: Machine) => void) =>
  runBoot(
    (machine) => {
      install?.(machine);
      let done = false;
      return (hart) => {
        if (!done) work(hart, machine);
        done = true;
        hart.idle();
      };
    },
    workloadOf([[]]),
  );

describe('a component', () => {
  test('is called through its address, and the log shows each stretch of it', () => {
    const seen: unknown[] = [];
    let va = 0;
    const run = once(
      (hart) => {
        const steps = hart.call(va, 2, 3) as Generator<unknown, number>;
        seen.push(steps.next(), steps.next());
      },
      (machine) => {
        va = KERNEL_TEXT + machine.installComponent('adding', adding, 0, 3);
      },
    );
    expect(seen).toEqual([
      { done: false, value: 'wait' },
      { done: true, value: 5 },
    ]);
    expect(rowsOfKind(run, 'enter').map(({ payload }) => payload.slice(0, 3))).toEqual([
      [3, va, 0xffff],
      [3, va, 0xffff],
    ]);
    expect(rowsOfKind(run, 'leave')).toHaveLength(2);
  });

  test('that is not mapped is a fault of the kernel', () => {
    const run = once((hart) => void hart.call(0x9000_0000));
    expect(haltOf(run)?.reason).toBe('handler-threw');
    expect(rowsOfKind(run, 'trap').at(-1)?.payload[0]).toBe(Cause.instructionPageFault);
  });

  test('is nothing else: a routine at that address is not called so', () => {
    const run = once((hart) => void hart.call(KERNEL_TEXT));
    expect(haltOf(run)?.message).toContain('no component');
  });

  test('must be a function', () => {
    const run = once(
      () => undefined,
      (machine) => void machine.installComponent('none', 1 as never, 0, 0),
    );
    expect(haltOf(run)?.message).toContain("installComponent('none')");
  });
});

describe('a byte', () => {
  test('is stored without its neighbours', () => {
    let word = 0;
    once((hart) => {
      const va = DIRECT_MAP + 9 * 4096;
      hart.store(va, 0x1122_3344);
      hart.storeByte(va + 1, 0x1ff);
      word = hart.load(va);
    });
    expect(word).toBe(0x1122_ff44);
  });
});

describe('external interrupts', () => {
  test('come to hart 0 until they are claimed, the lowest device first', () => {
    const claimed: number[] = [];
    const causes: number[] = [];
    const workload = workloadOf([[]]);
    const { core, machine, image } = assemble(workload, {}, 2);
    const handler = (hart: Hart): void => {
      causes.push(hart.scause);
      if (hart.scause === Cause.externalInterrupt) claimed.push(machine.claim(), machine.claim());
      else {
        core.raise(2);
        core.raise(1);
      }
      hart.idle();
    };
    boot(core, { boot: () => handler as Routine }, machine, image);
    core.run();
    expect(causes).toEqual([Cause.softwareInterrupt, Cause.externalInterrupt]);
    expect(claimed).toEqual([1, 2]);
    expect(core.claim()).toBe(-1);
    expect(image.serviceFrames).toEqual([workload.frames, workload.frames + 1]);
  });
});
