/**
 * Calls on messages that are in the kernel on several harts at once take effect in any order. When a hart leaves the
 * kernel, or a call returns, those of the other harts may have taken effect before: the ways in which that makes a
 * difference are followed.
 *
 * A way is left out when the same is reached with one of its calls taking effect later.
 * @see Herlihy & Wing, Linearizability (1990)
 */
import { Call } from '../../../spec/abi.ts';
import type { Event } from '../../../spec/events.ts';
import { copyState } from '../copy.ts';
import { type OsState, take } from '../state.ts';
import { mayLackRoom } from './calls.ts';
import { pushIpc } from './key.ts';
import { ipcCallOf, isDue, saysNoRoom, takeEffect, type Underway } from './underway.ts';

/** More of other harts than this are not thought to have taken effect before one event. */
const MAX_OTHERS = 3;

/** Could what is under way on other harts, or the kernel's room, matter to this event? */
export const isMeeting = (state: OsState, event: Event): boolean => {
  const { underway } = state;
  if (underway.length === 0) return false;
  if (event.kind !== 'return' && event.kind !== 'idle') return false;
  const due = underway.filter((op) => isDue(op, event)).length;
  if (due > 0) return due < underway.length || underway.some((op) => mayLack(state, op));
  const task = event.kind === 'return' ? state.tasks.get(event.tid) : undefined;
  const name = task?.call && state.setting.calls.get(task.call.number)?.name;
  return name === 'kill' || ipcCallOf(state, task) !== undefined;
};

const mayLack = ({ ipc }: OsState, { call }: Underway): boolean =>
  call !== undefined && mayLackRoom(ipc, call.name);

/** The states that this event may find: with what is due carried out, and what of others came before. */
export const meetings = (state: OsState, event: Event): OsState[] => {
  if (!isMeeting(state, event)) return [state];
  const due = state.underway.filter((op) => isDue(op, event));
  return orders(state.underway, due.length + MAX_OTHERS)
    .filter((order) => due.every((op) => order.includes(op)))
    .filter((order) => due.length === 0 || due.includes(order.at(-1) as Underway))
    .filter((order) => isNeeded(state, event, order, due))
    .flatMap((order) => carriedOut(state, event, order));
};

/** All orders of all subsets, shorter ones first. */
const orders = (ops: readonly Underway[], most: number): Underway[][] => {
  const found: Underway[][] = [[]];
  for (let at = 0; at < found.length; at++) {
    const order = found[at] ?? [];
    if (order.length === most) break;
    for (const op of ops) if (!order.includes(op)) found.push([...order, op]);
  }
  return found;
};

/** After these, in this order. Where the kernel may have had no room for one, and nobody can tell: both ways. */
const carriedOut = (state: OsState, event: Event, order: readonly Underway[]): OsState[] => {
  let states = [copyState(state)];
  for (const op of order) {
    states = states.flatMap((before) => {
      const told = event.kind === 'return' && event.tid === op.tid;
      const ways = told ? [saysNoRoom(op, event)] : mayLack(before, op) ? [false, true] : [false];
      return ways.map((noRoom) => {
        const after = copyState(before);
        if (after.underway.length > 1) take(after, 'concurrentIpc');
        takeEffect(after, op, noRoom);
        return after;
      });
    });
  }
  return states;
};

/** Would it all be different were any one of the others to take effect after the event? */
const isNeeded = (
  state: OsState,
  event: Event,
  order: readonly Underway[],
  due: readonly Underway[],
): boolean => {
  const others = order.filter((op) => !due.includes(op));
  if (others.length === 0) return true;
  const given = carriedOut(state, event, order);
  return others.every((later) => {
    if (later.call && later.tid === victimOf(state, event)) return true;
    const rest = order.filter((op) => op !== later);
    return (
      shownBy(carriedOut(state, event, rest), event) !== shownBy(given, event) ||
      traceOf(carriedOut(state, event, [...rest, later])) !== traceOf(given)
    );
  });
};

/** The task that a kill which returns now ends: its call takes effect before that, or never. */
const victimOf = (state: OsState, event: Event): number | undefined => {
  const call = event.kind === 'return' ? state.tasks.get(event.tid)?.call : undefined;
  return call?.number === Call.kill ? call.args[0] : undefined;
};

/** What the event shows of it: the outcome of the call that returns. */
const shownBy = (states: readonly OsState[], { tid }: Event): string =>
  states.map(({ ipc }) => JSON.stringify(ipc.outcomes.get(tid))).join(';');

const traceOf = (states: readonly OsState[]): string =>
  states
    .map(({ ipc }) => {
      const key: number[] = [];
      pushIpc(key, ipc);
      return key.join();
    })
    .join(';');
