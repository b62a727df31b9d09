/** How operations, calls and addresses read in a story. */
import { Call, callByNumber } from '../../spec/abi.ts';
import { resultName } from '../../spec/errno.ts';
import { rightsName, type Word } from '../../spec/riscv.ts';
import type { Argument, Operation } from '../../spec/workload.ts';

export const hex = (word: Word): string => `0x${(word >>> 0).toString(16)}`;

/** Small numbers as they are, large ones in hexadecimal. */
export const number = (word: Word): string => (word >>> 0 < 4096 ? String(word >>> 0) : hex(word));

const ADDRESSES = new Set(['va', 'pc']);

const argumentText = (name: string | undefined, argument: Argument | undefined): string => {
  if (argument === undefined) return '';
  if (typeof argument === 'string') return argument;
  if (name === 'prot' && argument < 16) return rightsName(argument);
  return name !== undefined && ADDRESSES.has(name) ? hex(argument) : number(argument);
};

/** `map(0x2000, rw)` */
const callText = (call: string | number, args: readonly Argument[]): string => {
  const description = callByNumber(
    typeof call === 'number' ? call : Call[call as keyof typeof Call],
  );
  const shown = description
    ? description.args.map((name, i) => argumentText(name, args[i] ?? 0))
    : args.map((argument) => argumentText(undefined, argument));
  return `${description?.name ?? `call ${call}`}(${shown.join(', ')})`;
};

/** An operation before it is known how it ends. */
export const operationText = (operation: Operation): string => {
  switch (operation.op) {
    case 'set':
      return `${operation.rd} ← ${number(operation.value)}`;
    case 'move':
      return `${operation.rd} ← ${operation.rs}`;
    case 'load':
      return `load ${hex(operation.va)}`;
    case 'store':
      return `store ${hex(operation.va)} ← ${typeof operation.value === 'string' ? operation.value : number(operation.value)}`;
    case 'call':
      return callText(operation.call, operation.args);
    case 'jump':
      return `jump ${hex(operation.va)}`;
    case 'loop':
      return 'loop';
    case 'privileged':
      return operation.instruction;
  }
};

/** The same with the value that a load gave. */
export const retiredText = (operation: Operation, value: Word): string =>
  operation.op === 'load'
    ? `${operationText(operation)} = ${number(value)}`
    : operationText(operation);

export const resultText = (a0: Word): string => resultName(a0);
