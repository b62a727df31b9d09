/**
 * The kernel's answers: returns to user mode with the results of calls, harts that idle, bytes on the console, the end
 * of the run. Any choice of task is accepted; results, registers and reach are judged.
 */
import { Errno, errnoOf, resultName } from '../../spec/errno.ts';
import type { Event, ReturnEvent } from '../../spec/events.ts';
import type { Clause } from '../../spec/properties.ts';
import { A0, Pte, REGISTER_NAMES, type Word } from '../../spec/riscv.ts';
import type { Transition } from '../../spec/transitions.ts';
import { byteAt, mayAccess } from './access.ts';
import {
  claimedCall,
  effectOf,
  errorAllowed,
  errorsOf,
  isBlocked,
  successAllowed,
} from './calls.ts';
import { type OsState, type PendingCall, type Task, take } from './state.ts';
import { errorText, notRepaired } from './user.ts';
import { checkView } from './view.ts';
import type { Violation } from './violation.ts';
import { firstRunnable, isRunnable, releaseHandled, updateWaste } from './waiting.ts';

type Of<K extends Event['kind']> = Extract<Event, { kind: K }>;
const hex = (word: Word): string => `0x${word.toString(16)}`;

export const goBack = (state: OsState, event: ReturnEvent): Violation | undefined => {
  const hart = state.harts[event.hart];
  const task = state.tasks.get(event.tid);
  if (!hart) return undefined;
  if (!task) return unknownContext(state, event);
  const refused = mayRun(task, event);
  if (refused) return refused;
  const violation =
    (task.call ? callReturns(state, task, task.call, event) : undefined) ??
    checkRegisters(task, event) ??
    checkView(state, task, event);
  if (violation) return violation;
  countReturn(state, task, event);
  releaseHandled(state, event.hart);
  const unfair = dispatched(state, task, event);
  if (unfair) return unfair;
  if (task.fault) take(state, 'repairedFault');
  task.fault = undefined;
  task.interrupted = false;
  task.status = 'running';
  task.hart = event.hart;
  hart.task = task.tid;
  hart.last = task.tid;
  hart.idle = false;
  hart.waiting = false;
  updateWaste(state);
  return undefined;
};

const unknownContext = (state: OsState, { hart, tid }: ReturnEvent): Violation => ({
  clause: 'unknown-context',
  hart,
  tid: state.harts[hart]?.task ?? 0,
  expected: 'before the return scontext holds the id of a task that was started',
  observed:
    tid === 0
      ? 'scontext is 0: the kernel did not write it'
      : `scontext is ${tid}, and no such task was started`,
});

const mayRun = (task: Task, event: ReturnEvent): Violation | undefined => {
  const common = { hart: event.hart, tid: task.tid };
  if (task.status === 'ended') {
    const fault = task.exitStatus >= 256 && task.exitStatus < 512;
    return {
      ...common,
      clause: fault ? 'unrepairable-fault-returned' : 'stopped-task-runs',
      expected: `task ${task.tid} never runs again: it ${fault ? 'did what nothing can repair' : 'has ended'}`,
      observed: `hart ${event.hart} returns to it at ${hex(event.pc)}`,
    };
  }
  if (task.status === 'running') {
    return {
      ...common,
      clause: 'task-on-two-harts',
      expected: `task ${task.tid} runs on one hart at a time`,
      observed: `hart ${event.hart} returns to it while hart ${task.hart} runs it`,
    };
  }
  if (event.mode === 'S') {
    return {
      ...common,
      clause: 'privileged-mode',
      expected: 'the return goes to user mode',
      observed: 'sstatus.SPP says supervisor mode, so the program would run with all privileges',
    };
  }
  return undefined;
};

const callReturns = (
  state: OsState,
  task: Task,
  call: PendingCall,
  event: ReturnEvent,
): Violation | undefined => {
  const a0 = event.registers[A0] ?? 0;
  const name = claimedCall(state, call.number)?.name;
  const errno = errnoOf(a0);
  const errors = errorsOf(state, task, call);
  const fine =
    errno === undefined
      ? (errors.length === 0 || name === 'write' || call.done) && successAllowed(state, call, a0)
      : !call.done && errorAllowed(state, task, call, a0) === true;
  if (!fine) return wrongResult(state, task, call, a0, errors);
  if (errno === undefined) {
    if (!call.done) effectOf(state, task, call, a0);
  } else countRefusal(state, call, name);
  task.call = undefined;
  state.pending = state.pending.filter((tid) => tid !== task.tid);
  task.registers[A0] = a0;
  task.pc = (task.pc + 4) >>> 0;
  return undefined;
};

const countRefusal = (state: OsState, call: PendingCall, name: string | undefined): void => {
  if (!name) {
    take(state, 'unknownCall');
    return;
  }
  const prot = name === 'map' || name === 'protect' ? call.args[1] : 0;
  if (prot & Pte.W && prot & Pte.X) take(state, 'refusedWriteExecute');
  if (name !== 'yield' && name !== 'exit') take(state, `${name}Refused` as Transition);
};

const wrongResult = (
  state: OsState,
  task: Task,
  call: PendingCall,
  a0: Word,
  errors: readonly number[],
): Violation => {
  const description = claimedCall(state, call.number);
  const early = errnoOf(a0) === Errno.ENOMEM && errors.length === 0;
  const clause: Clause = early
    ? 'enomem-too-early'
    : description
      ? `wrong-result-${description.group}`
      : 'unknown-call-accepted';
  const what = description?.name ?? `call ${call.number}`;
  return {
    clause,
    hart: task.hart,
    tid: task.tid,
    expected: allowedText(state, task, call, errors, early),
    observed: `${what} returns ${resultName(a0)}`,
  };
};

const allowedText = (
  state: OsState,
  task: Task,
  call: PendingCall,
  errors: readonly number[],
  early: boolean,
): string => {
  const name = claimedCall(state, call.number)?.name;
  if (early) return `the call succeeds: far fewer frames are in use than the machine has`;
  if (isBlocked(state, task)) return `wait does not return before task ${call.args[0]} has ended`;
  if (name === 'write') {
    return errors.length > 0
      ? `-EFAULT, or the count of bytes sent before the first unreadable one (${call.sent})`
      : `the count of bytes sent: ${call.sent}${call.sent === 0 ? ', and at least one is sent' : ''}`;
  }
  if (errors.length > 0 && !call.done) return errorText(errors);
  if (name === 'spawn' || name === 'thread') return 'a tid of 1 or more that no task has had';
  if (name === 'wait') return String(state.tasks.get(call.args[0])?.exitStatus ?? 0);
  return '0';
};

const checkRegisters = (task: Task, event: ReturnEvent): Violation | undefined => {
  const { registers, pc } = event;
  if (pc !== task.pc) return registerDiffers(task, event, 0, task.pc, pc);
  for (let i = 1; i < 32; i++) {
    const expected = task.registers[i] ?? 0;
    if (registers[i] !== expected)
      return registerDiffers(task, event, i, expected, registers[i] ?? 0);
  }
  return undefined;
};

const registerDiffers = (
  task: Task,
  event: ReturnEvent,
  register: number,
  expected: Word,
  seen: Word,
): Violation => {
  const name = register === 0 ? 'pc' : (REGISTER_NAMES[register] ?? '');
  return {
    clause: 'registers-differ',
    hart: event.hart,
    tid: task.tid,
    register,
    expected: `${name} of task ${task.tid} is ${hex(expected)}, as when it trapped`,
    observed: `it returns with ${name} = ${hex(seen)}`,
  };
};

const countReturn = (state: OsState, task: Task, event: ReturnEvent): void => {
  take(state, 'returned');
  const hart = state.harts[event.hart];
  if (!hart) return;
  if (hart.last !== 0 && hart.last !== task.tid) {
    if (task.registers.some((value) => value !== 0)) take(state, 'switchWithRegisters');
  }
  if (task.interrupted) take(state, 'preempted');
  if (hart.last === 0 || hart.task === 0) take(state, 'wokenHart');
  const elsewhere = state.harts.some(
    ({ task: tid }, id) => id !== event.hart && state.tasks.get(tid)?.status === 'running',
  );
  if (elsewhere) take(state, 'twoHarts');
};

/** Counts a decision of the scheduler, and holds the kernel to the fairness it claims. */
const dispatched = (state: OsState, task: Task, event: ReturnEvent): Violation | undefined => {
  const decided = state.harts[event.hart]?.last !== task.tid || task.interrupted;
  if (!decided) return undefined;
  state.dispatches += 1;
  task.ranAt = state.dispatches;
  task.waited = 0;
  const { fairness } = state.setting;
  for (const other of state.tasks.values()) {
    if (other === task || other.tid === task.tid || !isRunnable(state, other)) continue;
    other.waited += 1;
    take(state, 'waitedForTask');
    if (fairness === undefined || other.waited <= fairness) continue;
    return {
      clause: 'unfair',
      hart: event.hart,
      tid: other.tid,
      other: task.tid,
      expected: `task ${other.tid} waits for at most ${fairness} dispatches of others, as the kernel claims`,
      observed: `it is runnable and has waited for ${other.waited}`,
    };
  }
  return undefined;
};

export const goIdle = (state: OsState, event: Of<'idle'>): Violation | undefined => {
  const hart = state.harts[event.hart];
  if (!hart) return undefined;
  const task = state.tasks.get(hart.task);
  if (task && isBlocked(state, task)) take(state, 'waitBlocked');
  releaseHandled(state, event.hart);
  hart.task = 0;
  hart.idle = true;
  hart.waiting = false;
  updateWaste(state);
  return undefined;
};

export const transmitted = (state: OsState, event: Of<'console'>): Violation | undefined => {
  const task = state.tasks.get(state.harts[event.hart]?.task ?? 0);
  const call = task?.call;
  const common = { clause: 'console-differs' as const, hart: event.hart, tid: task?.tid ?? 0 };
  if (!task || !call || claimedCall(state, call.number)?.name !== 'write') {
    return {
      ...common,
      expected: 'bytes reach the console only by write',
      observed: 'the kernel sent bytes without a write call',
    };
  }
  for (const byte of event.bytes) {
    const va = call.args[0] + call.sent;
    if (call.sent >= call.args[1] || !mayAccess(state, task, va, Pte.R) || va >= 2 ** 32) {
      return {
        ...common,
        vpn: va >>> 12,
        expected: `write sends no byte beyond number ${call.sent}: ${call.sent >= call.args[1] ? 'that was its length' : `task ${task.tid} cannot read ${hex(va)}`}`,
        observed: `it sends ${hex(byte)}`,
      };
    }
    const expected = byteAt(state, task, va);
    if (byte !== expected) {
      return {
        ...common,
        vpn: va >>> 12,
        expected: `byte ${call.sent} is that at ${hex(va)}: ${hex(expected)}`,
        observed: `${hex(byte)} was sent`,
      };
    }
    call.sent += 1;
  }
  return undefined;
};

export const halted = (state: OsState, event: Of<'halt'>): Violation => {
  const clause: Record<Of<'halt'>['reason'], Clause> = {
    'kernel-unreachable': 'kernel-fault',
    'handler-threw': 'handler-threw',
    'boot-failed': 'handler-threw',
    'out-of-fuel': 'handler-hangs',
    forbidden: 'forbidden-host-call',
  };
  return {
    clause: clause[event.reason],
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
  if (!task) return undefined;
  if (task.fault)
    return notRepaired(task, { hart: task.hart, cause: task.fault.cause, tval: task.fault.va });
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
