/**
 * Kernel threads: what the kernel does for a task, and may have to wait for.
 *
 * A thread runs on the hart of its task, with the task's tables loaded, until it ends or stops. While it sleeps the task
 * is in no queue and on no hart. When it is woken, the task is ready, and the hart that gets it goes on with the thread
 * (trap.ts, `leave`), perhaps another hart than before. When it ends the call returns.
 *
 * When the task ends before, the thread goes on without it, so that the service that it works for is left in good
 * order: it is finished in the background by whichever hart is in the kernel, and its result is forgotten.
 */
import type { Hart } from '../../hardware/contract.ts';
import { A0, Mode } from '../../spec/riscv.ts';
import { NO_RESULT, type State } from '../core/kernel.ts';
import { HartWord, hartAt, type Task, TaskWord } from '../core/layout.ts';
import { get, set } from '../core/tables.ts';
import { tryAgain } from '../core/waiting.ts';
import { BUSY, type Link, type Thread } from './linkage.ts';

/** The work of a thread: its steps, and the result of the call. */
export type Work = (thread: Thread) => Generator<unknown, number, void>;

export const threadOf = (link: Link, task: Task, answers: boolean): Thread => {
  const number = link.nextThread;
  link.nextThread = number + 1;
  const space = task === 0 ? 0 : get(link.k, task, TaskWord.space);
  const thread: Thread = { number, task, space, answers, asleep: false, steps: undefined };
  link.threads.set(number, thread);
  return thread;
};

/**
 * Starts a thread for the task that the hart runs.
 * @param answers whether the task gets the result
 * @returns the result, where the thread came to its end at once; else NO_RESULT
 */
export const begin = (link: Link, hart: Hart, task: Task, work: Work, answers = true): number => {
  const thread = threadOf(link, task, answers);
  thread.steps = work(thread);
  set(link.k, task, TaskWord.thread, thread.number);
  return advance(link, hart, thread);
};

/** Work of the kernel that no task waits for. It begins before a hart leaves the kernel. */
export const beginAlone = (link: Link, work: Work): void => {
  const thread = threadOf(link, 0, false);
  thread.steps = work(thread);
  link.ready.push(thread);
};

/** The thread of the task that the hart has goes on. A number that is no thread's: the record was overwritten. */
export const resume = (link: Link, hart: Hart, task: Task): void => {
  const number = get(link.k, task, TaskWord.thread);
  const thread = link.threads.get(number);
  if (!thread)
    throw new Error(`there is no kernel thread ${number}: the record of its task was overwritten`);
  const result = advance(link, hart, thread);
  if (result === NO_RESULT || !thread.answers) return;
  hart.a0 = result;
  set(link.k, task, TaskWord.context + A0, result);
};

/** Threads without a task go on, all that can. */
export const runReady = (link: Link, hart: Hart): void => {
  while (link.ready.length > 0) {
    const thread = link.ready.shift();
    if (thread) advance(link, hart, thread);
  }
};

/** To the thread's end or to where it stops. */
const advance = (link: Link, hart: Hart, thread: Thread): number => {
  const { k } = link;
  const outer = link.thread;
  link.hart = hart;
  link.thread = thread;
  const next = thread.steps?.next();
  link.thread = outer;
  const { task } = thread;
  if (next?.done) {
    link.threads.delete(thread.number);
    if (task !== 0) backToTask(k, hart, task);
    return next.value;
  }
  if (next?.value === BUSY) {
    tryAgain(k, hart, link.busy);
    return NO_RESULT;
  }
  sleep(k, hart, thread);
  return NO_RESULT;
};

/** Its task, if it has one, gives its hart up. */
export const sleep = (k: State, hart: Hart, thread: Thread): void => {
  thread.asleep = true;
  if (thread.task === 0) return;
  set(k, thread.task, TaskWord.blocked, 1);
  k.control[hartAt(hart.id) + HartWord.task] = 0;
};

/** A fault that was repaired meanwhile has overwritten where the hart goes back to. */
const backToTask = (k: State, hart: Hart, task: Task): void => {
  set(k, task, TaskWord.thread, 0);
  hart.sepc = get(k, task, TaskWord.context);
  hart.spp = Mode.U;
};

/** What a sleeping thread waits for has come. One that is awake will find out by itself. */
export const wake = (link: Link, thread: Thread): void => {
  const { task } = thread;
  if (!thread.asleep) return;
  thread.asleep = false;
  if (task === 0) {
    link.ready.push(thread);
    return;
  }
  set(link.k, task, TaskWord.blocked, 0);
  link.k.routines.enqueue(link.k, task);
};

/** The task ends, and leaves its thread behind. One that does not sleep can go on at once. */
export const abandon = (link: Link, task: Task): void => {
  const { k } = link;
  const thread = link.threads.get(get(k, task, TaskWord.thread));
  if (!thread) return;
  if (!thread.asleep) link.ready.push(thread);
  thread.task = 0;
  set(k, task, TaskWord.thread, 0);
  set(k, task, TaskWord.blocked, 0);
};
