/**
 * The code of modules in user mode: the same programs, in a process of their own for as long as a call takes. What they
 * ask of others is a system call to the kernel, and so is their answer.
 */
import type { Machine, UserCpu, UserRoutine } from '../../hardware/contract.ts';
import { FACILITIES } from '../../spec/extensions.ts';
import type { Frame } from '../../spec/riscv.ts';
import type { ModuleCode } from './loader.ts';
import {
  MODULE_ENTRIES,
  type ModuleCall,
  type ModuleProgram,
  type ModuleRoutine,
  type ModuleSteps,
} from './program.ts';

/** Calls that only modules make, by the number in a7. The answer is a0; what is asked of others comes back there. */
export const UpCall = { answer: 72, import: 73, facility: 74, rest: 75 } as const;

/** Slots of text that a routine in user mode takes. */
export const USER_SLOTS = 3;

const A7 = 7;
/** The number under which the log shows code of modules. */
const MODULE = 64;

function* ecall(
  cpu: UserCpu,
  number: number,
  ...args: readonly number[]
): Generator<'ecall', number, void> {
  for (const [index, value] of args.entries()) cpu.setArgument(index, value);
  cpu.setArgument(A7, number);
  yield 'ecall';
  return cpu.argument(0) | 0;
}

function* asked(cpu: UserCpu, call: ModuleCall | undefined): Generator<'ecall', number, void> {
  if (call === undefined) return yield* ecall(cpu, UpCall.rest);
  if ('facility' in call)
    return yield* ecall(cpu, UpCall.facility, FACILITIES.indexOf(call.facility), ...call.args);
  return yield* ecall(cpu, UpCall.import, call.to, call.request, call.argument);
}

function* drive(cpu: UserCpu, steps: ModuleSteps): Generator<'ecall', number, void> {
  let answer = 0;
  for (;;) {
    const { done, value } = steps.next(answer);
    if (done) return value;
    answer = yield* asked(cpu, value);
  }
}

const processOf = (routine: ModuleRoutine): UserRoutine =>
  function* (cpu) {
    const place = { memory: cpu, data: cpu.argument(0), imports: cpu.argument(2) };
    const answer = routine(place, cpu.argument(3), cpu.argument(4));
    const value = typeof answer === 'number' ? answer : yield* drive(cpu, answer);
    yield* ecall(cpu, UpCall.answer, value);
  };

/** @param frame a page of text with room for it; the words that a module with this program has in its text */
export const installUserProgram = (
  machine: Machine,
  frame: Frame,
  name: string,
  program: ModuleProgram,
): ModuleCode =>
  MODULE_ENTRIES.flatMap((entry) => {
    const routine = program[entry];
    if (!routine) return new Array<number>(USER_SLOTS).fill(0);
    const at = machine.installUser(`${name}.${entry}`, processOf(routine), frame, MODULE);
    const first = frame * 1024 + (at >>> 2);
    return Array.from(machine.ram.subarray(first, first + USER_SLOTS));
  });
