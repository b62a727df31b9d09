/**
 * The way into the kernel and out of it. Every trap of every hart comes here, with interrupts masked; nothing else in
 * the machine moves until it returns, unless it returns a generator, which waits for other harts.
 *
 * Nothing here allocates, except where a hart has to wait.
 */
import type { Hart } from '../../hardware/contract.ts';
import { Call, faultStatus, KILLED_STATUS } from '../../spec/abi.ts';
import { Errno } from '../../spec/errno.ts';
import { A0, Cause, Mode } from '../../spec/riscv.ts';
import { hasToWait, isAsked } from './fences.ts';
import { NO_RESULT, type State, type Waiting } from './kernel.ts';
import { Control, type Task, TaskWord } from './layout.ts';
import { set } from './tables.ts';
import { isDoomed, runningOn } from './tasks.ts';

export const trap = (k: State, hart: Hart): Waiting | undefined => {
  const { routines } = k;
  if (isAsked(k, hart.id)) routines.acknowledge(k, hart);
  if (hart.spp === Mode.S) {
    routines.trapFromKernel(k, hart);
    return undefined;
  }
  const task = runningOn(k, hart);
  const { scause } = hart;
  if (scause === Cause.userEcall) hart.sepc += 4;
  routines.saveContext(k, hart, task);
  if (isDoomed(k, task)) routines.stop(k, hart, task, KILLED_STATUS);
  else if (scause === Cause.userEcall) routines.call(k, hart, task);
  else handle(k, hart, task, scause);
  if (hasToWait(k, hart)) return routines.awaitFence(k, hart);
  routines.leave(k, hart);
  return undefined;
};

/** Everything but a system call. The software interrupt has done its work: requests and kills are seen at entry. */
const handle = (k: State, hart: Hart, task: Task, cause: number): void => {
  switch (cause) {
    case Cause.timerInterrupt:
      k.routines.preempt(k, hart, task);
      return;
    case Cause.softwareInterrupt:
    case Cause.externalInterrupt:
      return;
    case Cause.instructionPageFault:
    case Cause.loadPageFault:
    case Cause.storePageFault:
      if (k.routines.pageFault(k, hart, task)) return;
  }
  k.routines.stop(k, hart, task, faultStatus(cause));
};

/** An idle hart was woken. This kernel touches no user address itself, so a fault of its own has no repair. */
export const trapFromKernel = (k: State, hart: Hart): void => {
  if (!(hart.scause & Cause.interrupt)) return;
  k.control[Control.idle] = (k.control[Control.idle] ?? 0) & ~(1 << hart.id);
  k.routines.dispatch(k, hart);
};

export const leave = (k: State, hart: Hart): void => {
  if (runningOn(k, hart) === 0) k.routines.dispatch(k, hart);
};

export const call = (k: State, hart: Hart, task: Task): void => {
  const result = perform(k, hart, task);
  if (result === NO_RESULT) return;
  hart.a0 = result;
  set(k.tasks, task, TaskWord.context + A0, result);
};

const perform = (k: State, hart: Hart, task: Task): number => {
  const { routines } = k;
  const { a0, a1, a2 } = hart;
  switch (hart.a7) {
    case Call.spawn:
      return routines.spawn(k, hart, task, a0, a1, a2);
    case Call.exit:
      return routines.exit(k, hart, task, a0, a1, a2);
    case Call.yield:
      return routines.yield(k, hart, task, a0, a1, a2);
    case Call.wait:
      return routines.wait(k, hart, task, a0, a1, a2);
    case Call.kill:
      return routines.kill(k, hart, task, a0, a1, a2);
    case Call.map:
      return routines.map(k, hart, task, a0, a1, a2);
    case Call.unmap:
      return routines.unmap(k, hart, task, a0, a1, a2);
    case Call.protect:
      return routines.protect(k, hart, task, a0, a1, a2);
    case Call.share:
      return routines.share(k, hart, task, a0, a1, a2);
    case Call.thread:
      return routines.thread(k, hart, task, a0, a1, a2);
    case Call.write:
      return routines.write(k, hart, task, a0, a1, a2);
    default:
      return -Errno.ENOSYS;
  }
};
