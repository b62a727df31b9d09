/**
 * Kernels that remember. One keeps a count outside of the kernel altogether, as a clock or a random source of the host
 * would be: no two of its runs are alike. The other keeps a variable at the top of its file: it is new in every fresh
 * instance, and old in one that boots again.
 */

import { Control } from '../../kernels/core/layout.ts';
import { routines } from '../../kernels/core/routines.ts';
import { type Mutant, mutant } from './mutant.ts';

let boots = 0;

export const determinism: readonly Mutant[] = [
  mutant({
    id: 'slice-by-the-clock',
    description: 'The length of a slice depends on how often the host has booted the kernel.',
    killedBy: 'determinism/same-run-twice',
    longestStory: 3,
    replace: {
      kernelRoot: (k) => {
        boots += 1;
        return routines.kernelRoot(k);
      },
      slice: () => 1 + (boots & 1),
    },
  }),
  mutant({
    id: 'tids-go-on',
    description: 'The tids of spawned tasks go on where those of the last boot ended.',
    killedBy: 'determinism/no-state-between-boots',
    longestStory: 3,
    replaceAnew: () => {
      let last = 0;
      return {
        createTask: (k, space, pc, parent) => {
          const next = k.control[Control.nextTid] ?? 0;
          if (parent !== 0) k.control[Control.nextTid] = last = Math.max(next, last + 1);
          return routines.createTask(k, space, pc, parent);
        },
      };
    },
  }),
];
