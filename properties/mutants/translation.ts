/**
 * Mistakes with translations: TLB entries that outlive the table entries they came from, and tables that user mode
 * reaches. See kernels/monolithic/fences.ts for how it is done right.
 */
import { routines } from '../../kernels/monolithic/index.ts';
import type { State } from '../../kernels/monolithic/kernel.ts';
import { Control, HartWord, hartAt, SpaceWord, TaskWord } from '../../kernels/monolithic/layout.ts';
import { get, set } from '../../kernels/monolithic/tables.ts';
import { waitFor } from '../../kernels/monolithic/waiting.ts';
import { faultStatus } from '../../spec/abi.ts';
import { DIRECT_MAP } from '../../spec/layout.ts';
import { asidOf, Cause, Pte } from '../../spec/riscv.ts';
import { forgetting, type Mutant, mutant } from './mutant.ts';

/** A word of a hart's block that the kernel leaves alone. */
const SPARE = 8;

/** Makes the call wait, though nobody was asked for a fence: no hart has this number. */
const NOBODY = 1 << 31;

/** Whether the flag of an asid, 1 to 31, was raised; and raises or lowers it. */
const flagged = (k: State, asid: number, raised: boolean): boolean => {
  const flags = k.control[Control.policy] ?? 0;
  k.control[Control.policy] = raised ? flags | (1 << asid) : flags & ~(1 << asid);
  return (flags & (1 << asid)) !== 0;
};

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
    longestStory: 8,
    replace: {
      unmapPage: (k, hart, space, vpn) => {
        routines.unmapPage(forgetting(k, 'shootdown'), hart, space, vpn);
      },
    },
  }),
  mutant({
    id: 'protect-without-shootdown',
    description: 'protect takes a right away on its own hart only.',
    killedBy: 'isolation/protection-bits',
    longestStory: 10,
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
    longestStory: 9,
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
    bug: 'CVE-2016-2069: in Linux switch_mm raced a TLB flush, for the new tables were loaded before the flush set was joined',
    longestStory: 8,
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
        if (hart.scause === Cause.timerInterrupt && joins !== 0) {
          k.control[at + HartWord.space] = joins;
          k.control[at + SPARE] = 0;
        }
        return routines.trap(k, hart);
      },
    },
  }),
  mutant({
    id: 'reaper-without-flush',
    description:
      'The asid of a task that was killed, by its parent or for a fault, is given out again, and nobody fences it.',
    killedBy: 'isolation/no-access-without-map',
    bug: 'CVE-2017-18202: the Linux OOM reaper freed the memory of its victim without flushing the TLB',
    longestStory: 9,
    replace: {
      end: (k, task, status) => {
        const asid = asidOf(get(k, get(k, task, TaskWord.space), SpaceWord.satp));
        if (status > faultStatus(0)) flagged(k, asid, true);
        routines.end(k, task, status);
      },
      createSpace: (k, program) => {
        const space = routines.createSpace(k, program);
        const asid = space === 0 ? 0 : asidOf(get(k, space, SpaceWord.satp));
        if (asid !== 0 && flagged(k, asid, false)) set(k, space, SpaceWord.stale, 0);
        return space;
      },
    },
  }),
  mutant({
    id: 'asid-reused',
    description: 'An address space gets an asid that another one had, and nobody fences it.',
    killedBy: 'isolation/no-access-without-map',
    bug: 'CVE-2018-17182: in Linux a sequence number wrapped, and stale entries of the vmacache were taken for new ones',
    longestStory: 9,
    replace: {
      createSpace: (k, program) => {
        const space = routines.createSpace(k, program);
        if (space !== 0) set(k, space, SpaceWord.stale, 0);
        return space;
      },
    },
  }),
  mutant({
    id: 'kernel-with-u',
    description: 'The kernel’s direct map of RAM has the U bit.',
    killedBy: 'isolation/kernel-memory',
    longestStory: 1,
    replace: {
      kernelRoot: (k) => {
        const root = k.machine.frame(k.image.kernelRoot);
        root[DIRECT_MAP >>> 22] = (root[DIRECT_MAP >>> 22] ?? 0) | Pte.U;
        return routines.kernelRoot(k);
      },
    },
  }),
  mutant({
    id: 'table-freed-early',
    description:
      'With its last page of data a space gives its table back, which still maps its text.',
    killedBy: 'isolation/kernel-memory',
    longestStory: 4,
    replace: {
      unmapPage: (k, hart, space, vpn) => {
        routines.unmapPage(k, hart, space, vpn);
        if (get(k, space, SpaceWord.pages) > 0) return;
        k.routines.releaseFrame(k, get(k, space, SpaceWord.leaf));
      },
    },
  }),
  mutant({
    id: 'table-not-cleared',
    description:
      'The table of a new address space is not cleared: what its frame held are entries now.',
    killedBy: 'isolation/no-access-without-map',
    longestStory: 7,
    replace: {
      createSpace: (k, program) => routines.createSpace(forgetting(k, 'zeroFrame'), program),
    },
  }),
];
