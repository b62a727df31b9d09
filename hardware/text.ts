/**
 * The machine's table of script operations: what the index of a text word names. Built once per workload, immutable
 * during a run. Rows of eight integers so that the executing loop reads one typed array.
 *
 *     row   0     1 … 7
 *           kind  operands, by kind
 */
import { Call } from '../spec/abi.ts';
import { registerNumber } from '../spec/riscv.ts';
import type { Argument, Operation } from '../spec/workload.ts';
import type { ComponentEntry, Routine, UserRoutine } from './contract.ts';

/** What is installed at an address beside routines. */
export interface ComponentCode {
  readonly component: number;
  readonly entry: ComponentEntry;
  /** It answers with steps. */
  readonly waits: boolean;
}

/** What the three slots of a routine in user mode are for, in their order. */
export const UserPart = { start: 0, call: 1, goOn: 2 } as const;
export type UserPart = (typeof UserPart)[keyof typeof UserPart];

/** What is installed at one of them. */
export interface UserCode {
  readonly component: number;
  readonly routine: UserRoutine;
  readonly part: UserPart;
}

/** A routine in user mode as what stands in its slots. */
export const userCode = (routine: UserRoutine, component: number): readonly UserCode[] =>
  Object.values(UserPart).map((part) => ({ component, routine, part }));

/** Whatever a native text word may name. */
export type Code = Routine | ComponentCode | UserCode;

export const ROW = 8;

/** Kinds of rows and their operands. */
export const Op = {
  /** rd, value */
  set: 1,
  /** rd, rs */
  move: 2,
  /** va, rd */
  load: 3,
  /** va, value */
  store: 4,
  /** va, rs */
  storeRegister: 5,
  /** number, how many arguments, bit i: argument i is a register, a0, a1, a2 */
  call: 6,
  /** va */
  jump: 7,
  loop: 8,
  privileged: 9,
} as const;

const operand = (argument: Argument): number =>
  typeof argument === 'number' ? argument : registerNumber(argument);

const encode = (operation: Operation, row: Int32Array, at: number): void => {
  switch (operation.op) {
    case 'set':
      row[at] = Op.set;
      row[at + 1] = registerNumber(operation.rd);
      row[at + 2] = operation.value;
      return;
    case 'move':
      row[at] = Op.move;
      row[at + 1] = registerNumber(operation.rd);
      row[at + 2] = registerNumber(operation.rs);
      return;
    case 'load':
      row[at] = Op.load;
      row[at + 1] = operation.va;
      row[at + 2] = registerNumber(operation.rd);
      return;
    case 'store':
      row[at] = typeof operation.value === 'number' ? Op.store : Op.storeRegister;
      row[at + 1] = operation.va;
      row[at + 2] = operand(operation.value);
      return;
    case 'call': {
      const { call, args } = operation;
      row[at] = Op.call;
      row[at + 1] = typeof call === 'number' ? call : Call[call];
      row[at + 2] = args.length;
      row[at + 3] = 0;
      for (let i = 0; i < 3 && i < args.length; i++) {
        const argument = args[i] as Argument;
        if (typeof argument !== 'number') row[at + 3] = (row[at + 3] as number) | (1 << i);
        row[at + 4 + i] = operand(argument);
      }
      return;
    }
    case 'jump':
      row[at] = Op.jump;
      row[at + 1] = operation.va;
      return;
    case 'loop':
      row[at] = Op.loop;
      return;
    case 'privileged':
      row[at] = Op.privileged;
      return;
  }
};

/** Rows for all operations, in order. */
export const encodeOperations = (operations: readonly Operation[]): Int32Array => {
  const table = new Int32Array(operations.length * ROW);
  for (let i = 0; i < operations.length; i++) {
    const operation = operations[i];
    if (operation) encode(operation, table, i * ROW);
  }
  return table;
};
