/**
 * The code of modules in supervisor mode. Each program is installed once, in a page that stands for the files; loading a
 * module copies its words. What it asks of others goes through addresses that the loader has written into its read-only
 * data (spec/relocations.ts).
 */
import type { ComponentEntry, Hart, Machine } from '../../hardware/contract.ts';
import { FACILITIES } from '../../spec/extensions.ts';
import { IMPORTS_AT, RELOCATION } from '../../spec/relocations.ts';
import type { Frame, VirtualAddress, Word } from '../../spec/riscv.ts';
import type { ModuleCode } from './loader.ts';
import {
  MODULE_ENTRIES,
  type ModuleCall,
  type ModuleProgram,
  type ModuleRoutine,
  type ModuleSteps,
} from './program.ts';

/** The number under which the log shows code of modules. */
const MODULE = 64;

/** Calls what stands in the relocations; the answer, or the steps to it. */
const dispatch = (
  hart: Hart,
  data: VirtualAddress,
  rodata: VirtualAddress,
  call: ModuleCall,
): number | Generator<unknown, number, void> => {
  if ('facility' in call) {
    const routine = hart.load(rodata + 4 * FACILITIES.indexOf(call.facility));
    return hart.call(routine, data, ...call.args);
  }
  const at = rodata + IMPORTS_AT + RELOCATION * call.to;
  const [routine, its, constants] = [hart.load(at), hart.load(at + 4), hart.load(at + 8)];
  return hart.call(routine, its, constants, hart.load(at + 12), call.request, call.argument);
};

/** A program that never sleeps has its answers at once. */
const atOnce = (
  hart: Hart,
  data: VirtualAddress,
  rodata: VirtualAddress,
  steps: ModuleSteps,
): number => {
  let answer = 0;
  for (;;) {
    const { done, value } = steps.next(answer);
    if (done) return value;
    const called = value && dispatch(hart, data, rodata, value);
    if (typeof called !== 'number') throw new TypeError('a module that does not sleep waits');
    answer = called | 0;
  }
};

function* inSteps(
  hart: Hart,
  data: VirtualAddress,
  rodata: VirtualAddress,
  steps: ModuleSteps,
): Generator<unknown, number, void> {
  let answer = 0;
  for (;;) {
    const { done, value } = steps.next(answer);
    if (done) return value;
    if (value === undefined) {
      yield undefined;
      continue;
    }
    const called = dispatch(hart, data, rodata, value);
    answer = (typeof called === 'number' ? called : yield* called) | 0;
  }
}

function* already(answer: number): Generator<unknown, number, void> {
  yield* [];
  return answer;
}

const entryOf =
  (routine: ModuleRoutine, sleeps: boolean): ComponentEntry =>
  (hart, data = 0, rodata = 0, imports = 0, request: Word = 0, argument: Word = 0) => {
    const answer = routine({ memory: hart, data, imports }, request, argument);
    if (sleeps)
      return typeof answer === 'number' ? already(answer) : inSteps(hart, data, rodata, answer);
    return typeof answer === 'number' ? answer : atOnce(hart, data, rodata, answer);
  };

/** @param frame a page of text with room for it; the words that a module with this program has in its text */
export const installProgram = (
  machine: Machine,
  frame: Frame,
  name: string,
  program: ModuleProgram,
): ModuleCode =>
  MODULE_ENTRIES.map((entry) => {
    const routine = program[entry];
    if (!routine) return 0;
    const sleeps = program.sleeps === true;
    const code = entryOf(routine, sleeps);
    const at = machine.installComponent(`${name}.${entry}`, code, frame, MODULE, !sleeps);
    return machine.ram[frame * 1024 + (at >>> 2)] ?? 0;
  });
