/** What a system call returns, held against the call table. */
import type { AbiGroup, CallName } from '../../spec/abi.ts';
import { Errno, errnoName, errnoOf, resultName } from '../../spec/errno.ts';
import type { ReturnEvent } from '../../spec/events.ts';
import type { Clause } from '../../spec/properties.ts';
import { A0, Pte, type Word } from '../../spec/riscv.ts';
import { TRANSITION_NAMES, type Transition } from '../../spec/transitions.ts';
import {
  claimedCall,
  effectOf,
  errorAllowed,
  errorsOf,
  isBlocked,
  successAllowed,
} from './calls.ts';
import { countConcurrent } from './files/counts.ts';
import { isDoubted, isUnreliable, shrug } from './files/doubt.ts';
import { isLost, noteSynced } from './files/kept.ts';
import { lookAgain, storeSynced } from './files/reopened.ts';
import { isServed } from './files/request.ts';
import { keeps, storeSettled } from './files/settle.ts';
import { clauseOf, servedText } from './files/text.ts';
import { ipcReturns } from './ipc/returns.ts';
import { isIpc } from './ipc/underway.ts';
import { moduleReturns } from './modules/returns.ts';
import { isModuleCall } from './modules/works.ts';
import { noLongerPending, type OsState, type PendingCall, type Task, take } from './state.ts';
import type { Violation } from './violation.ts';

export const callReturns = (
  state: OsState,
  task: Task,
  call: PendingCall,
  event: ReturnEvent,
): Violation | undefined => {
  const a0 = event.registers[A0] ?? 0;
  const name = claimedCall(state, call.number)?.name;
  const wrong =
    state.setting.messaging && isIpc(name)
      ? ipcReturns(state, task, name, event)
      : isModuleCall(name)
        ? moduleReturns(state, task, name, event)
        : resultOf(state, task, call, name, a0);
  if (wrong) return wrong;
  if (state.struck.length > 0 && state.setting.bystanders.includes(task.tid))
    take(state, 'bystanderServed');
  task.call = undefined;
  noLongerPending(state, task.tid);
  task.registers[A0] = a0;
  task.pc = (task.pc + 4) >>> 0;
  return undefined;
};

const resultOf = (
  state: OsState,
  task: Task,
  call: PendingCall,
  name: CallName | undefined,
  a0: Word,
): Violation | undefined => {
  const errno = errnoOf(a0);
  const errors = errorsOf(state, task, call);
  const { settled } = call;
  const fine = settled
    ? keeps(settled, a0, errno)
    : errno === undefined
      ? (errors.length === 0 || name === 'write' || call.done) &&
        successAllowed(state, task, call, a0)
      : !call.done && errorAllowed(state, task, call, a0) === true;
  const group = claimedCall(state, call.number)?.group;
  const excused = group && shrugs(state, group, errno, fine) && !isLost(state, task, call, a0);
  if (state.setting.faulty && name && (isServed(name) || name === 'write'))
    countFailures(state, errno);
  if (name && group && excused) {
    const look = lookAgain(state, task, name, call, a0);
    if (look && 'clause' in look) return look;
    shrug(state, task, name, call, group);
    if (look) storeSynced(state, task, call, look);
  } else if (!fine || (group && isDoubted(state, group)))
    return wrongResult(state, task, call, a0, errors);
  else if (errno === undefined) {
    if (settled && name) storeSettled(state, task, name, call, settled);
    else if (!call.done) effectOf(state, task, call, a0);
  } else countRefusal(state, call, name);
  if (name === 'sync' && errno === undefined && !excused) noteSynced(state, task, call);
  if (name && isServed(name)) countConcurrent(state, task);
  return undefined;
};

/** Is this a result that only a service which failed can have given, or that nothing is known about? */
const shrugs = (
  state: OsState,
  group: AbiGroup,
  errno: number | undefined,
  fine: boolean,
): boolean =>
  isUnreliable(state, group) && (!fine || errno === Errno.EIO || isDoubted(state, group));

const countRefusal = (state: OsState, call: PendingCall, name: string | undefined): void => {
  if (!name) {
    take(state, 'unknownCall');
    return;
  }
  const prot = name === 'map' || name === 'protect' ? call.args[1] : 0;
  if (prot & Pte.W && prot & Pte.X) take(state, 'refusedWriteExecute');
  if (name !== 'yield' && name !== 'exit') take(state, `${name}Refused` as Transition);
};

/** What became of calls whose service goes wrong in this run. */
const countFailures = (state: OsState, errno: number | undefined): void => {
  const failed = state.taken[TRANSITION_NAMES.indexOf('serviceFailed')] ?? 0;
  if (errno === Errno.EIO) take(state, 'serviceFailed');
  else if (errno === undefined && failed > 0) take(state, 'servedAfterFailure');
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
      ? clauseOf(description, errnoOf(a0), errors)
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
  const served = name && servedText(state, task, name, call);
  if (served) return served;
  if (errors.length > 0 && !call.done) return errorText(errors);
  if (name === 'spawn' || name === 'thread') return 'a tid of 1 or more that no task has had';
  if (name === 'wait') return String(state.tasks.get(call.args[0])?.exitStatus ?? 0);
  return '0';
};

const errorText = (errors: readonly number[]): string =>
  errors.map((errno) => `-${errnoName(errno)}`).join(' or ');
