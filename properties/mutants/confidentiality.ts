/**
 * Kernels whose every run is allowed, and that let a secret out all the same: a choice that the call table leaves to
 * the kernel depends on words of a task that are nobody else's business. Only two runs show it.
 */
import { entryOf } from '../../kernels/monolithic/frames.ts';
import { routines } from '../../kernels/monolithic/index.ts';
import type { State } from '../../kernels/monolithic/kernel.ts';
import { Control, FREE_FRAME } from '../../kernels/monolithic/layout.ts';
import { get } from '../../kernels/monolithic/tables.ts';
import { livingChild } from '../../kernels/monolithic/tasks.ts';
import { Errno } from '../../spec/errno.ts';
import { type Mutant, mutant } from './mutant.ts';

/** The first words of all frames that the kernel was given, whoever has them now: how many are not 0. */
const wordsInUse = (k: State): number =>
  k.image.freeFrames.filter((frame) => k.machine.frame(frame)[0] !== 0).length;

/** The same of free frames only: what their last users left there. */
const leftovers = (k: State): number =>
  k.image.freeFrames.filter(
    (frame) => get(k, entryOf(k, frame), 0) & FREE_FRAME && k.machine.frame(frame)[0] !== 0,
  ).length;

export const confidentiality: readonly Mutant[] = [
  mutant({
    id: 'tid-from-leftovers',
    description: 'Whether a tid is left out depends on words that were left in free frames.',
    killedBy: 'isolation/confidentiality',
    bug: 'CVE-2017-1088: FreeBSD kldstat copied out memory that it had not cleared',
    longestStory: 6,
    replace: {
      createTask: (k, space, pc, parent) => {
        // The ids of the programs that boot starts are fixed.
        if (parent !== 0 && leftovers(k) & 1) {
          k.control[Control.nextTid] = (k.control[Control.nextTid] ?? 0) + 1;
        }
        return routines.createTask(k, space, pc, parent);
      },
    },
  }),
  mutant({
    id: 'errno-from-pages',
    description:
      'Where both the page and the child are wrong, share chooses its error by the pages of others.',
    killedBy: 'isolation/confidentiality',
    longestStory: 6,
    replace: {
      share: (k, hart, task, va, tid, rights) => {
        const result = routines.share(k, hart, task, va, tid, rights);
        const child = livingChild(k, task, tid);
        return result === -Errno.EINVAL && child < 0 && wordsInUse(k) & 1 ? child : result;
      },
    },
  }),
  mutant({
    id: 'short-write-from-pages',
    description: 'How many bytes write sends at once depends on what is in the pages of others.',
    killedBy: 'isolation/confidentiality',
    longestStory: 6,
    replace: {
      write: (k, hart, task, va, length, a2) =>
        routines.write(k, hart, task, va, wordsInUse(k) & 1 ? Math.min(length, 1) : length, a2),
    },
  }),
];
