/** Fewer pages: all addresses in one become addresses in another that is lower. */

import { USER_TEXT } from '../../../spec/layout.ts';
import { PAGE_SHIFT, PAGE_SIZE, type VirtualAddress, type Vpn } from '../../../spec/riscv.ts';
import type { Operation, Workload } from '../../../spec/workload.ts';
import { bodiesOf, type Neighbour } from './neighbour.ts';

/** Calls whose first argument is an address. */
export const ADDRESS_CALLS = new Set<string | number>([
  'map',
  'unmap',
  'protect',
  'share',
  'write',
]);

/** The address that an operation is about, and the operation about another. */
export const addressOf = (operation: Operation): VirtualAddress | undefined => {
  if ('va' in operation) return operation.va;
  const [first] =
    operation.op === 'call' && ADDRESS_CALLS.has(operation.call) ? operation.args : [];
  return typeof first === 'number' ? first : undefined;
};
export const withAddress = (operation: Operation, va: VirtualAddress): Operation =>
  operation.op === 'call'
    ? { ...operation, args: [va, ...operation.args.slice(1)] }
    : 'va' in operation
      ? { ...operation, va }
      : operation;

export const TEXT: Vpn = USER_TEXT >>> PAGE_SHIFT;
const FIRST_PAGE: Vpn = 2;

export function* fewerPages(workload: Workload): Generator<Neighbour> {
  const pages = pagesOf(workload);
  for (const [index, page] of pages.entries()) {
    for (const target of new Set([FIRST_PAGE, ...pages.slice(0, index)])) {
      if (target >= page) continue;
      yield {
        change: `page ${page} made page ${target}`,
        workload: withPageMoved(workload, page, target),
      };
    }
  }
}

/** Pages that operations name, in order; neither the text nor page 0, which are what they are. */
const pagesOf = (workload: Workload): readonly Vpn[] => {
  const pages = new Set<Vpn>();
  for (const { operations } of bodiesOf(workload)) {
    for (const operation of operations) {
      const va = addressOf(operation);
      if (va !== undefined) pages.add(va >>> PAGE_SHIFT);
    }
  }
  return [...pages].filter((page) => page !== TEXT && page !== 0).sort((a, b) => a - b);
};

const withPageMoved = (workload: Workload, page: Vpn, target: Vpn): Workload => {
  const move = (operation: Operation): Operation => {
    const va = addressOf(operation);
    return va !== undefined && va >>> PAGE_SHIFT === page
      ? withAddress(operation, target * PAGE_SIZE + (va % PAGE_SIZE))
      : operation;
  };
  return {
    ...workload,
    programs: workload.programs.map(({ bodies }) => ({
      bodies: bodies.map((body) => body.map(move)),
    })),
  };
};
