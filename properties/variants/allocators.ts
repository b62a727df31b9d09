/** Other ways to choose and to clear frames: which frame a page gets is the kernel's business. */

import { buildCore } from '../../kernels/core/build.ts';
import { entryOf } from '../../kernels/core/frames.ts';
import type { State } from '../../kernels/core/kernel.ts';
import { Control, FREE_FRAME } from '../../kernels/core/layout.ts';
import { routines } from '../../kernels/core/routines.ts';
import { get, set } from '../../kernels/core/tables.ts';
import type { Frame } from '../../spec/riscv.ts';
import type { Variant } from './variant.ts';

/** The frame table itself is the pool: a frame that has the FREE bit. */
const takeLowest = (k: State): Frame => {
  let frame = 0;
  while (frame < k.machine.frames && !(get(k, entryOf(k, frame), 0) & FREE_FRAME)) frame += 1;
  return frame;
};
const markFree = (k: State, frame: Frame): void => set(k, entryOf(k, frame), 0, FREE_FRAME);

const takeOldest = (k: State): Frame => {
  const frame = routines.takeFrame(k);
  if (k.control[Control.freeHead] === 0) k.control[Control.freeTail] = 0;
  return frame;
};
const giveLast = (k: State, frame: Frame): void => {
  const tail = k.control[Control.freeTail] ?? 0;
  set(k, entryOf(k, frame), 0, FREE_FRAME);
  if (tail === 0) k.control[Control.freeHead] = frame;
  else set(k, entryOf(k, tail), 0, (FREE_FRAME | frame) >>> 0);
  k.control[Control.freeTail] = frame;
};

export const variants: readonly Variant[] = [
  {
    id: 'lowest-frame',
    description:
      'The free frame with the lowest number is taken, found by a scan of the frame table.',
    kernel: buildCore({
      name: 'variant:lowest-frame',
      takeFrame: takeLowest,
      giveFrame: markFree,
    }),
  },
  {
    id: 'oldest-frame',
    description: 'Free frames are a queue: the one that has been free for longest is taken.',
    kernel: buildCore({
      name: 'variant:oldest-frame',
      takeFrame: takeOldest,
      giveFrame: giveLast,
    }),
  },
  {
    id: 'zero-on-free',
    description: 'A frame is cleared when it is given back, and not again when it is taken.',
    kernel: buildCore({
      name: 'variant:zero-on-free',
      zeroFrame: () => {},
      giveFrame: (k, frame) => {
        routines.zeroFrame(k, frame);
        routines.giveFrame(k, frame);
      },
    }),
  },
];
