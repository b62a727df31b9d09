/** Lower values: each on a short ladder, so that the list stays finite. */
import type { RegisterName } from '../../../spec/riscv.ts';
import type { Argument, Operation, Workload } from '../../../spec/workload.ts';
import { bodiesOf, type Neighbour, replaced, withBody } from './neighbour.ts';
import { ADDRESS_CALLS, addressOf, TEXT, withAddress } from './pages.ts';

type CallOperation = Operation & { readonly op: 'call' };

/** Calls that name another task. */
const TASK_CALLS = new Set<string | number>(['wait', 'kill', 'share']);

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
  const va = addressOf(operation);
  if (va !== undefined && (va & 0xfff) !== 0 && va >>> 12 !== TEXT)
    yield withAddress(operation, va - (va & 0xfff));
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
  const first =
    ADDRESS_CALLS.has(operation.call) || operation.call === 'thread' || operation.call === 'spawn'
      ? 1
      : 0;
  for (let i = first; i < operation.args.length; i++) {
    const argument = operation.args[i];
    if (argument === undefined || isRights(operation, i)) continue;
    for (const simpler of [...simplerArgument(argument), ...literalTids(operation, i)]) {
      yield { ...operation, args: replaced(operation.args, i, simpler) };
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

/** Rights are bits, and not lower or higher. */
const isRights = ({ call }: { call: string | number }, index: number): boolean =>
  ((call === 'map' || call === 'protect') && index === 1) || (call === 'share' && index === 2);
