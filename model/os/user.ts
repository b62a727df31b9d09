/**
 * What a task does in user mode: instructions retired, and the traps that end a stretch of them.
 *
 * The model knows the program: from pc and the words of the task's own pages it says what the next instruction must
 * be, and compares.
 */
import { Call, faultStatus, KILLED_STATUS } from '../../spec/abi.ts';
import { errnoName } from '../../spec/errno.ts';
import type { RetireEvent, TrapEvent } from '../../spec/events.ts';
import { indexOfText, kindOfText, TextKind, USER_END } from '../../spec/layout.ts';
import {
  A0,
  A7,
  Cause,
  causeName,
  Pte,
  type Rights,
  registerNumber,
  type Word,
} from '../../spec/riscv.ts';
import type { Argument, Operation } from '../../spec/workload.ts';
import { excess, mayAccess, pageAt, spaceOf, wordAt } from './access.ts';
import { changesOthers, claimedCall, exitNow } from './calls.ts';
import { endTask, othersAlive } from './space.ts';
import { type OsState, type Task, take } from './state.ts';
import type { Violation } from './violation.ts';
import { firstRunnable } from './waiting.ts';

/** A task keeps a hart for at most so many instructions while another waits. */
export const MAX_SLICE = 256;
export const MAX_RETRIES = 8;

const hex = (word: Word): string => `0x${word.toString(16)}`;

/** The instruction that the task must execute next; `undefined`: none that is legal. */
const nextOperation = (state: OsState, task: Task): Operation | undefined => {
  const word = wordAt(state, task, task.pc);
  if (kindOfText(word) !== TextKind.script) return undefined;
  return state.setting.operations[indexOfText(word)];
};

const operandOf = (task: Task, argument: Argument): Word =>
  typeof argument === 'number' ? argument >>> 0 : (task.registers[registerNumber(argument)] ?? 0);

const setRegister = (task: Task, register: number, value: Word): void => {
  if (register !== 0) task.registers[register] = value;
};

const forbidden = (
  state: OsState,
  task: Task,
  va: Word,
  right: Rights,
  frame: number,
  what: string,
): Violation => {
  const space = spaceOf(state, task);
  const found = space && excess(space, va >>> 12, right);
  return {
    clause: found?.clause ?? 'reachable-without-map',
    hart: task.hart,
    tid: task.tid,
    expected: `the access faults: ${found?.reason ?? 'nothing allows it'}`,
    observed: `${what} succeeds${frame >= 0 ? `, in frame ${frame}` : ''}`,
    vpn: va >>> 12,
    ...(frame >= 0 && { frame }),
  };
};

export const retire = (state: OsState, event: RetireEvent): Violation | undefined => {
  const task = state.tasks.get(state.harts[event.hart]?.task ?? 0);
  if (task?.status !== 'running') {
    return {
      clause: 'unknown-context',
      hart: event.hart,
      tid: event.tid,
      expected: 'no task runs on this hart',
      observed: 'an instruction was retired',
    };
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
  if (!mayAccess(state, task, task.pc, Pte.X)) {
    return forbidden(state, task, task.pc, Pte.X, -1, `the fetch at ${hex(task.pc)}`);
  }
  const word = wordAt(state, task, task.pc);
  if (event.word !== word) {
    return {
      clause: 'contents-survive',
      hart: event.hart,
      tid: task.tid,
      expected: `the instruction at ${hex(task.pc)} is the word ${hex(word)}`,
      observed: `the hart fetched ${hex(event.word)}`,
      vpn: task.pc >>> 12,
    };
  }
  const operation = nextOperation(state, task);
  const violation = operation && execute(state, task, operation, event);
  if (violation) return violation;
  task.retries = 0;
  task.sinceTrap += 1;
  if (state.wasteful) state.waste += 1;
  return overtime(state, task);
};

const overtime = (state: OsState, task: Task): Violation | undefined => {
  if (task.sinceTrap > MAX_SLICE && firstRunnable(state)) {
    return {
      clause: 'not-preempted',
      hart: task.hart,
      tid: task.tid,
      expected: `the kernel takes the hart back within ${MAX_SLICE} instructions while another task is runnable`,
      observed: `task ${task.tid} has run ${task.sinceTrap} instructions without a trap`,
    };
  }
  if (state.waste > MAX_SLICE) {
    const waiting = firstRunnable(state);
    return {
      clause: 'idle-while-runnable',
      hart: state.harts.findIndex(({ idle }) => idle),
      tid: waiting?.tid ?? 0,
      expected: `a hart that idles is given task ${waiting?.tid ?? 0}, which is runnable`,
      observed: `it has idled for ${state.waste} instructions of other harts`,
    };
  }
  return undefined;
};

const execute = (
  state: OsState,
  task: Task,
  operation: Operation,
  event: RetireEvent,
): Violation | undefined => {
  switch (operation.op) {
    case 'set':
      setRegister(task, registerNumber(operation.rd), operation.value >>> 0);
      break;
    case 'move':
      setRegister(task, registerNumber(operation.rd), operandOf(task, operation.rs));
      break;
    case 'load':
      return load(state, task, operation, event);
    case 'store':
      return store(state, task, operation, event);
    case 'jump':
      task.pc = operation.va >>> 0;
      return undefined;
    case 'loop':
      task.looping = true;
      return undefined;
    case 'call':
    case 'privileged':
      return {
        clause: 'privileged-mode',
        hart: event.hart,
        tid: task.tid,
        expected: 'a trap',
        observed: 'the instruction was executed',
      };
  }
  task.pc = (task.pc + 4) >>> 0;
  return undefined;
};

const load = (
  state: OsState,
  task: Task,
  { va, rd }: Operation & { op: 'load' },
  event: RetireEvent,
): Violation | undefined => {
  if (!mayAccess(state, task, va, Pte.R)) {
    return forbidden(state, task, va, Pte.R, event.frame, `load ${hex(va)} = ${event.value}`);
  }
  const page = pageAt(state, task, va);
  const word = wordAt(state, task, va);
  if (event.value !== word) {
    const fresh = page?.storedBy === 0 && !page.text;
    return {
      clause: fresh ? 'fresh-page-is-zero' : 'load-is-last-store',
      hart: event.hart,
      tid: task.tid,
      expected: fresh
        ? 'load gives 0: nobody has stored to the page'
        : `load gives ${hex(word)}, stored last`,
      observed: `load ${hex(va)} = ${hex(event.value)} from frame ${event.frame}`,
      vpn: va >>> 12,
      frame: event.frame,
    };
  }
  setRegister(task, registerNumber(rd), word);
  task.pc = (task.pc + 4) >>> 0;
  take(state, 'load');
  if (page) {
    if (page.storedBy === 0) take(state, 'freshLoad');
    else if (page.storedAt < state.dispatches) take(state, 'loadAfterOther');
    const writer = page.storedBy !== task.tid ? state.tasks.get(page.storedBy) : undefined;
    if (page.mappings > 1 && writer && writer.space !== task.space) take(state, 'sharedLoad');
  }
  return undefined;
};

const store = (
  state: OsState,
  task: Task,
  { va, value }: Operation & { op: 'store' },
  event: RetireEvent,
): Violation | undefined => {
  if (!mayAccess(state, task, va, Pte.W)) {
    return forbidden(state, task, va, Pte.W, event.frame, `store ${hex(va)}`);
  }
  const page = pageAt(state, task, va);
  const word = operandOf(task, value);
  if (event.value !== word) {
    return {
      clause: 'registers-differ',
      hart: event.hart,
      tid: task.tid,
      expected: `${hex(word)} is stored`,
      observed: `${hex(event.value)} is stored`,
      ...(typeof value === 'string' && { register: registerNumber(value) }),
    };
  }
  if (page) {
    const index = (va & 0xfff) >>> 2;
    if (word === 0) page.words.delete(index);
    else page.words.set(index, word);
    page.storedBy = task.tid;
    page.storedAt = state.dispatches;
  }
  task.pc = (task.pc + 4) >>> 0;
  take(state, 'store');
  return undefined;
};

const FAULT_RIGHT: Readonly<Record<number, Rights>> = {
  [Cause.instructionPageFault]: Pte.X,
  [Cause.instructionAccess]: Pte.X,
  [Cause.loadPageFault]: Pte.R,
  [Cause.loadAccess]: Pte.R,
  [Cause.storePageFault]: Pte.W,
  [Cause.storeAccess]: Pte.W,
};

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
  const task = state.tasks.get(state.harts[event.hart]?.task ?? 0);
  const right = FAULT_RIGHT[event.cause] ?? 0;
  if (task && right && event.tval < USER_END) return undefined;
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
  const repairable = right !== undefined && mayAccess(state, task, event.tval, right);
  if (event.cause === Cause.illegalInstruction && mayAccess(state, task, task.pc, Pte.X)) {
    const operation = nextOperation(state, task);
    if (operation && operation.op !== 'privileged') {
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
  countRefusal(state, task, event, repairable);
  task.fault = { va: event.tval, cause: event.cause, repairable };
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
  const values = operation.args.map((argument) => operandOf(task, argument));
  task.registers[A7] = number;
  for (const [i, value] of values.entries()) task.registers[A0 + i] = value;
  const [a0 = 0, a1 = 0, a2 = 0] = task.registers.slice(A0, A0 + 3);
  task.call = { number, args: [a0, a1, a2], done: false, child: 0, sent: 0 };
  const description = claimedCall(state, number);
  if (!description) return undefined;
  if (description.name === 'exit') exitNow(state, task, a0);
  else if (changesOthers(description.name)) state.pending.push(task.tid);
  if (description.name === 'write' && (a0 + a1 > 0xffff_0000 || a0 % 4096 > 4032))
    take(state, 'wildPointer');
  return undefined;
};

export const errorText = (errors: readonly number[]): string =>
  errors.map((errno) => `-${errnoName(errno)}`).join(' or ');
