/**
 * The console call: write. The kernel reads the caller's bytes through the caller's own tables, in software, page by
 * page; so no address and no length can make it fault, or read what the caller could not.
 */
import type { Hart } from '../../hardware/contract.ts';
import { Errno } from '../../spec/errno.ts';
import {
  frameOf,
  PAGE_SHIFT,
  PAGE_SIZE,
  Pte,
  type VirtualAddress,
  type Word,
  wordIn,
} from '../../spec/riscv.ts';
import type { State } from './kernel.ts';
import { PROMISED, type Space, type Task, TaskWord } from './layout.ts';
import { leafOf } from './pages.ts';
import { get } from './tables.ts';
import { isBusy, tryAgain } from './waiting.ts';

/** Interrupts wait while the kernel runs: a longer write is cut short, as the call table allows. */
export const LONGEST_WRITE = PAGE_SIZE;

export const write = (k: State, hart: Hart, task: Task, va: Word, length: Word): number => {
  const space = get(k, task, TaskWord.space);
  if (isBusy(k, hart, space)) return tryAgain(k, hart, space);
  const end = Math.min(length, LONGEST_WRITE);
  let sent = 0;
  while (sent < end) {
    const at = va + sent; // a number: where it passes 2^32 it is beyond userEnd, and does not wrap
    const count = Math.min(end - sent, PAGE_SIZE - (at % PAGE_SIZE));
    const done = k.routines.sendBytes(k, hart, space, at, count);
    sent += done;
    if (done < count) break;
  }
  return sent > 0 || length === 0 ? sent : -Errno.EFAULT;
};

/** A page that was promised and never touched reads as zeros, and stays untouched. */
export const sendBytes = (
  k: State,
  _: Hart,
  space: Space,
  va: VirtualAddress,
  count: number,
): number => {
  if (va >= k.image.userEnd) return 0;
  const entry = wordIn(leafOf(k, space), va >>> PAGE_SHIFT);
  if (!(k.routines.rightsOf(entry) & Pte.R)) return 0;
  const bytes = entry & PROMISED ? undefined : k.machine.bytes(frameOf(entry));
  const first = va % PAGE_SIZE;
  for (let i = 0; i < count; i++) k.machine.transmit(bytes?.[first + i] ?? 0);
  return count;
};
