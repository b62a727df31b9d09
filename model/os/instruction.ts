/** The instruction that a task executes next, and what its operands are: read from the task's own pages. */
import { indexOfText, kindOfText, TextKind } from '../../spec/layout.ts';
import { registerNumber, type Word } from '../../spec/riscv.ts';
import type { Argument, Operation } from '../../spec/workload.ts';
import { wordAt } from './access.ts';
import type { OsState, Task } from './state.ts';

export const hex = (word: Word): string => `0x${(word >>> 0).toString(16)}`;

/** The instruction that a word of text is; `undefined`: none that is legal. */
export const operationOf = (state: OsState, word: Word): Operation | undefined =>
  kindOfText(word) === TextKind.script ? state.setting.operations[indexOfText(word)] : undefined;

/** The instruction that the task must execute next. */
export const nextOperation = (state: OsState, task: Task): Operation | undefined =>
  operationOf(state, wordAt(state, task, task.pc));

export const operandOf = (task: Task, argument: Argument): Word =>
  typeof argument === 'number' ? argument >>> 0 : (task.registers[registerNumber(argument)] ?? 0);

export const setRegister = (task: Task, register: number, value: Word): void => {
  if (register !== 0) task.registers[register] = value;
};
