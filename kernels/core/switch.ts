/**
 * What a hart runs: saving and restoring registers, switching to a task, going idle.
 *
 * The registers of a task are in its record from every trap on. The hart keeps them too, and they are restored only if
 * it runs something else in between.
 */
import type { Hart } from '../../hardware/contract.ts';
import { satp, wordIn } from '../../spec/riscv.ts';
import type { State } from './kernel.ts';
import { Control, HartWord, hartAt, type Task, TaskWord } from './layout.ts';
import { get } from './tables.ts';

export const saveContext = (k: State, hart: Hart, task: Task): void =>
  hart.saveTo(k.ram, task + TaskWord.context);

/** Also makes the return go to user mode. */
export const restoreContext = (k: State, hart: Hart, task: Task): void =>
  hart.restoreFrom(k.ram, task + TaskWord.context);

export const dispatch = (k: State, hart: Hart): void => {
  const task = k.routines.pickNext(k, hart);
  if (task === 0) k.routines.idle(k, hart);
  else k.routines.switchTo(k, hart, task);
};

export const switchTo = (k: State, hart: Hart, task: Task): void => {
  const { routines } = k;
  routines.loadSpace(k, hart, get(k, task, TaskWord.space));
  k.control[hartAt(hart.id) + HartWord.task] = task;
  hart.scontext = get(k, task, TaskWord.tid);
  hart.stimecmp = hart.time + routines.slice(k, hart);
  routines.restoreContext(k, hart, task);
};

/** On the kernel's own tables nothing of user space can be reached, whatever the TLB still holds (see fences.ts). */
const toKernelTables = (k: State, hart: Hart): void => {
  const at = hartAt(hart.id);
  k.control[at + HartWord.task] = 0;
  k.control[at + HartWord.space] = 0;
  hart.satp = satp(wordIn(k.control, Control.kernelRoot));
  hart.scontext = 0;
};

export const idle = (k: State, hart: Hart): void => {
  toKernelTables(k, hart);
  k.control[Control.idle] = wordIn(k.control, Control.idle) | (1 << hart.id);
  hart.idle();
};

/** Off its tables, for they may be given back next. */
export const vacate = toKernelTables;
