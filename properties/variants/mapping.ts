/** Other ways to map: pages at once, and the kernel elsewhere. */
import type { Hart } from '../../hardware/contract.ts';
import { buildCore } from '../../kernels/core/build.ts';
import type { State } from '../../kernels/core/kernel.ts';
import type { Space } from '../../kernels/core/layout.ts';
import { countPages, leafOf } from '../../kernels/core/pages.ts';
import { DIRECT_MAP, KERNEL_TEXT } from '../../spec/layout.ts';
import { type Frame, Pte, pte, type Rights, type Vpn, WORDS_PER_FRAME } from '../../spec/riscv.ts';
import type { Variant } from './variant.ts';

const mapAtOnce = (k: State, _: Hart, space: Space, vpn: Vpn, rights: Rights): boolean => {
  const frame = k.routines.allocateFrame(k);
  if (frame === 0) return false;
  k.routines.zeroFrame(k, frame);
  leafOf(k, space)[vpn] = pte(frame, Pte.V | Pte.U | rights);
  countPages(k, space, 1);
  return true;
};

const TEXT = 0x9000_0000;
const RAM = 0xe000_0000;

/** Moves the kernel within its root table, and takes all harts along before the first trap comes. */
const kernelElsewhere = (k: State): Frame => {
  const { machine, image } = k;
  const root = machine.frame(image.kernelRoot);
  const text = root[KERNEL_TEXT >>> 22] ?? 0;
  const directMap = root.slice(DIRECT_MAP >>> 22, WORDS_PER_FRAME - ((RAM - DIRECT_MAP) >>> 22));
  root.fill(0);
  root[TEXT >>> 22] = text;
  root.set(directMap, RAM >>> 22);
  for (const hart of machine.harts) {
    hart.stvec = TEXT + (hart.stvec - KERNEL_TEXT);
    hart.fence();
  }
  return image.kernelRoot;
};

export const variants: readonly Variant[] = [
  {
    id: 'eager',
    description: 'A page gets its frame when it is mapped, not at the first touch.',
    kernel: buildCore({ name: 'variant:eager', mapPage: mapAtOnce }),
  },
  {
    id: 'other-layout',
    description: 'The kernel’s text is mapped at 0x9000_0000, and RAM at 0xe000_0000.',
    kernel: buildCore({ name: 'variant:other-layout', kernelRoot: kernelElsewhere }),
  },
];
