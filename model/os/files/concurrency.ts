/**
 * Calls that are under way at once take effect one after the other, each at one moment before it returns; in which order
 * shows only by and by. When a call on files or datagrams returns, the others under way may have taken effect before it,
 * in any order, as far as that could make a difference: all these ways are followed.
 *
 * A way is left out when the same is reached with one of its calls taking effect later.
 * @see Herlihy & Wing, Linearizability (1990)
 */
import type { CallName } from '../../../spec/abi.ts';
import type { Event } from '../../../spec/events.ts';
import { OpenFlag } from '../../../spec/files.ts';
import { copyState } from '../copy.ts';
import type { OsState, SpaceId, Task } from '../state.ts';
import { isDoubted } from './doubt.ts';
import { namesIn } from './kept.ts';
import { pushServed } from './key.ts';
import { dropped } from './network.ts';
import { isServed, requestOf } from './request.ts';
import { type Served, type ServiceCall, type ServiceOutcome, serviceOutcome } from './served.ts';
import { layGhost, settleNow } from './settle.ts';
import { tableOf } from './tree.ts';

/** A call under way: of a task, or of one that was ended (tid 0, and its place among the ghosts). */
interface Underway {
  readonly tid: number;
  readonly ghost: number;
  readonly owner: SpaceId;
  readonly call: ServiceCall;
}

const nameOf = (state: OsState, task: Task | undefined): CallName | undefined =>
  task?.call && state.setting.calls.get(task.call.number)?.name;

const underwayOf = (state: OsState, tid: number): Underway | undefined => {
  const task = state.tasks.get(tid);
  const name = nameOf(state, task);
  if (!task?.call || task.call.settled || !name || !isServed(name)) return undefined;
  const call = requestOf(state, task, name, task.call.args);
  return { tid, ghost: -1, owner: task.space, call };
};

/** Calls under way that have not taken effect, other than this task's. */
const others = (state: OsState, tid: number): Underway[] => [
  ...state.pending
    .filter((other) => other !== tid)
    .map((other) => underwayOf(state, other))
    .filter((call) => call !== undefined),
  ...state.ghosts.map(({ owner, call }, ghost) => ({ tid: 0, ghost, owner, call })),
];

/** Is nothing known of what the call is about? Then it does not matter what came before it. */
const isDoubtful = (state: OsState, call: ServiceCall): boolean =>
  isDoubted(state, 'port' in call ? 'datagrams' : 'files');

/** The states that this event may find: the one given, and those in which calls under way have taken effect. */
export const orders = (state: OsState, event: Event): OsState[] => {
  if (event.kind !== 'return') return [state];
  const returning = underwayOf(state, event.tid);
  if (!returning || isDoubtful(state, returning.call)) return [state];
  return droppings(state, returning).flatMap((start) => {
    const related = relatedTo(start.served, returning, others(start, event.tid));
    return sequences(related)
      .filter((sequence) => isNeeded(start.served, sequence, returning))
      .map((sequence) => (sequence.length === 0 ? start : carriedOut(start, sequence)));
  });
};

/** Could others that are under way, or datagrams that are lost, matter to what this event shows? */
export const isOrdered = (state: OsState, event: Event): boolean => {
  if (event.kind !== 'return') return false;
  const task = state.tasks.get(event.tid);
  const name = nameOf(state, task);
  if (!name || !isServed(name)) return false;
  return state.pending.length > 1 || state.ghosts.length > 0 || name === 'receiveFrom';
};

/** Datagrams that may have been dropped before this one is received. */
const droppings = (state: OsState, { call }: Underway): OsState[] => {
  const found = [state];
  if (call.call !== 'receiveFrom') return found;
  let last = state;
  for (;;) {
    const network = dropped(last.served.network, call.port);
    if (!network) return found;
    last = copyState(last);
    last.served = { ...last.served, network };
    found.push(last);
  }
};

/** Those that the returning call may depend on, directly or through others. */
const relatedTo = (served: Served, returning: Underway, calls: readonly Underway[]): Underway[] => {
  const related: Underway[] = [];
  let left = calls;
  for (let front: readonly Underway[] = [returning]; front.length > 0; ) {
    const near = left.filter((call) => front.some((one) => conflict(served, call, one)));
    left = left.filter((call) => !near.includes(call));
    related.push(...near);
    front = near;
  }
  return related;
};

/** More calls than this are not thought to have taken effect before one returns. */
const MAX_LENGTH = 4;

/** All orders of all subsets, shorter ones first. */
const sequences = (calls: readonly Underway[]): Underway[][] => {
  const found: Underway[][] = [[]];
  for (let at = 0; at < found.length; at++) {
    const sequence = found[at] ?? [];
    if (sequence.length === MAX_LENGTH) break;
    for (const call of calls) if (!sequence.includes(call)) found.push([...sequence, call]);
  }
  return found;
};

const carriedOut = (state: OsState, sequence: readonly Underway[]): OsState => {
  const copy = copyState(state);
  const ghosts = copy.ghosts;
  for (const { tid, ghost } of sequence) {
    const task = copy.tasks.get(tid);
    const name = nameOf(copy, task);
    if (task && name) settleNow(copy, task, name);
    else layGhost(copy, ghosts[ghost]);
  }
  return copy;
};

/** What a sequence of calls does, as numbers: the outcome of each, and what is left. */
const trace = (served: Served, sequence: readonly Underway[]): Map<Underway | 'end', string> => {
  const found = new Map<Underway | 'end', string>();
  let at = served;
  for (const one of sequence) {
    const outcome = serviceOutcome(at, one.owner, one.call);
    found.set(one, outcomeText(outcome));
    at = outcome.after;
  }
  const key: number[] = [];
  pushServed(key, at);
  found.set('end', key.join());
  return found;
};

const outcomeText = ({ errors, mayFail, least, most, stored }: ServiceOutcome): string =>
  [errors, mayFail, least, most, stored].join(';');

/** Would it all be different were any one of these calls to take effect after the returning one? */
const isNeeded = (served: Served, sequence: readonly Underway[], returning: Underway): boolean => {
  if (sequence.length === 0) return true;
  const given = trace(served, [...sequence, returning]);
  return sequence.every((later) => {
    const rest = sequence.filter((one) => one !== later);
    const other = trace(served, [...rest, returning, later]);
    return [...given].some(([one, text]) => other.get(one) !== text);
  });
};

const TABLE = new Set(['open', 'close', 'dup']);
const DESCRIPTOR = new Set(['close', 'dup', 'read', 'fwrite', 'seek', 'truncate']);

/** Could it matter which of two calls takes effect first? Says yes too often rather than too seldom. */
const conflict = (served: Served, a: Underway, b: Underway): boolean =>
  sameTable(a, b) ||
  sameFile(served, a, b) ||
  sameNames(a.call, b.call) ||
  sameContents(a.call, b.call) ||
  samePort(a.call, b.call);

const sameTable = (a: Underway, b: Underway): boolean => {
  const uses = ({ call: { call } }: Underway): boolean => TABLE.has(call) || DESCRIPTOR.has(call);
  return (
    a.owner === b.owner && (TABLE.has(a.call.call) || TABLE.has(b.call.call)) && uses(a) && uses(b)
  );
};

const openFile = ({ files }: Served, { owner, call }: Underway): number | undefined => {
  const id = 'fd' in call ? tableOf(files, owner).get(call.fd) : undefined;
  return id === undefined ? undefined : files.descriptions.get(id)?.node;
};

const sameFile = (served: Served, a: Underway, b: Underway): boolean => {
  const file = openFile(served, a);
  return file !== undefined && file === openFile(served, b);
};

/** Opens without making or emptying anything, and stat, only look. */
const looks = (call: ServiceCall): boolean =>
  call.call === 'stat' ||
  (call.call === 'open' && (call.flags & (OpenFlag.create | OpenFlag.truncate)) === 0);

const sameNames = (a: ServiceCall, b: ServiceCall): boolean => {
  if (looks(a) && looks(b)) return false;
  const names = namesIn(b);
  return namesIn(a).some((name) => names.includes(name));
};

const empties = (call: ServiceCall): boolean =>
  call.call === 'open' && (call.flags & OpenFlag.truncate) !== 0;

/** One changes the contents of a file that the other may mean under another name. */
const sameContents = (a: ServiceCall, b: ServiceCall): boolean => {
  const changes = (call: ServiceCall): boolean =>
    call.call === 'fwrite' || call.call === 'truncate' || empties(call);
  const sees = (call: ServiceCall): boolean =>
    call.call === 'stat' || empties(call) || DESCRIPTOR.has(call.call);
  const named = 'path' in a || 'path' in b;
  return named && ((changes(a) && sees(b)) || (changes(b) && sees(a)));
};

const samePort = (a: ServiceCall, b: ServiceCall): boolean =>
  'port' in a && 'port' in b && a.port === b.port;
