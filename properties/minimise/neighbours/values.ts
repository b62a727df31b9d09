/** Lower values: each on a short ladder, so that the list stays finite. */
import {
  PAGE_SHIFT,
  PAGE_SIZE,
  type RegisterName,
  type VirtualAddress,
} from '../../../spec/riscv.ts';
import type { Argument, Operation, Workload } from '../../../spec/workload.ts';
import { isAddress, withAddresses } from './addresses.ts';
import { bodiesOf, type Neighbour, replaced, withBody } from './neighbour.ts';
import { TEXT } from './pages.ts';

type CallOperation = Operation & { readonly op: 'call' };

/** Calls that name another task. */
const TASK_CALLS = new Set<string | number>(['wait', 'kill', 'share']);

/** Calls that name a descriptor. */
const DESCRIPTOR_CALLS = new Set<string | number>([
  'close',
  'read',
  'fwrite',
  'seek',
  'dup',
  'truncate',
]);

/** The first word of the page, where it is not text. */
const toPageStart = (va: VirtualAddress): VirtualAddress =>
  va >>> PAGE_SHIFT === TEXT ? va : va - (va % PAGE_SIZE);

/** Simpler words than this one. */
const ladder = (word: number): number[] => [0, 1, 2].filter((lower) => lower < word);

export function* lowerValues(workload: Workload): Generator<Neighbour> {
  for (const { program, body, operations } of bodiesOf(workload)) {
    for (const [i, operation] of operations.entries()) {
      for (const simpler of simplerOperations(operation)) {
        yield {
          change: `a lower value at step ${i + 1} of body ${body} of program ${program}`,
          workload: withBody(workload, program, body, replaced(operations, i, simpler)),
        };
      }
    }
  }
}

const simplerArgument = (argument: Argument): Argument[] =>
  typeof argument === 'number' ? ladder(argument) : argument === 'a0' ? [] : ['a0'];

const FIRST_REGISTER: RegisterName = 't0';

function* simplerOperations(operation: Operation): Generator<Operation> {
  const aligned = withAddresses(operation, toPageStart);
  if (aligned !== operation) yield aligned;
  switch (operation.op) {
    case 'set':
      for (const value of ladder(operation.value)) yield { ...operation, value };
      return;
    case 'store':
      if (typeof operation.value === 'string')
        for (const value of [0, 1]) yield { ...operation, value };
      for (const value of simplerArgument(operation.value)) yield { ...operation, value };
      return;
    case 'load':
      if (operation.rd !== FIRST_REGISTER) yield { ...operation, rd: FIRST_REGISTER };
      return;
    case 'call':
      yield* simplerCall(operation);
  }
}

function* simplerCall(operation: CallOperation): Generator<Operation> {
  const { call, args } = operation;
  const first = call === 'thread' || call === 'spawn' ? 1 : 0;
  for (let i = first; i < args.length; i++) {
    const argument = args[i];
    if (argument === undefined || isAddress(call, i) || isRights(operation, i)) continue;
    const simpler = isFlags(operation, i) ? fewerFlags(argument) : simplerArgument(argument);
    for (const one of [...simpler, ...literalTids(operation, i), ...literalFds(operation, i)]) {
      yield { ...operation, args: replaced(args, i, one) };
    }
  }
}

/** Where a task is meant: the first few tids, in place of a register that keeps one. */
const literalTids = ({ call, args }: CallOperation, index: number): number[] => {
  const namesTask = index === (call === 'share' ? 1 : 0) && TASK_CALLS.has(call);
  return namesTask && typeof args[index] === 'string' && args[index] !== 'a0'
    ? [1, 2, 3, 4, 5, 6, 7, 8]
    : [];
};

/** Where a descriptor is meant: the first few, in place of a register that keeps one. */
const literalFds = ({ call, args }: CallOperation, index: number): number[] =>
  index === 0 && DESCRIPTOR_CALLS.has(call) && typeof args[0] === 'string' && args[0] !== 'a0'
    ? [3, 4, 5]
    : [];

const isFlags = ({ call }: CallOperation, index: number): boolean => call === 'open' && index === 1;

/** Flags of `open`: one bit less. */
const fewerFlags = (flags: Argument): Argument[] => {
  if (typeof flags !== 'number') return ['a0'];
  const bits = Array.from({ length: 32 }, (_, bit) => 2 ** bit);
  return bits.filter((bit) => flags & bit).map((bit) => flags - bit);
};

/** Rights are bits, and not lower or higher. */
const isRights = ({ call }: { call: string | number }, index: number): boolean =>
  ((call === 'map' || call === 'protect') && index === 1) || (call === 'share' && index === 2);
