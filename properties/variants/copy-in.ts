/** Other ways to read a caller's bytes: through the MMU, and a few at a time. */
import type { Hart } from '../../hardware/contract.ts';
import { buildCore } from '../../kernels/core/build.ts';
import type { State } from '../../kernels/core/kernel.ts';
import type { Space } from '../../kernels/core/layout.ts';
import { leafOf } from '../../kernels/core/pages.ts';
import { routines } from '../../kernels/core/routines.ts';
import { runningOn } from '../../kernels/core/tasks.ts';
import { Cause, PAGE_SHIFT, Pte, type VirtualAddress } from '../../spec/riscv.ts';
import type { Variant } from './variant.ts';

/**
 * Loads with SUM set. A page that has no frame yet traps into this very kernel, which repairs it; so where the call
 * came from is kept, for the nested trap overwrites it.
 */
const sendThroughMmu = (
  k: State,
  hart: Hart,
  space: Space,
  va: VirtualAddress,
  count: number,
): number => {
  if (va >= k.image.userEnd) return 0;
  if (!(k.routines.rightsOf(leafOf(k, space)[va >>> PAGE_SHIFT] ?? 0) & Pte.R)) return 0;
  const { sepc, spp } = hart;
  hart.sum = true;
  for (let i = 0; i < count; i++) k.machine.transmit(hart.loadByte(va + i));
  hart.sum = false;
  hart.sepc = sepc;
  hart.spp = spp;
  return count;
};

const repairNested = (k: State, hart: Hart): void => {
  if (hart.scause & Cause.interrupt) routines.trapFromKernel(k, hart);
  else k.routines.pageFault(k, hart, runningOn(k, hart));
};

export const variants: readonly Variant[] = [
  {
    id: 'mmu-copy-in',
    description:
      'write reads the caller’s bytes through the MMU with SUM set, and takes nested page faults.',
    kernel: buildCore({
      name: 'variant:mmu-copy-in',
      sendBytes: sendThroughMmu,
      trapFromKernel: repairNested,
    }),
  },
  {
    id: 'short-writes',
    description: 'write sends at most three bytes a call.',
    kernel: buildCore({
      name: 'variant:short-writes',
      write: (k, hart, task, va, length, unused) =>
        routines.write(k, hart, task, va, Math.min(length, 3), unused),
    }),
  },
];
