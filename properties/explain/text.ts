/** How operations, calls and addresses read in a story. */
import { Call, callByNumber } from '../../spec/abi.ts';
import { resultName } from '../../spec/errno.ts';
import { EXTENSION_POINTS } from '../../spec/extensions.ts';
import { ACCESS_MODE, OpenFlag, Whence } from '../../spec/files.ts';
import { MODULE_TID, SERVICE_TID, TEXT_STRIDE, textAddress } from '../../spec/layout.ts';
import { rightsName, type Tid, type Word } from '../../spec/riscv.ts';
import type { Argument, Operation } from '../../spec/workload.ts';

export const hex = (word: Word): string => `0x${(word >>> 0).toString(16)}`;

/** `task 2`; processes of the kernel are no tasks. */
export const whoText = (tid: Tid, modules: readonly string[] = []): string => {
  if (tid >= MODULE_TID) return `module ${modules[tid - MODULE_TID] ?? tid - MODULE_TID}`;
  return tid >= SERVICE_TID ? `service ${tid - SERVICE_TID}` : `task ${tid}`;
};

/** Small numbers as they are, large ones in hexadecimal. */
export const number = (word: Word): string => (word >>> 0 < 4096 ? String(word >>> 0) : hex(word));

const ADDRESSES = new Set(['va', 'pc']);

const PATHS = new Set(['path', 'from', 'to']);

/** What numbers stand for in a workload: texts of the program, and its modules. */
export interface Meanings {
  readonly texts?: readonly string[];
  readonly modules?: readonly string[];
}

/** A path as it reads, where it is a text of the program. */
const pathText = (va: Word, texts: readonly string[]): string => {
  const at = va - textAddress(0);
  const text = at < 0 ? undefined : texts[Math.floor(at / TEXT_STRIDE)];
  return text === undefined ? hex(va) : JSON.stringify(text.slice(at % TEXT_STRIDE));
};

const MODES = ['read', 'write', 'read write'];
const FLAGS = Object.entries(OpenFlag).filter(([, bit]) => bit > ACCESS_MODE);
const ALL_FLAGS = FLAGS.reduce((all, [, bit]) => all | bit, ACCESS_MODE);

/** `read write create` */
const flagsText = (flags: Word): string => {
  const mode = MODES[flags & ACCESS_MODE];
  if (mode === undefined || (flags & ~ALL_FLAGS) !== 0) return number(flags);
  const names = FLAGS.filter(([, bit]) => flags & bit).map(([name]) => name);
  return [mode, ...names].join(' ');
};

const WHENCE = Object.keys(Whence);
/** An offset may be below 0. */
const signed = (word: Word): string => ((word | 0) < 0 ? String(word | 0) : number(word));

const argumentText = (
  name: string | undefined,
  argument: Argument | undefined,
  { texts = [], modules = [] }: Meanings,
): string => {
  if (argument === undefined) return '';
  if (typeof argument === 'string') return argument;
  if (name === 'prot' && argument < 16) return rightsName(argument);
  if (name === 'flags') return flagsText(argument);
  if (name === 'module') return modules[argument] ?? number(argument);
  if (name === 'point') return EXTENSION_POINTS[argument] ?? number(argument);
  if (name === 'whence') return WHENCE[argument] ?? number(argument);
  if (name === 'offset') return signed(argument);
  if (name !== undefined && PATHS.has(name)) return pathText(argument, texts);
  return name !== undefined && ADDRESSES.has(name) ? hex(argument) : number(argument);
};

/** `map(0x2000, rw)`, `open("/a", read write create)` */
const callText = (call: string | number, args: readonly Argument[], meanings: Meanings): string => {
  const description = callByNumber(
    typeof call === 'number' ? call : Call[call as keyof typeof Call],
  );
  const shown = description
    ? description.args.map((name, i) => argumentText(name, args[i] ?? 0, meanings))
    : args.map((argument) => argumentText(undefined, argument, meanings));
  return `${description?.name ?? `call ${call}`}(${shown.join(', ')})`;
};

/**
 * An operation before it is known how it ends.
 * @param meanings those of its program
 */
export const operationText = (operation: Operation, meanings: Meanings = {}): string => {
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
      return callText(operation.call, operation.args, meanings);
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
