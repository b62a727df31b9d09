/**
 * Calls on messages, and ends of tasks, that have not taken effect yet: they do at the latest when the hart that took the
 * trap leaves the kernel. As long as one hart is in the kernel there is no choice; for several see concurrency.ts.
 */
import { IPC_CALLS, type IpcCallName } from '../../../spec/calls/ipc.ts';
import { Errno } from '../../../spec/errno.ts';
import type { Event } from '../../../spec/events.ts';
import { A0, type HartId, type Tid } from '../../../spec/riscv.ts';
import type { Args } from '../rule.ts';
import { type OsState, type Task, take } from '../state.ts';
import { carryOut, type World } from './calls.ts';
import { type Ipc, type Underway, workOn } from './endpoints.ts';
import { leave } from './unblock.ts';

const NAMES: ReadonlySet<string> = new Set(IPC_CALLS.map(({ name }) => name));

export const isIpc = (name: string | undefined): name is IpcCallName =>
  name !== undefined && NAMES.has(name);

/** The call on messages that the task is in. */
export const ipcCallOf = (
  { setting }: OsState,
  task: Task | undefined,
): IpcCallName | undefined => {
  const name = task?.call && setting.calls.get(task.call.number)?.name;
  return isIpc(name) ? name : undefined;
};

/** The task has made the call, on this hart. */
export const begin = (state: OsState, task: Task, name: IpcCallName, args: Args): void => {
  const { tid, handledOn: hart } = task;
  state.underway = [...state.underway, { tid, call: { name, args }, hart, by: tid }];
};

/** Has nobody had anything to do with messages? Then nobody has to leave. */
const isQuiet = ({ ipc, underway }: OsState): boolean =>
  underway.length === 0 &&
  ipc.endpoints.size === 0 &&
  ipc.owed.size === 0 &&
  ipc.outcomes.size === 0;

/** The task has ended, or is killed while it runs: a call of it takes no effect any more, and it leaves. */
export const depart = (state: OsState, tid: Tid, hart: HartId | -1, by: Tid): void => {
  if (isQuiet(state)) return;
  const others = state.underway.filter((one) => one.tid !== tid);
  state.underway = [...others, { tid, call: undefined, hart, by }];
};

/** Has it left? One that has ended is there until then. */
const hasLeft = ({ underway }: OsState, { tid, status, dying }: Task): boolean =>
  (status === 'ended' || dying) && !underway.some((one) => one.tid === tid && !one.call);

/** Somebody else may have started a task that has not been seen yet. */
const maybeStarted = ({ tasks, pending, setting }: OsState, tid: Tid): boolean =>
  !tasks.has(tid) &&
  pending.some((other) => {
    const call = tasks.get(other)?.call;
    const name = call && setting.calls.get(call.number)?.name;
    return name === 'spawn' || name === 'thread';
  });

const worldOf = (state: OsState): World => {
  const present = [...state.tasks.values()].filter((task) => !hasLeft(state, task));
  return {
    present,
    childErrors: (caller, tid) => {
      const child = state.tasks.get(tid);
      const strange = child ? child.parent !== caller : maybeStarted(state, tid);
      const gone = !child || hasLeft(state, child);
      return [...(gone ? [Errno.ESRCH] : []), ...(strange ? [Errno.EPERM] : [])];
    },
  };
};

/** The state of messages after it. */
const after = (state: OsState, op: Underway, noRoom: boolean): Ipc => {
  const work = workOn(state.ipc);
  const task = state.tasks.get(op.tid);
  const note = take.bind(undefined, state);
  if (op.call && task) {
    const request = { tid: op.tid, space: task.space, ...op.call, noRoom };
    carryOut(work, request, worldOf(state), note);
  } else if (task) {
    const last = worldOf(state).present.every(({ space }) => space !== task.space);
    leave(work, op.tid, last ? task.space : undefined, note);
  }
  return work;
};

/** It takes effect now. */
export const takeEffect = (state: OsState, op: Underway, noRoom = false): void => {
  const { tid, call } = op;
  state.underway = state.underway.filter((one) => one.tid !== tid || !one.call !== !call);
  state.ipc = after(state, op, noRoom);
};

/** Must it have taken effect by this event? */
export const isDue = ({ hart, by }: Underway, event: Event): boolean =>
  (event.kind === 'return' && (event.hart === hart || event.tid === by)) ||
  (event.kind === 'idle' && event.hart === hart);

/** What is due takes effect, in the order of the traps. */
export const settleDue = (state: OsState, event: Event): void => {
  for (const op of state.underway.filter((one) => isDue(one, event))) {
    takeEffect(state, op, event.kind === 'return' && saysNoRoom(op, event));
  }
};

/** The call itself returns, and says that the kernel has no room. */
export const saysNoRoom = ({ tid, call }: Underway, event: Event & { kind: 'return' }): boolean =>
  call !== undefined && event.tid === tid && event.registers[A0] === -Errno.ENOMEM >>> 0;

/** Is it in a call that has taken effect, and whose outcome is not known? */
export const waitsForPeer = (state: OsState, task: Task): boolean =>
  state.setting.messaging &&
  ipcCallOf(state, task) !== undefined &&
  !state.ipc.outcomes.has(task.tid);
