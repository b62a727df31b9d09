/** The instruction that a task executes next, and what its operands are: read from the task's own pages. */
import { indexOfText, kindOfText, TextKind } from '../../spec/layout.ts';
import { registerNumber, type Word } from '../../spec/riscv.ts';
import type { Argument, Operation } from '../../spec/workload.ts';
import { wordAt } from './access.ts';
import type { OsState, Task } from './state.ts';

export const hex = (word: Word): string => `0x${word.toString(16)}`;

/** The instruction that the task must execute next; `undefined`: none that is legal. */
export const nextOperation = (state: OsState, task: Task): Operation | undefined => {
  const word = wordAt(state, task, task.pc);
  if (kindOfText(word) !== TextKind.script) return undefined;
  return state.setting.operations[indexOfText(word)];
};

export const operandOf = (task: Task, argument: Argument): Word =>
  typeof argument === 'number' ? argument >>> 0 : (task.registers[registerNumber(argument)] ?? 0);

export const setRegister = (task: Task, register: number, value: Word): void => {
  if (register !== 0) task.registers[register] = value;
};
