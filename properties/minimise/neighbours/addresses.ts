/** Which arguments of calls are addresses: of pages and buffers, or of paths. */
import { CALLS } from '../../../spec/abi.ts';
import type { VirtualAddress } from '../../../spec/riscv.ts';
import type { Argument, Operation } from '../../../spec/workload.ts';
import { replaced } from './neighbour.ts';

const ADDRESSES = new Set(['va', 'path', 'from', 'to']);

/** By call: the places of its arguments that are addresses. */
const PLACES: ReadonlyMap<string | number, readonly number[]> = new Map(
  CALLS.map(({ name, args }): [string, number[]] => [
    name,
    [...args.keys()].filter((place) => ADDRESSES.has(args[place] ?? '')),
  ]),
);

export const isAddress = (call: string | number, place: number): boolean =>
  PLACES.get(call)?.includes(place) ?? false;

const addressArguments = ({ call, args }: Operation & { op: 'call' }): readonly Argument[] =>
  args.filter((_, place) => isAddress(call, place));

/** The addresses that an operation is about. */
export const addressesOf = (operation: Operation): readonly VirtualAddress[] => {
  if ('va' in operation) return [operation.va];
  if (operation.op !== 'call') return [];
  return addressArguments(operation).filter((one) => typeof one === 'number');
};

/** The operation about other addresses; itself where none of them moves. */
export const withAddresses = (
  operation: Operation,
  move: (va: VirtualAddress) => VirtualAddress,
): Operation => {
  if ('va' in operation) {
    const va = move(operation.va);
    return va === operation.va ? operation : { ...operation, va };
  }
  if (operation.op !== 'call') return operation;
  let { args } = operation;
  for (const [place, argument] of operation.args.entries()) {
    if (typeof argument !== 'number' || !isAddress(operation.call, place)) continue;
    const va = move(argument);
    if (va !== argument) args = replaced(args, place, va);
  }
  return args === operation.args ? operation : { ...operation, args };
};
