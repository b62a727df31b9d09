/**
 * Mistakes with page tables and asids: what a table maps that nobody mapped there, and what outlives the address space
 * that it belonged to. The right way: kernels/core/spaces.ts.
 */

import type { State } from '../../kernels/core/kernel.ts';
import { Control, HartWord, hartAt, SpaceWord, TaskWord } from '../../kernels/core/layout.ts';
import { routines } from '../../kernels/core/routines.ts';
import { get, set } from '../../kernels/core/tables.ts';
import { faultStatus } from '../../spec/abi.ts';
import { DIRECT_MAP } from '../../spec/layout.ts';
import { asidOf, Pte } from '../../spec/riscv.ts';
import { forgetting, type Mutant, mutant } from './mutant.ts';

/** Whether the flag of an asid (those above 31 have none) was raised; and raises or lowers it. */
const flagged = (k: State, asid: number, raised: boolean): boolean => {
  const flags = k.control[Control.policy] ?? 0;
  const bit = asid < 32 ? 1 << asid : 0;
  k.control[Control.policy] = raised ? flags | bit : flags & ~bit;
  return (flags & bit) !== 0;
};

export const tables: readonly Mutant[] = [
  mutant({
    id: 'reaper-without-flush',
    description:
      'The asid of a task that was killed, by its parent or for a fault, is given out again, and nobody fences it.',
    killedBy: 'isolation/no-access-without-map',
    bug: 'CVE-2017-18202: the Linux OOM reaper freed the memory of its victim without flushing the TLB',
    longestStory: 10,
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
    longestStory: 10,
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
    id: 'idle-on-freed-tables',
    description:
      'A hart whose task has ended stays on that task’s tables while it idles, and takes them for loaded when their record is used again.',
    killedBy: 'isolation/no-access-without-map',
    bug: 'seL4 7c600bdd4: the idle thread kept a scheduling context that had been freed',
    longestStory: 10,
    replace: {
      vacate: (k, hart) => {
        k.control[hartAt(hart.id) + HartWord.task] = 0;
        hart.scontext = 0;
      },
      idle: (k, hart) => {
        k.routines.vacate(k, hart);
        k.control[Control.idle] = (k.control[Control.idle] ?? 0) | (1 << hart.id);
        hart.idle();
      },
    },
  }),
  mutant({
    id: 'table-not-cleared',
    description:
      'The table of a new address space is not cleared: what its frame held are entries now.',
    killedBy: 'isolation/no-access-without-map',
    longestStory: 8,
    replace: {
      createSpace: (k, program) => routines.createSpace(forgetting(k, 'zeroFrame'), program),
    },
  }),
];
