/** Other ways to keep TLBs true: fencing more than is needed is slow, but right. */
import type { Hart } from '../../hardware/contract.ts';
import { buildCore } from '../../kernels/core/build.ts';
import { askToFence } from '../../kernels/core/fences.ts';
import type { State } from '../../kernels/core/kernel.ts';
import { type Space, SpaceWord } from '../../kernels/core/layout.ts';
import { routines } from '../../kernels/core/routines.ts';
import { get } from '../../kernels/core/tables.ts';
import { asidOf } from '../../spec/riscv.ts';
import type { Variant } from './variant.ts';

/** Asks every other hart, whatever it runs. One that idles is woken for it, and idles again. */
const broadcast = (k: State, hart: Hart, space: Space): void => {
  for (const { id } of k.machine.harts) if (id !== hart.id) askToFence(k, hart, id, space);
};

export const variants: readonly Variant[] = [
  {
    id: 'flush-all',
    description: 'Every switch to a task flushes the whole TLB.',
    kernel: buildCore({
      name: 'variant:flush-all',
      switchTo: (k, hart, task) => {
        routines.switchTo(k, hart, task);
        hart.fence();
      },
    }),
  },
  {
    id: 'flush-asid',
    description: 'A change of one page flushes everything of its address space.',
    kernel: buildCore({
      name: 'variant:flush-asid',
      fencePage: (k: State, hart: Hart, space: Space) =>
        hart.fence(undefined, asidOf(get(k, space, SpaceWord.satp))),
    }),
  },
  {
    id: 'no-asids',
    description: 'All address spaces use asid 0, and every change of tables flushes it.',
    kernel: buildCore({ name: 'variant:no-asids', allocateAsid: () => 0 }),
  },
  {
    id: 'broadcast-shootdown',
    description:
      'A change of one page makes every hart fence, also those that cannot use the page.',
    kernel: buildCore({ name: 'variant:broadcast-shootdown', shootdown: broadcast }),
  },
];
