/** Loaders that are right, and make other choices than the reference. */
import { moduleRoutines } from '../../kernels/modules/index.ts';
import type { ModuleRoutines } from '../../kernels/modules/loader.ts';
import { freeFrames } from '../../kernels/modules/memory.ts';
import { WORDS_PER_FRAME } from '../../spec/riscv.ts';
import type { Changes } from './world.ts';

export interface ModuleVariant extends Changes {
  readonly id: string;
  readonly description: string;
}

const right = moduleRoutines;

/** Puts the free frame that is wanted at the head of the list. */
const takingFrom = (choose: (frames: readonly number[]) => number): Partial<ModuleRoutines> => ({
  takeFrame: (loader) => {
    const free = freeFrames(loader);
    if (free.length === 0) return 0;
    const wanted = choose(free);
    const { ram, memory } = loader;
    const order = [wanted, ...free.filter((frame) => frame !== wanted)];
    for (const [index, frame] of order.entries())
      ram[frame * WORDS_PER_FRAME] = order[index + 1] ?? 0;
    ram[memory.control * WORDS_PER_FRAME] = wanted;
    return right.takeFrame(loader);
  },
});

export const MODULE_VARIANTS: readonly ModuleVariant[] = [
  {
    id: 'highest-frame-first',
    description: 'The free frame with the highest number is taken.',
    routines: takingFrom((frames) => Math.max(...frames)),
  },
  {
    id: 'middle-frame-first',
    description: 'A frame in the middle of those that are free is taken.',
    routines: takingFrom((frames) => frames[frames.length >>> 1] ?? 0),
  },
  {
    id: 'addresses-never-again',
    description: 'Pages of the window are not used a second time while there are others.',
    routines: {
      releaseAll: (loader, entry) => {
        right.releaseAll(loader, entry);
        const { pages } = entry.facts;
        const size = pages.text + pages.rodata + pages.data + pages.init;
        const runs = loader.memory.runs.get(size) ?? [];
        const last = runs.pop();
        if (last !== undefined) runs.unshift(last);
      },
    },
  },
  {
    id: 'poisoned-frames',
    description: 'A frame that is given back is overwritten at once.',
    routines: {
      giveFrame: (loader, frame) => {
        const first = frame * WORDS_PER_FRAME;
        loader.ram.fill(0xdead_dead, first, first + WORDS_PER_FRAME);
        right.giveFrame(loader, frame);
      },
    },
  },
  {
    id: 'sections-backwards',
    description: 'The sections of a module are given back from the last to the first.',
    routines: {
      releaseAll: (loader, entry) => {
        for (const section of ['init', 'data', 'rodata'] as const)
          loader.routines.release(loader, entry, section);
        right.releaseAll(loader, entry);
      },
    },
  },
  {
    id: 'whole-tlb',
    description: 'After each operation of the tables the whole TLB is forgotten.',
    routines: {
      protect: (loader, entry) => {
        right.protect(loader, entry);
        loader.hart.fence();
      },
      release: (loader, entry, section) => {
        right.release(loader, entry, section);
        loader.hart.fence();
      },
    },
  },
];
