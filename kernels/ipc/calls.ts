/** The calls on capabilities. They check every argument before anything changes. */
import type { Hart } from '../../hardware/contract.ts';
import { ALL_RIGHTS, MAX_BADGE, Right } from '../../spec/calls/ipc.ts';
import { Errno } from '../../spec/errno.ts';
import type { Tid, Word } from '../../spec/riscv.ts';
import { type Task, TaskWord } from '../core/layout.ts';
import { get } from '../core/tables.ts';
import { livingChild } from '../core/tasks.ts';
import type { Ipc } from './kernel.ts';
import { CAPABILITIES, CapabilityWord, capabilityAt } from './layout.ts';

export const endpoint = (ipc: Ipc, _: Hart, task: Task): number =>
  ipc.routines.insert(ipc, get(ipc.k, task, TaskWord.space), 0, ALL_RIGHTS, 0, 0);

export const mint = (
  ipc: Ipc,
  _: Hart,
  task: Task,
  slot: Word,
  rights: Word,
  badge: Word,
): number => {
  const { k, routines } = ipc;
  const held = routines.lookup(ipc, task, slot);
  if (held === 0) return -Errno.EBADF;
  if (rights === 0 || rights > ALL_RIGHTS || badge > MAX_BADGE) return -Errno.EINVAL;
  if (!routines.isWithin(ipc, held, rights, badge)) return -Errno.EPERM;
  const named = get(k, held, CapabilityWord.endpoint);
  const kept = badge === 0 ? get(k, held, CapabilityWord.badge) : badge;
  return routines.insert(ipc, get(k, task, TaskWord.space), named, rights, kept, held);
};

export const give = (ipc: Ipc, _: Hart, task: Task, slot: Word, tid: Tid): number => {
  const { k, routines } = ipc;
  const held = routines.lookup(ipc, task, slot);
  if (held === 0) return -Errno.EBADF;
  if (!routines.allows(ipc, held, Right.give)) return -Errno.EPERM;
  const child = livingChild(k, task, tid);
  if (child < 0) return child;
  const named = get(k, held, CapabilityWord.endpoint);
  const rights = get(k, held, CapabilityWord.rights);
  const badge = get(k, held, CapabilityWord.badge);
  return routines.insert(ipc, get(k, child, TaskWord.space), named, rights, badge, held);
};

export const drop = (ipc: Ipc, _: Hart, task: Task, slot: Word): number => {
  const held = ipc.routines.lookup(ipc, task, slot);
  if (held === 0) return -Errno.EBADF;
  ipc.routines.take(ipc, held);
  return 0;
};

/** What is taken away leaves what was derived from it to its parent: so one pass over the table finds them all. */
export const revoke = (ipc: Ipc, _: Hart, task: Task, slot: Word): number => {
  const { k, routines } = ipc;
  const held = routines.lookup(ipc, task, slot);
  if (held === 0) return -Errno.EBADF;
  for (let index = 0; index < CAPABILITIES; index++) {
    const other = capabilityAt(k, index);
    if (get(k, other, CapabilityWord.endpoint) === 0) continue;
    if (routines.isDerived(ipc, other, held)) routines.take(ipc, other);
  }
  return 0;
};
