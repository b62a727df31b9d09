/**
 * What a service in the kernel may do with its client's memory.
 *
 * A client that is a task: the bytes go through the tables of the task, with SUM set, after its rights to every page
 * have been checked; so a service reaches nothing that the task itself could not. Pages that were promised get their
 * frames first. Between check and access nothing waits. Whoever must first wait for other harts at this space, waits.
 *
 * A client that is a service: its own segment.
 */
import { Errno } from '../../spec/errno.ts';
import { DIRECT_MAP, serviceSegment } from '../../spec/layout.ts';
import {
  type Frame,
  frameOf,
  PAGE_SHIFT,
  PAGE_SIZE,
  Pte,
  type Rights,
  type VirtualAddress,
  wordIn,
} from '../../spec/riscv.ts';
import { PROMISED, SpaceWord } from '../core/layout.ts';
import { leafOf } from '../core/pages.ts';
import { get } from '../core/tables.ts';
import { isBusy } from '../core/waiting.ts';
import type { Steps } from '../services/contract.ts';
import { type Asker, BUSY, type Link, type Linked, type Reached, type Thread } from './linkage.ts';

/** Makes every page of a range of the task's memory one that supervisor mode can access. False: the task may not. */
const prepare = (
  { k, hart }: Link,
  { space }: Thread,
  va: VirtualAddress,
  bytes: number,
  right: Rights,
): boolean => {
  if (va + bytes > k.image.userEnd) return false;
  const leaf = leafOf(k, space);
  const last = (va + bytes - 1) >>> PAGE_SHIFT;
  for (let vpn = va >>> PAGE_SHIFT; vpn <= last; vpn++) {
    if (!(k.routines.rightsOf(wordIn(leaf, vpn)) & right)) return false;
  }
  for (let vpn = va >>> PAGE_SHIFT; vpn <= last; vpn++) {
    if (wordIn(leaf, vpn) & PROMISED) k.routines.populate(k, hart, space, vpn);
  }
  return true;
};

/** Where the pages of a range of the task's memory lie, that it may access like this. */
const reachTask = (
  link: Link,
  thread: Thread,
  va: VirtualAddress,
  bytes: number,
  right: Rights,
): Reached | undefined => {
  if (thread.task === 0 || !prepare(link, thread, va, bytes, right)) return undefined;
  const leaf = leafOf(link.k, thread.space);
  return (at) => inFrame(frameOf(wordIn(leaf, at >>> PAGE_SHIFT)), at);
};

const inFrame = (frame: Frame, va: VirtualAddress): number =>
  frame * PAGE_SIZE + (va & (PAGE_SIZE - 1));

/** Copies between memory of two that need not have the same tables: frame by frame, through the direct map. */
export const copyAcross = (
  link: Link,
  source: Asker,
  from: VirtualAddress,
  target: Asker,
  to: VirtualAddress,
  bytes: number,
): number => {
  if (bytes === 0) return 0;
  const read = source.reach(from, bytes, Pte.R);
  const write = target.reach(to, bytes, Pte.W);
  if (!read || !write) return -Errno.EFAULT;
  for (let at = 0; at < bytes; ) {
    const count = Math.min(bytes - at, leftInPage(from + at), leftInPage(to + at));
    link.hart.copy(DIRECT_MAP + read(from + at), DIRECT_MAP + write(to + at), count);
    at += count;
  }
  return 0;
};

const leftInPage = (va: VirtualAddress): number => PAGE_SIZE - (va & (PAGE_SIZE - 1));

function* copy(
  link: Link,
  thread: Thread,
  user: VirtualAddress,
  bytes: number,
  right: Rights,
  transfer: () => void,
): Steps<number> {
  if (bytes === 0) return 0;
  while (thread.task !== 0 && isBusy(link.k, link.hart, thread.space)) {
    link.busy = thread.space;
    yield BUSY;
  }
  if (thread.task === 0 || !prepare(link, thread, user, bytes, right)) return -Errno.EFAULT;
  link.hart.sum = true;
  transfer();
  link.hart.sum = false;
  return 0;
}

/** The task that a thread works for. One that has ended can be neither read nor written any more. */
class TaskClient implements Asker {
  readonly #link: Link;
  readonly #thread: Thread;
  readonly id: number;

  constructor(link: Link, thread: Thread) {
    this.#link = link;
    this.#thread = thread;
    this.id = get(link.k, thread.space, SpaceWord.id);
  }
  isGone(): boolean {
    return this.#thread.task === 0;
  }
  reach(va: VirtualAddress, bytes: number, right: Rights): Reached | undefined {
    return reachTask(this.#link, this.#thread, va, bytes, right);
  }
  read(from: VirtualAddress, to: VirtualAddress, bytes: number): Steps<number> {
    const link = this.#link;
    return copy(link, this.#thread, from, bytes, Pte.R, () => link.hart.copy(from, to, bytes));
  }
  write(from: VirtualAddress, to: VirtualAddress, bytes: number): Steps<number> {
    const link = this.#link;
    return copy(link, this.#thread, to, bytes, Pte.W, () => link.hart.copy(from, to, bytes));
  }
}

export const taskClient = (link: Link, thread: Thread): Asker => new TaskClient(link, thread);

/** Clients that are services have numbers beyond those of all address spaces of tasks. */
const SERVICE_CLIENT = 0x4000_0000;

/**
 * A service that asks another: what it may lend of its memory is its segment. While a service in the kernel works for
 * it, its tables are loaded.
 */
export const serviceClient = (link: Link, { index, service, segment }: Linked): Asker => {
  const first = serviceSegment(index);
  const end = first + service.pages * PAGE_SIZE;
  const isOwn = (va: VirtualAddress, bytes: number): boolean => va >= first && va + bytes <= end;
  return {
    id: SERVICE_CLIENT + index,
    isGone: () => false,
    reach: (va, bytes) =>
      isOwn(va, bytes)
        ? (at) => inFrame(wordIn(segment, (at - first) >>> PAGE_SHIFT), at)
        : undefined,
    read: (from, to, bytes) => transfer(link, from, to, bytes, isOwn(from, bytes)),
    write: (from, to, bytes) => transfer(link, from, to, bytes, isOwn(to, bytes)),
  };
};

// biome-ignore lint/correctness/useYield: within the kernel nothing has to be waited for.
function* transfer(
  link: Link,
  from: VirtualAddress,
  to: VirtualAddress,
  bytes: number,
  lent: boolean,
): Steps<number> {
  if (!lent) return -Errno.EFAULT;
  link.hart.sum = true;
  link.hart.copy(from, to, bytes);
  link.hart.sum = false;
  return 0;
}

/** The kernel itself asks, with no memory to lend. */
export const KERNEL_CLIENT: Asker = {
  id: SERVICE_CLIENT - 1,
  isGone: () => false,
  reach: () => undefined,
  read: refuse,
  write: refuse,
};

// biome-ignore lint/correctness/useYield: there is nothing to wait for.
function* refuse(): Steps<number> {
  return -Errno.EFAULT;
}
