/**
 * Calls on messages that are in the kernel on several harts at once take effect in any order, and so do kills beside them.
 * When a hart leaves the kernel, or a call returns, those of the other harts may have taken effect before: the ways in
 * which that makes a difference are followed.
 *
 * A way is left out when the same is reached with one of its steps taking effect after the event.
 * @see Herlihy & Wing, Linearizability (1990)
 */
import { Call } from '../../../spec/abi.ts';
import type { Event } from '../../../spec/events.ts';
import { A0, type Tid } from '../../../spec/riscv.ts';
import { effectOf, errorsOf } from '../calls.ts';
import { copyState } from '../copy.ts';
import { type OsState, take } from '../state.ts';
import { mayLackRoom } from './calls.ts';
import type { Underway } from './endpoints.ts';
import { pushIpc, pushUnderway } from './key.ts';
import { ipcCallOf, isDue, saysNoRoom, takeEffect } from './underway.ts';

/** More of other harts than this are not thought to have taken effect before one event. */
const MAX_OTHERS = 3;

/** What may take effect: a call on messages, a kill, or that a task leaves (which a kill before it may bring about). */
interface Step {
  readonly kind: 'call' | 'kill' | 'leave';
  /** Who calls, kills or leaves. */
  readonly tid: Tid;
  /** Who is killed; 0: nobody. */
  readonly victim: Tid;
  /** It must have taken effect by the event, if it can. */
  readonly due: boolean;
}

/** Kills under way that have not taken effect. One that returns 0 now has by then. */
const killsIn = ({ pending, tasks }: OsState, event: Event): Step[] =>
  pending.flatMap((tid) => {
    const call = tasks.get(tid)?.call;
    if (call?.number !== Call.kill || call.done) return [];
    const returns = event.kind === 'return' && event.tid === tid;
    if (returns && event.registers[A0] !== 0) return [];
    return [{ kind: 'kill', tid, victim: call.args[0], due: returns }];
  });

const stepsIn = (state: OsState, event: Event): Step[] => {
  const kills = killsIn(state, event);
  const own = state.underway.map((op): Step => {
    const kind = op.call ? 'call' : 'leave';
    return { kind, tid: op.tid, victim: 0, due: isDue(op, event) };
  });
  const leaving = kills
    .filter(({ victim }) => !own.some(({ kind, tid }) => kind === 'leave' && tid === victim))
    .map(({ victim, due }): Step => {
      const running = state.tasks.get(victim)?.status === 'running';
      return { kind: 'leave', tid: victim, victim: 0, due: due && !running };
    });
  return [...own, ...kills, ...leaving];
};

const opOf = ({ underway }: OsState, { kind, tid }: Step): Underway | undefined =>
  underway.find((op) => op.tid === tid && (kind === 'call') === (op.call !== undefined));

/** Could what is under way on other harts, or the kernel's room, matter to this event? */
export const isMeeting = (state: OsState, event: Event): boolean => {
  if (event.kind !== 'return' && event.kind !== 'idle') return false;
  const { underway } = state;
  const task = event.kind === 'return' ? state.tasks.get(event.tid) : undefined;
  const asks = ipcCallOf(state, task) !== undefined;
  if (underway.length === 0 && !(asks && state.pending.length > 0)) return false;
  const kills = killsIn(state, event);
  const due = underway.filter((op) => isDue(op, event)).length;
  if (kills.some((step) => step.due)) return underway.length > 0;
  if (due === 0) return asks && underway.length + kills.length > 0;
  return due < underway.length + kills.length || underway.some((op) => mayLack(state, op));
};

const mayLack = ({ ipc }: OsState, { call }: Underway): boolean =>
  call !== undefined && mayLackRoom(ipc, call.name);

/** The states that this event may find: with what is due carried out, and what of others came before. */
export const meetings = (state: OsState, event: Event): OsState[] => {
  if (!isMeeting(state, event)) return [state];
  const steps = stepsIn(state, event);
  const due = steps.filter((step) => step.due);
  const found = orders(steps, due.length + MAX_OTHERS)
    .filter((order) => isWhole(order, due) && isNeeded(state, event, order, due))
    .flatMap((order) => carriedOut(state, event, order));
  return found.length > 0 ? found : [state];
};

/** All orders of all subsets, shorter ones first. */
const orders = (steps: readonly Step[], most: number): Step[][] => {
  const found: Step[][] = [[]];
  for (let at = 0; at < found.length; at++) {
    const order = found[at] ?? [];
    if (order.length === most) break;
    for (const step of steps) if (!order.includes(step)) found.push([...order, step]);
  }
  return found;
};

/** All that is due is there, but for calls of a task that is killed. */
const isWhole = (order: readonly Step[], due: readonly Step[]): boolean =>
  due.every(
    (step) =>
      order.includes(step) ||
      (step.kind === 'call' && order.some(({ victim }) => victim === step.tid)),
  );

/** After these, in this order; none if it is impossible. Where nobody can tell whether there was room: both ways. */
const carriedOut = (state: OsState, event: Event, order: readonly Step[]): OsState[] => {
  let states = [copyState(state)];
  for (const step of order) {
    states = states.flatMap((before) =>
      step.kind === 'kill' ? killed(before, step) : ways(before, event, step),
    );
  }
  return states;
};

const ways = (before: OsState, event: Event, step: Step): OsState[] => {
  const op = opOf(before, step);
  if (!op) return [];
  const told = event.kind === 'return' && event.tid === op.tid;
  const rooms = told ? [saysNoRoom(op, event)] : mayLack(before, op) ? [false, true] : [false];
  return rooms.map((noRoom) => {
    const after = copyState(before);
    if (after.underway.length > 1) take(after, 'concurrentIpc');
    takeEffect(after, op, noRoom);
    return after;
  });
};

const killed = (before: OsState, { tid }: Step): OsState[] => {
  const after = copyState(before);
  const task = after.tasks.get(tid);
  if (!task?.call || errorsOf(after, task, task.call).length > 0) return [];
  effectOf(after, task, task.call, 0);
  task.call.done = true;
  return [after];
};

/** Would it all be different were any one of the others to take effect after the event? */
const isNeeded = (
  state: OsState,
  event: Event,
  order: readonly Step[],
  due: readonly Step[],
): boolean => {
  const others = order.filter((step) => !step.due);
  if (others.length === 0) return true;
  const given = carriedOut(state, event, order);
  if (given.length === 0) return false;
  return others.every((later) => {
    const rest = order.filter((step) => step !== later);
    return (
      !isWhole(rest, due) ||
      shownBy(carriedOut(state, event, rest), event) !== shownBy(given, event) ||
      traceOf(carriedOut(state, event, [...rest, later])) !== traceOf(given)
    );
  });
};

/** What the event shows of it: the outcome of the call that returns. */
const shownBy = (states: readonly OsState[], { tid }: Event): string =>
  states.map(({ ipc }) => JSON.stringify(ipc.outcomes.get(tid))).join(';');

const traceOf = (states: readonly OsState[]): string =>
  states
    .map(({ ipc, underway }) => {
      const key: number[] = [];
      pushIpc(key, ipc);
      pushUnderway(key, underway);
      return key.join();
    })
    .join(';');
