/**
 * Keeping TLBs true: local fences, and the shootdown that makes other harts fence.
 *
 * A TLB entry is used only under its own asid, and a hart uses a space's asid only while the space is loaded there. So
 * when a page goes away, other harts fall into two classes:
 *
 * - *on the space now*: they get a request, and an interrupt that makes them look at it. The call waits until they
 *   have fenced; only then does it return, and only then is the frame given back.
 * - *not on it*: nothing they run can use the entry. They are marked in the space's `stale` word and fence when they
 *   load the space next. That is also why an idle hart, which is on the kernel's tables, needs no fence at all.
 *
 * Until then the space is *busy*: not all harts see the same pages there. Calls that look at its pages or change them
 * wait for that too (waiting.ts), so that nobody is told what is not yet true everywhere.
 *
 * A hart looks at its requests at every entry into the kernel (not only at the interrupt, which may be late), so that
 * it never goes back to user mode with a translation that a finished call has taken away. While it waits itself, the
 * interrupt runs `acknowledge` in place: two harts that wait for each other both go on.
 * Source: RISC-V Privileged, 4.2.1: sfence.vma orders the local hart only.
 */
import type { Hart } from '../../hardware/contract.ts';
import { asidOf, type Frame, type HartId, type Vpn, wordIn } from '../../spec/riscv.ts';
import type { State } from './kernel.ts';
import { HartWord, hartAt, type Space, SpaceWord } from './layout.ts';
import { get, set } from './tables.ts';
import { hasToWait, joinQueue, waitFor } from './waiting.ts';

export const fencePage = (k: State, hart: Hart, space: Space, vpn: Vpn): void =>
  hart.fence(vpn << 12, asidOf(get(k, space, SpaceWord.satp)));

export const shootdown = (k: State, hart: Hart, space: Space): void => {
  for (let id = 0; id < k.machine.harts.length; id++) {
    if (id === hart.id) continue;
    if (k.control[hartAt(id) + HartWord.space] === space) askToFence(k, hart, id, space);
    else set(k, space, SpaceWord.stale, get(k, space, SpaceWord.stale) | (1 << id));
  }
};

/** The call on this hart will wait until hart `other` has fenced; meanwhile the space is busy. */
export const askToFence = (k: State, hart: Hart, other: HartId, space: Space): void => {
  const at = hartAt(other) + HartWord.requested;
  k.control[at] = wordIn(k.control, at) + 1;
  k.machine.sendIpi(other);
  joinQueue(k, hart, space);
  waitFor(k, hart, 1 << other, space);
};

export const acknowledge = (k: State, hart: Hart): void => {
  const at = hartAt(hart.id);
  hart.fence();
  k.control[at + HartWord.done] = wordIn(k.control, at + HartWord.requested);
};

export const releaseAfterFence = (k: State, hart: Hart, frame: Frame): void => {
  if (hasToWait(k, hart)) k.control[hartAt(hart.id) + HartWord.release] = frame;
  else k.routines.releaseFrame(k, frame);
};

/** Harts that have to fence before they run a space that is new: its asid may have been another's. */
export const allHarts = (k: State): number => (1 << k.machine.harts.length) - 1;
