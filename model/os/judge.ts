/**
 * Judges a run event by event against a small set of states.
 *
 * Between a trap and its return the effect of a system call may or may not have happened. Where another task could see
 * the difference, the set holds both; each event drops the states that do not allow it, and an empty set is the
 * violation. The states of the set share nothing, so that each is changed in place; nearly always there is one.
 */
import { Call, faultStatus } from '../../spec/abi.ts';
import type { Event } from '../../spec/events.ts';
import { claimedCall, effectOf, errorsOf } from './calls.ts';
import { attributions, isAmbiguous } from './console.ts';
import { copyState } from './copy.ts';
import { isOrdered, orders } from './files/concurrency.ts';
import { mostCertain } from './files/doubt.ts';
import { isRaced } from './files/races.ts';
import { isServed } from './files/request.ts';
import { settleNow } from './files/settle.ts';
import { isMeeting, meetings } from './ipc/concurrency.ts';
import { ipcCallOf, takeEffect } from './ipc/underway.ts';
import { type Key, keyOf, sameKey } from './key.ts';
import { isInterleaved, moduleOrders } from './modules/concurrency.ts';
import { endTask } from './space.ts';
import type { OsState, PendingCall, Task } from './state.ts';
import { pureStep, step } from './step.ts';
import { isAccessFault } from './traps.ts';
import type { Violation } from './violation.ts';

/** More states than this at once is an error of the model, not of a kernel. */
const MAX_STATES = 1024;
/** From more states than this on, each event drops those that are alike. */
const FEW_STATES = 4;

export class Judge {
  #states: OsState[];
  readonly #keepHistory: boolean;

  /** @param keepHistory never changes a state in place, so that earlier ones can be kept */
  constructor(initial: OsState, keepHistory = false) {
    this.#states = [initial];
    this.#keepHistory = keepHistory;
  }

  get state(): OsState {
    const [state] = this.#states;
    if (!state) throw new Error('the model has no state');
    return state;
  }

  get size(): number {
    return this.#states.length;
  }

  accept(event: Event): Violation | undefined {
    const [only] = this.#states;
    if (only && this.#states.length === 1 && !this.#keepHistory) {
      const settled = only.pending.length === 0 || !observer(only, event);
      if (
        settled &&
        (!only.setting.messaging || !isMeeting(only, event)) &&
        !isInterleaved(only, event) &&
        contestedBy(only, event) === undefined &&
        !isAmbiguous(only, event)
      )
        return step(only, event);
    }
    return this.#acceptInAll(event);
  }

  #acceptInAll(event: Event): Violation | undefined {
    const resolves =
      event.kind === 'return' &&
      this.#states.some(
        (state) =>
          state.pending.includes(event.tid) ||
          isMeeting(state, event) ||
          isInterleaved(state, event),
      );
    let states = this.#states
      .flatMap((state) => endings(state, event))
      .flatMap((state) => branches(state, event))
      .flatMap((state) => orders(state, event))
      .flatMap((state) => meetings(state, event))
      .flatMap((state) => moduleOrders(state, event))
      .flatMap((state) => attributions(state, event));
    if (states.length > FEW_STATES) states = distinct(states);
    if (states.length > MAX_STATES) {
      throw new Error(`the model follows ${states.length} states at once`);
    }
    const next: OsState[] = [];
    let violation: Violation | undefined;
    for (const state of states) {
      const result = this.#keepHistory
        ? pureStep(state, event)
        : { state, violation: step(state, event) };
      if (result.violation) violation ??= result.violation;
      else next.push(result.state);
    }
    if (next.length === 0) return violation;
    const certain = next.length > 1 ? mostCertain(next) : next;
    // A call that has returned leaves nothing to tell its two ways apart.
    const alike = resolves ? 1 : FEW_STATES;
    this.#states = certain.length > alike ? distinct(certain) : [...certain];
    return undefined;
  }
}

const distinct = (states: readonly OsState[]): OsState[] => {
  const found: OsState[] = [];
  const keys: Key[] = [];
  for (const state of states) {
    const key = keyOf(state);
    // The first has its calls take effect when they return: there the counters are those of the usual way.
    if (keys.some((known) => sameKey(known, key))) continue;
    found.push(state);
    keys.push(key);
  }
  return found;
};

/** Could this event show whether a pending call has taken effect? */
const observer = (state: OsState, event: Event): boolean =>
  event.kind === 'retire' || event.kind === 'trap' || event.kind === 'return'
    ? isOrdered(state, event) || state.pending.some((tid) => concerns(state, tid, event))
    : false;

const concerns = (state: OsState, tid: number, event: Event & { hart: number }): boolean => {
  const caller = state.tasks.get(tid);
  const call = caller?.call;
  if (!caller || !call || call.done) return false;
  const who = event.kind === 'return' ? event.tid : (state.harts[event.hart]?.task ?? 0);
  if (who === tid) return false;
  const task = state.tasks.get(who);
  const name = claimedCall(state, call.number)?.name;
  if (name && isServed(name))
    return task !== undefined && isRaced(state, caller, name, call.args, task, event);
  if (name === 'spawn' || name === 'thread') return event.kind === 'return' && !task;
  if (!task) return false;
  if (kills(task, event) === tid) return true;
  if (name === 'kill') return call.args[0] === who;
  if (event.kind !== 'return' && !touches(event, call.args[0])) return false;
  if (event.kind === 'trap' && isAccessFault(event.cause)) return false; // see `contested`
  if (name === 'share') return state.tasks.get(call.args[1])?.space === task.space;
  return caller.space === task.space || sharesWith(state, task, event) === caller.space;
};

/** Is the event about the page at this address? */
const touches = (event: Event, va: number): boolean => {
  if (event.kind === 'retire')
    return event.va >>> 12 === va >>> 12 || event.pc >>> 12 === va >>> 12;
  return (
    event.kind === 'trap' && (event.tval >>> 12 === va >>> 12 || event.pc >>> 12 === va >>> 12)
  );
};

/** The address space that a share which returns now is about: what its own tasks have pending matters to its result. */
const sharesWith = (state: OsState, { call }: Task, event: Event): number | undefined =>
  event.kind === 'return' && call?.number === Call.share
    ? state.tasks.get(call.args[1])?.space
    : undefined;

/** The task that a kill which returns now has ended: its call never returns, and may have taken effect or not. */
const kills = ({ call }: Task, event: Event): number | undefined =>
  event.kind === 'return' && call?.number === Call.kill ? call.args[0] : undefined;

/** The task whose end, or not, the result of a call that returns now depends on. */
const contestedBy = (state: OsState, event: Event): Task | undefined => {
  const call = event.kind === 'return' ? state.tasks.get(event.tid)?.call : undefined;
  if (!call) return undefined;
  if (state.setting.messaging && ipcCallOf(state, state.tasks.get(event.tid)))
    return anyContested(state);
  const named = call.number === Call.share ? call.args[1] : call.args[0];
  const about =
    call.number === Call.share || call.number === Call.wait || call.number === Call.kill;
  const task = about ? state.tasks.get(named) : undefined;
  return task?.fault?.contested ? task : undefined;
};

const anyContested = ({ tasks }: OsState): Task | undefined => {
  for (const task of tasks.values()) if (task.fault?.contested) return task;
  return undefined;
};

/** What it would be had the fault of such a task ended it. */
const endings = (state: OsState, event: Event): OsState[] => {
  const contested = contestedBy(state, event);
  if (!contested?.fault) return [state];
  const ended = copyState(state);
  const task = ended.tasks.get(contested.tid);
  if (task) endTask(ended, task, faultStatus(contested.fault.cause));
  const leaving = ended.underway.find(({ tid, call }) => tid === contested.tid && !call);
  if (leaving) takeEffect(ended, leaving);
  return [state, ended];
};

/** The state, and what it would be had any of the pending calls that matter taken effect. */
const branches = (state: OsState, event: Event): OsState[] => {
  const found = [state];
  if (event.kind !== 'retire' && event.kind !== 'trap' && event.kind !== 'return') return found;
  for (const tid of state.pending) {
    if (!concerns(state, tid, event)) continue;
    const call = state.tasks.get(tid)?.call;
    const child = event.kind === 'return' && call && starts(call) ? event.tid : 0;
    for (const branch of [...found]) {
      const task = branch.tasks.get(tid);
      if (!task?.call || !mayBeDone(branch, task, task.call)) continue;
      if (child !== 0 && branch.tasks.has(child)) continue;
      const done = copyState(branch);
      carryOut(done, tid, child);
      found.push(done);
    }
  }
  return found;
};

/** A call that fails changes nothing; one of a service may have failed for what is different by now. */
const mayBeDone = (state: OsState, task: Task, call: PendingCall): boolean => {
  const name = claimedCall(state, call.number)?.name;
  return (name && isServed(name)) || errorsOf(state, task, call).length === 0;
};

const starts = (call: PendingCall): boolean =>
  call.number === Call.spawn || call.number === Call.thread;

const carryOut = (state: OsState, tid: number, child: number): void => {
  const task: Task | undefined = state.tasks.get(tid);
  if (!task?.call) return;
  const name = claimedCall(state, task.call.number)?.name;
  if (name && isServed(name)) {
    settleNow(state, task, name);
    return;
  }
  effectOf(state, task, task.call, child);
  if (task.call) {
    task.call.done = true;
    task.call.child = child;
  }
};
