/**
 * The calls on memory: map, unmap, protect, share. They check every argument before anything changes, in the order of
 * the call table; pages.ts does the work.
 */
import type { Hart } from '../../hardware/contract.ts';
import { Errno } from '../../spec/errno.ts';
import {
  PAGE_SHIFT,
  PAGE_SIZE,
  Pte,
  type VirtualAddress,
  type Word,
  wordIn,
} from '../../spec/riscv.ts';
import type { State } from './kernel.ts';
import { type Space, SpaceWord, type Task, TaskWord } from './layout.ts';
import { leafOf } from './pages.ts';
import { get } from './tables.ts';
import { livingChild } from './tasks.ts';
import { isBusy, tryAgain } from './waiting.ts';

const READ = Pte.R;
const READ_WRITE = Pte.R | Pte.W;
const READ_EXECUTE = Pte.R | Pte.X;

/** Address 0 stays free, so that using a null pointer faults. */
export const isUserPage = (k: State, va: VirtualAddress): boolean =>
  (va & (PAGE_SIZE - 1)) === 0 && va !== 0 && va < k.image.userEnd;

const spaceOf = (k: State, task: Task): Space => get(k, task, TaskWord.space);

/** The entry of a page that calls may change; 0: va is no page of the space, or its text. */
const changeable = (k: State, space: Space, va: VirtualAddress): Word => {
  if (!k.routines.isUserPage(k, va)) return 0;
  const vpn = va >>> PAGE_SHIFT;
  return vpn === get(k, space, SpaceWord.text) ? 0 : wordIn(leafOf(k, space), vpn);
};

export const map = (k: State, hart: Hart, task: Task, va: Word, rights: Word): number => {
  if (!k.routines.isUserPage(k, va)) return -Errno.EINVAL;
  if (rights !== READ && rights !== READ_WRITE) return -Errno.EINVAL;
  const space = spaceOf(k, task);
  if (isBusy(k, hart, space)) return tryAgain(k, hart, space);
  const vpn = va >>> PAGE_SHIFT;
  if (wordIn(leafOf(k, space), vpn) !== 0) return -Errno.EEXIST;
  return k.routines.mapPage(k, hart, space, vpn, rights) ? 0 : -Errno.ENOMEM;
};

export const unmap = (k: State, hart: Hart, task: Task, va: Word): number => {
  const space = spaceOf(k, task);
  if (isBusy(k, hart, space)) return tryAgain(k, hart, space);
  if (changeable(k, space, va) === 0) return -Errno.EINVAL;
  k.routines.unmapPage(k, hart, space, va >>> PAGE_SHIFT);
  return 0;
};

export const protect = (k: State, hart: Hart, task: Task, va: Word, rights: Word): number => {
  const space = spaceOf(k, task);
  if (rights !== READ && rights !== READ_WRITE && rights !== READ_EXECUTE) return -Errno.EINVAL;
  if (isBusy(k, hart, space)) return tryAgain(k, hart, space);
  if (changeable(k, space, va) === 0) return -Errno.EINVAL;
  k.routines.protectPage(k, hart, space, va >>> PAGE_SHIFT, rights);
  return 0;
};

export const share = (
  k: State,
  hart: Hart,
  task: Task,
  va: Word,
  tid: Word,
  rights: Word,
): number => {
  const space = spaceOf(k, task);
  if (isBusy(k, hart, space)) return tryAgain(k, hart, space);
  const entry = changeable(k, space, va);
  if (entry === 0 || (rights !== READ && rights !== READ_WRITE)) return -Errno.EINVAL;
  if (rights & ~k.routines.rightsOf(entry)) return -Errno.EINVAL;
  const child = livingChild(k, task, tid);
  if (child < 0) return child;
  const other = spaceOf(k, child);
  if (isBusy(k, hart, other)) return tryAgain(k, hart, other);
  const vpn = va >>> PAGE_SHIFT;
  if (wordIn(leafOf(k, other), vpn) !== 0) return -Errno.EEXIST;
  k.routines.sharePage(k, hart, space, other, vpn, rights);
  return 0;
};
