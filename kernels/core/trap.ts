/**
 * The way into the kernel and out of it. Every trap of every hart comes here, with interrupts masked; nothing else in
 * the machine moves until it returns, unless it returns a generator, which waits for other harts.
 *
 * Nothing here allocates, except where a hart has to wait.
 */
import type { Hart } from '../../hardware/contract.ts';
import { Call, faultStatus, KILLED_STATUS } from '../../spec/abi.ts';
import { CORE_CALLS } from '../../spec/calls/core.ts';
import type { DeviceId } from '../../spec/devices.ts';
import { Errno } from '../../spec/errno.ts';
import { A0, Cause, Mode, wordIn } from '../../spec/riscv.ts';
import {
  type CallRoutine,
  NO_RESULT,
  type Routines,
  type State,
  TRY_AGAIN,
  type Waiting,
} from './kernel.ts';
import { Control, HartWord, hartAt, type Task, TaskWord } from './layout.ts';
import { get, set } from './tables.ts';
import { isDoomed, runningOn } from './tasks.ts';

export const trap = (k: State, hart: Hart): Waiting | undefined => {
  const { routines, control } = k;
  const at = hartAt(hart.id);
  if (control[at + HartWord.requested] !== control[at + HartWord.done]) {
    routines.acknowledge(k, hart);
  }
  const task = wordIn(control, at + HartWord.task);
  if (hart.scause === Cause.userEcall) {
    hart.sepc += 4;
    routines.saveContext(k, hart, task);
    if (isDoomed(k, task)) routines.stop(k, hart, task, KILLED_STATUS);
    else routines.call(k, hart, task);
  } else if (hart.spp === Mode.S) {
    const isFault = !(hart.scause & Cause.interrupt);
    routines.trapFromKernel(k, hart);
    if (isFault) return undefined;
  } else {
    routines.saveContext(k, hart, task);
    if (isDoomed(k, task)) routines.stop(k, hart, task, KILLED_STATUS);
    else interrupted(k, hart, task);
  }
  return leave(k, hart);
};

/**
 * The way out: the hart waits for others if it must, is given a task if it has none, and finishes what the kernel still
 * does for that task. Then it goes back to user mode, or idles.
 */
export const leave = (k: State, hart: Hart): Waiting | undefined => {
  const { routines, control } = k;
  const at = hartAt(hart.id);
  for (;;) {
    routines.background(k, hart);
    if (control[at + HartWord.awaited] !== 0) return routines.awaitFence(k, hart);
    if (control[at + HartWord.task] === 0) routines.dispatch(k, hart);
    const task = wordIn(control, at + HartWord.task);
    if (task === 0 || get(k, task, TaskWord.thread) === 0) return undefined;
    routines.resume(k, hart, task);
  }
};

/** Faults and interrupts. A software interrupt has done its work: requests and kills are seen at entry. */
const interrupted = (k: State, hart: Hart, task: Task): void => {
  const { scause } = hart;
  switch (scause) {
    case Cause.timerInterrupt:
      k.routines.preempt(k, hart, task);
      return;
    case Cause.softwareInterrupt:
      return;
    case Cause.externalInterrupt:
      k.routines.externalInterrupt(k, hart);
      return;
    case Cause.instructionPageFault:
    case Cause.loadPageFault:
    case Cause.storePageFault:
      if (k.routines.pageFault(k, hart, task)) return;
  }
  k.routines.stop(k, hart, task, faultStatus(scause));
};

/**
 * An idle hart was woken; or the kernel touched a page of the task that it works for, which needs a frame, or of which
 * this TLB holds old rights: then the access is tried again. No other fault of the kernel has a repair.
 */
export const trapFromKernel = (k: State, hart: Hart): void => {
  const { scause } = hart;
  if (!(scause & Cause.interrupt)) {
    const task = runningOn(k, hart);
    if (task !== 0) k.routines.pageFault(k, hart, task);
    return;
  }
  k.control[Control.idle] = wordIn(k.control, Control.idle) & ~(1 << hart.id);
  if (scause === Cause.externalInterrupt) k.routines.externalInterrupt(k, hart);
};

/** One look at a table, which boot has made of the routines: most numbers are not in it. */
export const call = (k: State, hart: Hart, task: Task): void => {
  const routine = k.calls[hart.a7];
  const result =
    routine === undefined ? -Errno.ENOSYS : routine(k, hart, task, hart.a0, hart.a1, hart.a2);
  finishCall(k, hart, task, result);
};

/** The caller gets the result, if it goes on with one. */
export const finishCall = (k: State, hart: Hart, task: Task, result: number): void => {
  if (result === NO_RESULT || result === TRY_AGAIN) return;
  hart.a0 = result;
  set(k, task, TaskWord.context + A0, result);
};

/** The system calls by their numbers: the core's, and further ones. */
export const callTable = (
  routines: Routines,
  further: ReadonlyMap<number, CallRoutine>,
): readonly (CallRoutine | undefined)[] => {
  const calls: (CallRoutine | undefined)[] = [undefined];
  for (const { name } of CORE_CALLS) calls[Call[name]] = routines[name];
  for (const [number, routine] of further) calls[number] = routine;
  return calls;
};

/** A kernel of tasks and memory alone has no drivers, no work of its own, and no kernel threads. */
export const externalInterrupt = (k: State, hart: Hart): void => {
  for (let device = k.machine.claim(); device >= 0; device = k.machine.claim())
    k.routines.strayInterrupt(k, hart, device as DeviceId);
};
export const strayInterrupt = (): void => {};
export const background = (): void => {};
export const resume = (): void => {};
