/** Fewer pages: all addresses in one become addresses in another that is lower. */

import { USER_TEXT } from '../../../spec/layout.ts';
import { PAGE_SHIFT, PAGE_SIZE, type VirtualAddress, type Vpn } from '../../../spec/riscv.ts';
import type { Workload } from '../../../spec/workload.ts';
import { addressesOf, withAddresses } from './addresses.ts';
import { bodiesOf, type Neighbour } from './neighbour.ts';

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
      for (const va of addressesOf(operation)) pages.add(va >>> PAGE_SHIFT);
    }
  }
  return [...pages].filter((page) => page !== TEXT && page !== 0).sort((a, b) => a - b);
};

const withPageMoved = (workload: Workload, page: Vpn, target: Vpn): Workload => {
  const move = (va: VirtualAddress): VirtualAddress =>
    va >>> PAGE_SHIFT === page ? target * PAGE_SIZE + (va % PAGE_SIZE) : va;
  return {
    ...workload,
    programs: workload.programs.map((program) => ({
      ...program,
      bodies: program.bodies.map((body) => body.map((operation) => withAddresses(operation, move))),
    })),
  };
};
