/**
 * Mistakes with frames: not cleared, not given back, given back while somebody uses them. The right way:
 * kernels/core/frames.ts.
 */
import { entryOf, isFree, promiseFrame } from '../../kernels/core/frames.ts';
import { NO_RESULT } from '../../kernels/core/kernel.ts';
import { hartAt, PROMISED, SpaceWord, TaskWord } from '../../kernels/core/layout.ts';
import { leafOf } from '../../kernels/core/pages.ts';
import { routines } from '../../kernels/core/routines.ts';
import { get, set } from '../../kernels/core/tables.ts';
import { Errno } from '../../spec/errno.ts';
import { frameOf, WORDS_PER_FRAME } from '../../spec/riscv.ts';
import { forgetting, type Mutant, mutant } from './mutant.ts';

/** A word of a hart's block that the kernel leaves alone. */
const SPARE = 8;

export const frames: readonly Mutant[] = [
  mutant({
    id: 'half-cleared',
    description: 'Only the first half of a frame is cleared before somebody else gets it.',
    killedBy: 'isolation/fresh-pages-are-zero',
    bug: 'CVE-2013-2141: Linux tkill let out a siginfo of which only a part was filled in',
    longestStory: 8,
    replace: {
      zeroFrame: (k, frame) => {
        k.machine.frame(frame).fill(0, 0, WORDS_PER_FRAME / 2);
      },
    },
  }),
  mutant({
    id: 'cleared-late',
    description:
      'A page is cleared when its hart is in the kernel the next time: the task has seen what it held before.',
    killedBy: 'isolation/fresh-pages-are-zero',
    bug: 'seL4 10d6cc0ae: the zeros of a cleared frame stayed in the cache',
    longestStory: 8,
    replace: {
      populate: (k, hart, space, vpn) => {
        const entry = routines.populate(forgetting(k, 'zeroFrame'), hart, space, vpn);
        k.control[hartAt(hart.id) + SPARE] = frameOf(entry);
        return entry;
      },
      trap: (k, hart) => {
        const at = hartAt(hart.id) + SPARE;
        const frame = k.control[at] ?? 0;
        k.control[at] = 0;
        if (frame !== 0) k.routines.zeroFrame(k, frame);
        return routines.trap(k, hart);
      },
    },
  }),
  mutant({
    id: 'leak-on-map-error',
    description: 'map that fails has promised a frame, and keeps the promise.',
    killedBy: 'isolation/frames-are-not-lost',
    bug: 'CVE-2016-0728: Linux lost a reference to a keyring on an error path',
    longestStory: 13,
    replace: {
      map: (k, hart, task, va, rights, a2) => {
        const result = routines.map(k, hart, task, va, rights, a2);
        if (result === -Errno.EINVAL || result === -Errno.EEXIST) promiseFrame(k);
        return result;
      },
    },
  }),
  mutant({
    id: 'leak-on-spawn-error',
    description: 'spawn of a program that does not exist has taken a frame, and keeps it.',
    killedBy: 'isolation/frames-are-not-lost',
    bug: 'CVE-2022-23090: FreeBSD leaked a credential when aio failed',
    longestStory: 9,
    replace: {
      spawn: (k, hart, task, program, a1, a2) => {
        const result = routines.spawn(k, hart, task, program, a1, a2);
        if (result === -Errno.ENOENT) k.routines.allocateFrame(k);
        return result;
      },
    },
  }),
  mutant({
    id: 'missing-put',
    description: 'unmap does not give the frame back.',
    killedBy: 'isolation/frames-are-not-lost',
    bug: 'CVE-2014-2851: in Linux a path that took a reference to group_info never dropped it',
    longestStory: 57,
    replace: { releaseAfterFence: () => undefined },
  }),
  mutant({
    id: 'table-kept-on-exit',
    description:
      'An address space that ends gives back its pages and its root table, but not the table below.',
    killedBy: 'isolation/frames-are-not-lost',
    longestStory: 57,
    replace: {
      releaseSpace: (k, space) => {
        k.routines.retainFrame(k, get(k, space, SpaceWord.leaf));
        routines.releaseSpace(k, space);
      },
    },
  }),
  mutant({
    id: 'count-wraps',
    description:
      'The count of a frame’s users has one bit: a page that is shared is counted as free.',
    killedBy: 'isolation/integrity',
    bug: 'CVE-2019-11487: the reference count of a page could overflow in Linux',
    longestStory: 10,
    replace: {
      retainFrame: (k, frame) => set(k, entryOf(k, frame), 0, get(k, entryOf(k, frame), 0) ^ 1),
    },
  }),
  mutant({
    id: 'given-back-in-use',
    description:
      'A frame goes back as soon as one user lets go: whether others have it is not looked at.',
    killedBy: 'isolation/integrity',
    bug: 'seL4 014c53022: a frame was taken for free, and nobody looked whether it was still mapped',
    longestStory: 10,
    replace: {
      releaseFrame: (k, frame) => {
        if (get(k, entryOf(k, frame), 0) > 1) set(k, entryOf(k, frame), 0, 1);
        if (!isFree(k, frame)) routines.releaseFrame(k, frame);
      },
    },
  }),
  mutant({
    id: 'put-on-error',
    description: 'share that fails gives back the frame that it has not taken.',
    killedBy: 'isolation/integrity',
    bug: 'CVE-2016-4557: Linux bpf put a reference twice on an error path',
    longestStory: 10,
    replace: {
      share: (k, hart, task, va, tid, rights) => {
        const result = routines.share(k, hart, task, va, tid, rights);
        const entry = leafOf(k, get(k, task, TaskWord.space))[va >>> 12] ?? 0;
        const taken = k.routines.isUserPage(k, va) && entry !== 0 && !(entry & PROMISED);
        if (result < 0 && result > NO_RESULT && taken) k.routines.releaseFrame(k, frameOf(entry));
        return result;
      },
    },
  }),
  mutant({
    id: 'one-release-too-many',
    description: 'unmap of a page that is shared gives its frame back twice.',
    killedBy: 'isolation/integrity',
    bug: 'CVE-2019-5596: FreeBSD released a passed descriptor once too often',
    longestStory: 10,
    replace: {
      releaseAfterFence: (k, hart, frame) => {
        if (get(k, entryOf(k, frame), 0) > 1) k.routines.releaseFrame(k, frame);
        routines.releaseAfterFence(k, hart, frame);
      },
    },
  }),
  mutant({
    id: 'cleaned-up-twice',
    description: 'An address space that ends gives its table back twice.',
    killedBy: 'isolation/integrity',
    bug: 'CVE-2015-5706: Linux cleaned up twice when an open failed',
    longestStory: 10,
    replace: {
      releaseSpace: (k, space) => {
        const leaf = get(k, space, SpaceWord.leaf);
        routines.releaseSpace(k, space);
        k.routines.giveFrame(k, leaf);
      },
    },
  }),
];
