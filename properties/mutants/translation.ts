/**
 * Mistakes with TLBs: entries that outlive the table entries they came from, for a fence is missing or comes late. See
 * kernels/core/fences.ts for how it is done right.
 */

import { entryOf } from '../../kernels/core/frames.ts';
import { HartWord, hartAt, SpaceWord } from '../../kernels/core/layout.ts';
import { leafOf } from '../../kernels/core/pages.ts';
import { routines } from '../../kernels/core/routines.ts';
import { get, set } from '../../kernels/core/tables.ts';
import { waitFor } from '../../kernels/core/waiting.ts';
import { buildMicrokernel } from '../../kernels/microkernel/index.ts';
import { Cause, frameOf, Mode, Pte } from '../../spec/riscv.ts';
import { forgetting, type Mutant, mutant } from './mutant.ts';

/** A word of a hart's block that the kernel leaves alone. */
const SPARE = 8;

/** Makes the call wait, though nobody was asked for a fence: no hart has this number. */
const NOBODY = 1 << 31;

export const translation: readonly Mutant[] = [
  mutant({
    id: 'no-local-fence',
    description: 'unmap clears the entry and makes the other harts fence, but not its own.',
    killedBy: 'isolation/no-access-after-unmap',
    longestStory: 3,
    replace: {
      unmapPage: (k, hart, space, vpn) => {
        routines.unmapPage(forgetting(k, 'fencePage'), hart, space, vpn);
      },
    },
  }),
  mutant({
    id: 'no-shootdown',
    description: 'unmap fences its own hart, and leaves the others alone.',
    killedBy: 'isolation/no-access-after-unmap',
    longestStory: 10,
    replace: {
      unmapPage: (k, hart, space, vpn) => {
        routines.unmapPage(forgetting(k, 'shootdown'), hart, space, vpn);
      },
    },
  }),
  mutant({
    of: buildMicrokernel,
    id: 'stale-mark-forgotten',
    description:
      'Harts that are not on an address space when it loses a page are not told, and do not fence when they come back to it.',
    killedBy: 'isolation/no-access-after-unmap',
    bug: 'MINIX 8fa95abae: no processor was told that what it held of a changed table was stale',
    longestStory: 18,
    replace: {
      shootdown: (k, hart, space, vpn) => {
        const stale = get(k, space, SpaceWord.stale);
        routines.shootdown(k, hart, space, vpn);
        set(k, space, SpaceWord.stale, stale);
      },
    },
  }),
  mutant({
    id: 'fence-with-the-last-user',
    description: 'unmap fences only if nobody else has the page.',
    killedBy: 'isolation/no-access-after-unmap',
    bug: 'seL4 08b926556: a frame was unmapped only with its last capability',
    longestStory: 10,
    replace: {
      unmapPage: (k, hart, space, vpn) => {
        const entry = leafOf(k, space)[vpn] ?? 0;
        const isShared = (entry & Pte.V) !== 0 && get(k, entryOf(k, frameOf(entry)), 0) > 1;
        const careless = forgetting(forgetting(k, 'fencePage'), 'shootdown');
        routines.unmapPage(isShared ? careless : k, hart, space, vpn);
      },
    },
  }),
  mutant({
    id: 'protect-without-shootdown',
    description: 'protect takes a right away on its own hart only.',
    killedBy: 'isolation/protection-bits',
    longestStory: 14,
    replace: {
      protectPage: (k, hart, space, vpn, rights) => {
        routines.protectPage(forgetting(k, 'shootdown'), hart, space, vpn, rights);
      },
    },
  }),
  mutant({
    id: 'flush-after-unlock',
    description:
      'unmap gives the frame back and lets others into the kernel before the other harts are asked to fence.',
    killedBy: 'isolation/integrity',
    bug: 'CVE-2018-18281: Linux mremap flushed the TLB after dropping the lock',
    longestStory: 13,
    replace: {
      shootdown: (k, hart, space, vpn) => {
        k.control[hartAt(hart.id) + SPARE] = vpn;
        waitFor(k, hart, NOBODY, space);
      },
      releaseAfterFence: (k, _, frame) => k.routines.releaseFrame(k, frame),
      awaitFence: function* (k, hart) {
        const at = hartAt(hart.id);
        if ((k.control[at + HartWord.awaited] ?? 0) & NOBODY) {
          for (let turns = 0; turns < 8; turns++) yield; // unlocked
          k.control[at + HartWord.awaited] = 0;
          const space = k.control[at + HartWord.waitsOn] ?? 0;
          routines.shootdown(k, hart, space, k.control[at + SPARE] ?? 0);
        }
        const { shootdown, releaseAfterFence } = routines;
        const inOrder = { ...k, routines: { ...k.routines, shootdown, releaseAfterFence } };
        yield* routines.awaitFence(inOrder, hart);
      },
    },
  }),
  mutant({
    id: 'joins-flush-set-late',
    description:
      'A hart that loads an address space joins those that are asked to fence it at its next timer interrupt only.',
    killedBy: 'isolation/no-access-after-unmap',
    bug: 'CVE-2016-2069: in Linux switch_mm raced a TLB flush by another CPU',
    longestStory: 12,
    replace: {
      loadSpace: (k, hart, space) => {
        const at = hartAt(hart.id);
        const before = k.control[at + HartWord.space];
        routines.loadSpace(k, hart, space);
        if (before === space) return;
        k.control[at + HartWord.space] = 0;
        k.control[at + SPARE] = space;
      },
      trap: (k, hart) => {
        const at = hartAt(hart.id);
        const joins = k.control[at + SPARE] ?? 0;
        if (hart.scause === Cause.timerInterrupt && hart.spp === Mode.U && joins !== 0) {
          k.control[at + HartWord.space] = joins;
          k.control[at + SPARE] = 0;
        }
        return routines.trap(k, hart);
      },
    },
  }),
];
