/** What is not a return: harts that idle, a kernel that stops, the end of the run. */
import type { CallName } from '../../spec/abi.ts';
import type { Event } from '../../spec/events.ts';
import type { Clause } from '../../spec/properties.ts';
import { isBlocked } from './calls.ts';
import { sleptForEver } from './files/waiting.ts';
import { ipcCallOf, settleDue } from './ipc/underway.ts';
import { type OsState, type Task, take } from './state.ts';
import { notRepaired } from './traps.ts';
import type { Violation } from './violation.ts';
import { firstRunnable, releaseHandled, updateWaste } from './waiting.ts';

type Of<K extends Event['kind']> = Extract<Event, { kind: K }>;

export const goIdle = (state: OsState, event: Of<'idle'>): Violation | undefined => {
  const hart = state.harts[event.hart];
  if (!hart) return undefined;
  const task = state.tasks.get(hart.task);
  if (task && isBlocked(state, task)) take(state, 'waitBlocked');
  settleDue(state, event);
  releaseHandled(state, event.hart);
  hart.task = 0;
  hart.idle = true;
  hart.waiting = false;
  updateWaste(state);
  return undefined;
};

export const halted = (state: OsState, event: Of<'halt'>): Violation => {
  const clause: Record<Of<'halt'>['reason'], Clause> = {
    'kernel-unreachable': 'kernel-fault',
    'handler-threw': 'handler-threw',
    'boot-failed': 'handler-threw',
    'out-of-fuel': 'handler-hangs',
    forbidden: 'forbidden-host-call',
    smuggled: 'smuggled',
  };
  return {
    clause: state.setting.faulty ? 'fault-spreads' : clause[event.reason],
    hart: event.hart,
    tid: state.harts[event.hart]?.task ?? 0,
    expected:
      event.reason === 'boot-failed' ? 'boot returns the trap handler' : 'the trap handler returns',
    observed: event.message.split('\n')[0] ?? '',
  };
};

/** Nothing can move any more: then nobody may be waiting for a hart. */
export const ended = (state: OsState, event: Of<'end'>): Violation | undefined => {
  if (event.reason !== 'quiescent') return undefined;
  const stuck = state.harts.findIndex(({ waiting }) => waiting);
  if (stuck >= 0) {
    return {
      clause: 'handler-hangs',
      hart: stuck,
      tid: state.harts[stuck]?.task ?? 0,
      expected: 'what a kernel routine waits for happens at some time',
      observed: `the routine on hart ${stuck} waits, and nothing is left that could wake it`,
    };
  }
  const task = firstRunnable(state);
  if (!task) return sleptForEver(state);
  if (task.fault)
    return notRepaired(task, { hart: task.hart, cause: task.fault.cause, tval: task.fault.va });
  const name = ipcCallOf(state, task);
  if (name) return notWoken(task, name, event.hart);
  const victim = state.lastVictim;
  const bystander = victim !== undefined && task.ranAt <= victim.dispatches && task.ranAt > 0;
  return {
    clause: bystander ? 'bystander-lost' : 'idle-while-runnable',
    hart: event.hart,
    tid: task.tid,
    ...(bystander && { other: victim.tid }),
    expected: bystander
      ? `task ${task.tid} goes on: only task ${victim.tid} was ended`
      : `task ${task.tid} is given a hart: it is runnable`,
    observed: 'every hart waits for an interrupt, and none is on its way',
  };
};

/** The other side has come, and still it waits. */
const notWoken = ({ tid }: Task, name: CallName, hart: number): Violation => ({
  clause: 'wake-up-lost',
  hart,
  tid,
  expected: `task ${tid} is given a hart: its ${name} has ended`,
  observed: 'every hart waits for an interrupt, and none is on its way',
});
