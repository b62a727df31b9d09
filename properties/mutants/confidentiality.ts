/**
 * Kernels whose every run is allowed, and that let a secret out all the same: a choice that the call table leaves to
 * the kernel depends on words of a task that are nobody else's business. Only two runs show it.
 */

import type { State } from '../../kernels/core/kernel.ts';
import { Control } from '../../kernels/core/layout.ts';
import { routines } from '../../kernels/core/routines.ts';
import { type Mutant, mutant } from './mutant.ts';

/** How many words are not 0, of all frames that the kernel was given, whoever has them now. */
const wordsInUse = (k: State): number => {
  let words = 0;
  for (const frame of k.image.freeFrames) {
    for (const word of k.machine.frame(frame)) if (word !== 0) words += 1;
  }
  return words;
};

export const confidentiality: readonly Mutant[] = [
  mutant({
    id: 'tid-from-leftovers',
    description:
      'How many tids are left out depends on what is in the pages of others, or was left there.',
    killedBy: 'isolation/confidentiality',
    bug: 'CVE-2017-1088: FreeBSD kldstat copied out memory that it had not cleared',
    longestStory: 8,
    replace: {
      createTask: (k, space, pc, parent) => {
        // The ids of the programs that boot starts are fixed.
        if (parent !== 0) {
          k.control[Control.nextTid] = (k.control[Control.nextTid] ?? 0) + (wordsInUse(k) & 7);
        }
        return routines.createTask(k, space, pc, parent);
      },
    },
  }),
  mutant({
    id: 'short-write-from-pages',
    description: 'How many bytes write sends at once depends on what is in the pages of others.',
    killedBy: 'isolation/confidentiality',
    longestStory: 9,
    replace: {
      write: (k, hart, task, va, length, a2) => {
        const fewer = Math.max(Math.min(length, 1), length - (wordsInUse(k) % 3));
        return routines.write(k, hart, task, va, fewer, a2);
      },
    },
  }),
];
