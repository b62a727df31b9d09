/**
 * What ends a stretch of user instructions: interrupts, faults, system calls; and traps of the kernel itself.
 *
 * A fault is judged at once: an access that the rights allow must be repaired by the kernel, any other ends the task.
 */
import { Call, type CallName, faultStatus, KILLED_STATUS } from '../../spec/abi.ts';
import type { TrapEvent } from '../../spec/events.ts';
import { USER_END } from '../../spec/layout.ts';
import { A0, A7, Cause, causeName, Pte, type Rights, type Word } from '../../spec/riscv.ts';
import type { Operation } from '../../spec/workload.ts';
import { mayAccess, pageAt, spaceOf } from './access.ts';
import { changesOthers, claimedCall, errorsOf, exitNow } from './calls.ts';
import { hex, nextOperation, operandOf } from './instruction.ts';
import { begin, isIpc } from './ipc/underway.ts';
import { isInWindow } from './modules/contexts.ts';
import { beginWork, isModuleCall } from './modules/works.ts';
import { endTask, isAlone, othersAlive, sendsRemotely } from './space.ts';
import { type OsState, type PendingCall, type Task, take } from './state.ts';
import { maybe } from './unsure.ts';
import type { Violation } from './violation.ts';

/** Page faults in a row that a kernel may need for one instruction. */
const MAX_RETRIES = 8;

const FAULT_RIGHT: Readonly<Record<number, Rights>> = {
  [Cause.instructionPageFault]: Pte.X,
  [Cause.instructionAccess]: Pte.X,
  [Cause.loadPageFault]: Pte.R,
  [Cause.loadAccess]: Pte.R,
  [Cause.storePageFault]: Pte.W,
  [Cause.storeAccess]: Pte.W,
};

export const isAccessFault = (cause: Word): boolean => FAULT_RIGHT[cause] !== undefined;

export const trap = (state: OsState, event: TrapEvent): Violation | undefined => {
  const hart = state.harts[event.hart];
  if (!hart) return undefined;
  const interrupt = (event.cause & Cause.interrupt) !== 0;
  if (event.cause === Cause.softwareInterrupt) hart.ipiPending = false;
  hart.idle = false;
  if (event.mode === 'S') return interrupt ? undefined : supervisorTrap(state, event);
  const task = state.tasks.get(hart.task);
  if (!task) return undefined;
  task.status = 'stopped';
  task.handledOn = event.hart;
  if (task.looping && event.cause === Cause.timerInterrupt) take(state, 'loopInterrupted');
  task.sinceTrap = 0;
  task.waited = 0;
  if (task.dying) {
    endTask(state, task, KILLED_STATUS);
    return undefined;
  }
  if (event.pc !== task.pc) {
    return {
      clause: 'registers-differ',
      hart: event.hart,
      tid: task.tid,
      expected: `pc is ${hex(task.pc)}`,
      observed: `pc is ${hex(event.pc)}`,
      register: 0,
    };
  }
  if (interrupt) {
    task.interrupted = event.cause === Cause.timerInterrupt;
    return undefined;
  }
  return exception(state, task, event);
};

/** A fault of supervisor mode is fine on a user address that the task may access: the kernel repairs it. */
const supervisorTrap = (state: OsState, event: TrapEvent): Violation | undefined => {
  const task = state.tasks.get(event.tid);
  const right = FAULT_RIGHT[event.cause] ?? 0;
  if (task && right && event.tval < USER_END) return undefined;
  if (state.modules && isInWindow(event.tval)) {
    return {
      clause: 'module-gone-in-use',
      hart: event.hart,
      tid: task?.tid ?? 0,
      expected: 'what the kernel calls or touches of a module is there',
      observed: `${causeName(event.cause)} in supervisor mode at ${hex(event.tval)}, where a module was`,
    };
  }
  return {
    clause: 'kernel-fault',
    hart: event.hart,
    tid: task?.tid ?? 0,
    expected: 'supervisor mode never faults on an address of its own',
    observed: `${causeName(event.cause)} in supervisor mode at ${hex(event.tval)}`,
  };
};

const exception = (state: OsState, task: Task, event: TrapEvent): Violation | undefined => {
  if (event.cause === Cause.userEcall) return systemCall(state, task);
  const right = FAULT_RIGHT[event.cause];
  const contest = right === undefined ? undefined : contestOf(state, task, event.tval);
  const contested = contest !== undefined;
  const repairable =
    contested || (right !== undefined && mayAccess(state, task, event.tval, right));
  if (event.cause === Cause.illegalInstruction && mayAccess(state, task, task.pc, Pte.X)) {
    const operation = nextOperation(state, task);
    const page = pageAt(state, task, task.pc);
    const other = page && maybe(state, page, (task.pc & 0xfff) >>> 2, event.tval);
    if (operation && operation.op !== 'privileged' && !other) {
      return {
        clause: 'contents-survive',
        hart: event.hart,
        tid: task.tid,
        expected: `the instruction at ${hex(task.pc)} is legal`,
        observed: 'it traps as illegal: the hart fetched another word',
        vpn: task.pc >>> 12,
      };
    }
    take(state, 'illegalInstruction');
    if (operation) take(state, 'privilegedRefused');
  }
  if (!contested) countRefusal(state, task, event, repairable);
  else if (contest === 'unmap') take(state, 'unmapWhileShared');
  task.fault = { va: event.tval, cause: event.cause, repairable, contested };
  if (repairable) {
    task.retries += 1;
    if (task.retries > MAX_RETRIES) return notRepaired(task, event);
    return undefined;
  }
  state.lastVictim = { tid: task.tid, dispatches: state.dispatches };
  if (othersAlive(state, task.tid)) take(state, 'faultAmongOthers');
  endTask(state, task, faultStatus(event.cause));
  return undefined;
};

/** The call of somebody else that is under way and changes what is at the address. */
const contestOf = (state: OsState, { tid, space }: Task, va: Word): CallName | undefined => {
  for (const other of state.pending) {
    const caller = state.tasks.get(other);
    const call = caller?.call;
    if (!caller || !call || other === tid || call.args[0] >>> 12 !== va >>> 12) continue;
    if (!call.done && errorsOf(state, caller, call).length > 0) continue;
    const name = claimedCall(state, call.number)?.name;
    if (name !== 'map' && name !== 'unmap' && name !== 'protect' && name !== 'share') continue;
    const changed = name === 'share' ? state.tasks.get(call.args[1])?.space : caller.space;
    if (changed === space) return name;
  }
  return undefined;
};

export const notRepaired = (
  task: Task,
  event: { hart: number; cause: Word; tval: Word },
): Violation => ({
  clause: 'allowed-access-refused',
  hart: event.hart,
  tid: task.tid,
  expected: 'the access succeeds: the page is mapped with the right it needs',
  observed: `${causeName(event.cause)} at ${hex(event.tval)}${task.retries > MAX_RETRIES ? ` for the ${task.retries}th time` : ', and the task never runs again'}`,
  vpn: event.tval >>> 12,
});

const countRefusal = (state: OsState, task: Task, event: TrapEvent, repairable: boolean): void => {
  const { cause, tval } = event;
  const vpn = tval >>> 12;
  if (
    cause === Cause.loadMisaligned ||
    cause === Cause.storeMisaligned ||
    cause === Cause.instructionMisaligned
  ) {
    take(state, 'misaligned');
    return;
  }
  if (FAULT_RIGHT[cause] === undefined || repairable) return;
  const space = spaceOf(state, task);
  if (tval >= USER_END) take(state, 'refusedKernel');
  else if (space?.formerly.has(vpn)) take(state, 'refusedAfterUnmap');
  else if (!space?.pages.has(vpn)) take(state, 'refusedUnmapped');
  else if (cause === Cause.storePageFault) take(state, 'refusedStore');
  else if (cause === Cause.instructionPageFault) take(state, 'refusedExecute');
};

/** What the call finds in a0, a1 or a2: one that it does not set keeps its value. */
const argumentOf = (task: Task, { args }: Operation & { op: 'call' }, index: number): Word => {
  const argument = args[index];
  return argument === undefined ? (task.registers[A0 + index] ?? 0) : operandOf(task, argument);
};

const callOf = (number: number, args: PendingCall['args']): PendingCall => ({
  number,
  args,
  done: false,
  child: 0,
  sent: 0,
  exposed: undefined,
  settled: undefined,
  began: undefined,
  synced: undefined,
  overwritten: undefined,
});

const systemCall = (state: OsState, task: Task): Violation | undefined => {
  const operation = nextOperation(state, task);
  if (operation?.op !== 'call' || !mayAccess(state, task, task.pc, Pte.X)) {
    return {
      clause: 'contents-survive',
      hart: task.hart,
      tid: task.tid,
      expected: 'no system call here',
      observed: 'an ecall was fetched',
      vpn: task.pc >>> 12,
    };
  }
  const number = (typeof operation.call === 'number' ? operation.call : Call[operation.call]) >>> 0;
  const a0 = argumentOf(task, operation, 0);
  const a1 = argumentOf(task, operation, 1);
  const a2 = argumentOf(task, operation, 2);
  task.registers[A7] = number;
  task.registers[A0] = a0;
  task.registers[A0 + 1] = a1;
  task.registers[A0 + 2] = a2;
  const call = callOf(number, [a0, a1, a2]);
  task.call = call;
  const description = claimedCall(state, number);
  if (state.kept) call.began = state.kept.effects;
  if (!description) return undefined;
  if (description.name === 'write' && sendsRemotely(state)) call.exposed = !isAlone(state, task);
  if (description.name === 'exit') exitNow(state, task, a0);
  else if (isModuleCall(description.name)) {
    const { name } = description;
    const work = { tid: task.tid, space: task.space, call: name, args: call.args };
    if (state.modules) state.modules = beginWork(state.modules, work);
  } else if (state.setting.messaging && isIpc(description.name))
    begin(state, task, description.name, call.args);
  else if (changesOthers(description.name)) state.pending.push(task.tid);
  if (description.name === 'write' && (a0 + a1 > 0xffff_0000 || a0 % 4096 > 4032))
    take(state, 'wildPointer');
  return undefined;
};
