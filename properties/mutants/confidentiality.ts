import { routines } from '../../kernels/monolithic/index.ts';
import type { State } from '../../kernels/monolithic/kernel.ts';
import { Control } from '../../kernels/monolithic/layout.ts';
import { type Mutant, mutant } from './mutant.ts';

/** The first words of all frames that the kernel was given, whoever has them now: how many are not 0. */
const wordsInUse = (k: State): number =>
  k.image.freeFrames.filter((frame) => k.machine.frame(frame)[0] !== 0).length;

export const confidentiality: readonly Mutant[] = [
  mutant({
    id: 'tid-from-leftovers',
    description:
      'Whether a tid is left out depends on what is in the pages of others, or was left there.',
    killedBy: 'isolation/confidentiality',
    bug: 'CVE-2017-1088: FreeBSD kldstat copied out memory that it had not cleared',
    longestStory: 7,
    replace: {
      createTask: (k, space, pc, parent) => {
        // The ids of the programs that boot starts are fixed.
        if (parent !== 0 && wordsInUse(k) & 1) {
          k.control[Control.nextTid] = (k.control[Control.nextTid] ?? 0) + 1;
        }
        return routines.createTask(k, space, pc, parent);
      },
    },
  }),
  mutant({
    id: 'short-write-from-pages',
    description: 'How many bytes write sends at once depends on what is in the pages of others.',
    killedBy: 'isolation/confidentiality',
    longestStory: 8,
    replace: {
      write: (k, hart, task, va, length, a2) =>
        routines.write(k, hart, task, va, wordsInUse(k) & 1 ? Math.min(length, 1) : length, a2),
    },
  }),
];
