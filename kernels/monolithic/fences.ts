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
 * A hart looks at its requests at every entry into the kernel (not only at the interrupt, which may be late), so that
 * it never goes back to user mode with a translation that a finished call has taken away. While it waits itself, the
 * interrupt runs `acknowledge` in place: two harts that wait for each other both go on.
 * Source: RISC-V Privileged, 4.2.1: sfence.vma orders the local hart only.
 */
import type { Hart } from '../../hardware/contract.ts';
import { KILLED_STATUS } from '../../spec/abi.ts';
import type { Frame, Vpn } from '../../spec/riscv.ts';
import type { State, Waiting } from './kernel.ts';
import { HartWord, hartAt, type Space, SpaceWord } from './layout.ts';
import { get, set } from './tables.ts';
import { isDoomed, runningOn } from './tasks.ts';

export const fencePage = (k: State, hart: Hart, space: Space, vpn: Vpn): void =>
  hart.fence(vpn << 12, get(k.spaces, space, SpaceWord.asid));

export const shootdown = (k: State, hart: Hart, space: Space): void => {
  const { control } = k;
  let stale = get(k.spaces, space, SpaceWord.stale);
  let awaited = 0;
  for (let id = 0; id < k.machine.harts.length; id++) {
    if (id === hart.id) continue;
    const other = hartAt(id);
    if (control[other + HartWord.space] !== space) {
      stale |= 1 << id;
      continue;
    }
    control[other + HartWord.requested] = (control[other + HartWord.requested] ?? 0) + 1;
    k.machine.sendIpi(id);
    awaited |= 1 << id;
  }
  set(k.spaces, space, SpaceWord.stale, stale);
  const at = hartAt(hart.id) + HartWord.awaited;
  control[at] = (control[at] ?? 0) | awaited;
};

/** Whether others asked this hart to fence. */
export const isAsked = (k: State, id: number): boolean => {
  const at = hartAt(id);
  return k.control[at + HartWord.requested] !== k.control[at + HartWord.done];
};

export const acknowledge = (k: State, hart: Hart): void => {
  const at = hartAt(hart.id);
  hart.fence();
  k.control[at + HartWord.done] = k.control[at + HartWord.requested] ?? 0;
};

/** Whether the call on this hart has to wait for fences of others. */
export const hasToWait = (k: State, hart: Hart): boolean =>
  k.control[hartAt(hart.id) + HartWord.awaited] !== 0;

export const releaseAfterFence = (k: State, hart: Hart, frame: Frame): void => {
  if (hasToWait(k, hart)) k.control[hartAt(hart.id) + HartWord.release] = frame;
  else k.routines.releaseFrame(k, frame);
};

const allFenced = (k: State, awaited: number): boolean => {
  for (let id = 0; id < k.machine.harts.length; id++) {
    if (awaited & (1 << id) && isAsked(k, id)) return false;
  }
  return true;
};

export function* awaitFence(k: State, hart: Hart): Waiting {
  const at = hartAt(hart.id);
  const awaited = k.control[at + HartWord.awaited] ?? 0;
  while (!allFenced(k, awaited)) yield () => allFenced(k, awaited);
  k.control[at + HartWord.awaited] = 0;
  const frame = k.control[at + HartWord.release] ?? 0;
  k.control[at + HartWord.release] = 0;
  if (frame !== 0) k.routines.releaseFrame(k, frame);
  if (isAsked(k, hart.id)) k.routines.acknowledge(k, hart);
  const task = runningOn(k, hart);
  if (isDoomed(k, task)) k.routines.stop(k, hart, task, KILLED_STATUS); // killed while it waited
  k.routines.leave(k, hart);
}

/** Harts that have to fence before they run a space that is new: its asid may have been another's. */
export const allHarts = (k: State): number => (1 << k.machine.harts.length) - 1;
