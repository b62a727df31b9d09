/**
 * The call table as predicates: for a system call in a state, which errors apply and what success does.
 *
 * Where an error applies, the call must fail with one of those that apply; ENOMEM alone may also be avoided.
 */
import { type CallDescription, exitStatus, FRAME_BUDGET, KILLED_STATUS } from '../../spec/abi.ts';
import { Errno, errnoOf } from '../../spec/errno.ts';
import { USER_END, USER_TEXT } from '../../spec/layout.ts';
import { PAGE_SIZE, Pte, type Tid, type Word } from '../../spec/riscv.ts';
import { accessible, mappingAt, spaceOf } from './access.ts';
import { FILE_RULES } from './files/rules.ts';
import { depart } from './ipc/underway.ts';
import type { Rule, Rules } from './rule.ts';
import { endTask, framesInUse, mapPage, sharePage, unmapPage } from './space.ts';
import { addSpace, addTask, type OsState, type PendingCall, type Task, take } from './state.ts';

const { R, W, X } = Pte;

/** The call, if it exists and the kernel claims its group. */
export const claimedCall = (state: OsState, number: number): CallDescription | undefined =>
  state.setting.calls.get(number);

const badAddress = (va: Word): boolean => va % PAGE_SIZE !== 0 || va === 0 || va >= USER_END;

const isText = (state: OsState, task: Task, va: Word): boolean => {
  const mapping = mappingAt(state, task, va);
  return mapping !== undefined && state.pages.get(mapping.page)?.text === true;
};

/** What is wrong with a tid that must name a child that has not ended. */
const childErrors = (state: OsState, task: Task, tid: Tid): number[] => {
  const child = state.tasks.get(tid);
  if (!child || child.status === 'ended' || child.dying)
    return [Errno.ESRCH, ...(child && child.parent !== task.tid ? [Errno.EPERM] : [])];
  return child.parent === task.tid ? [] : [Errno.EPERM];
};

const none = (): number[] => [];
const zero = (_: OsState, __: PendingCall, a0: Word): boolean => a0 === 0;
const nothing = (): void => undefined;
const freshTid = (state: OsState, call: PendingCall, a0: Word): boolean =>
  call.child !== 0 ? a0 === call.child : a0 >= 1 && a0 < 0x8000_0000 && !state.tasks.has(a0);

const CORE_RULES = {
  spawn: {
    errors: (state, _, [program]) => (program >= state.setting.programs ? [Errno.ENOENT] : []),
    result: freshTid,
    effect: (state, task, [program], tid) => {
      addTask(state, tid, task.tid, addSpace(state, program), USER_TEXT);
      state.asked += 2;
    },
    frames: FRAME_BUDGET.perSpace + FRAME_BUDGET.perTask,
  },
  exit: { errors: none, result: () => false, effect: nothing },
  yield: { errors: none, result: zero, effect: nothing },
  wait: {
    errors: (state, task, [tid]) => {
      const child = state.tasks.get(tid);
      return child && child.parent === task.tid && !child.forgotten ? [] : [Errno.ECHILD];
    },
    result: (state, call, a0) => {
      const child = state.tasks.get(call.args[0]);
      return child?.status === 'ended' && a0 === child.exitStatus;
    },
    effect: (state, _, [tid]) => {
      const child = state.tasks.get(tid);
      if (child) child.forgotten = true;
    },
  },
  kill: {
    errors: (state, task, [tid]) => childErrors(state, task, tid),
    result: zero,
    effect: (state, task, [tid]) => {
      const child = state.tasks.get(tid);
      if (child) kill(state, child, task);
    },
  },
  map: {
    errors: (state, task, [va, prot]) => [
      ...(badAddress(va) || (prot !== R && prot !== (R | W)) ? [Errno.EINVAL] : []),
      ...(va < USER_END && mappingAt(state, task, va) ? [Errno.EEXIST] : []),
    ],
    result: zero,
    effect: (state, task, [va, prot]) => {
      const space = spaceOf(state, task);
      if (space) mapPage(state, space, va >>> 12, prot);
      state.asked += 1;
    },
    frames: 1,
  },
  unmap: {
    errors: (state, task, [va]) =>
      badAddress(va) || !mappingAt(state, task, va) || isText(state, task, va)
        ? [Errno.EINVAL]
        : [],
    result: zero,
    effect: (state, task, [va]) => {
      const space = spaceOf(state, task);
      if (siblingElsewhere(state, task)) take(state, 'unmapWhileShared');
      if (space) unmapPage(state, space, va >>> 12);
    },
  },
  protect: {
    errors: (state, task, [va, prot]) =>
      badAddress(va) ||
      !mappingAt(state, task, va) ||
      isText(state, task, va) ||
      (prot !== R && prot !== (R | W) && prot !== (R | X))
        ? [Errno.EINVAL]
        : [],
    result: zero,
    effect: (state, task, [va, prot]) => {
      const mapping = mappingAt(state, task, va);
      if (!mapping) return;
      if (mapping.rights & ~prot) take(state, 'protectDown');
      if (prot & X) take(state, 'executable');
      mapping.rights = prot;
    },
  },
  share: {
    errors: (state, task, [va, tid, prot]) => shareErrors(state, task, va, tid, prot),
    result: zero,
    effect: (state, task, [va, tid, prot]) => {
      const child = state.tasks.get(tid);
      const target = child && spaceOf(state, child);
      const mapping = mappingAt(state, task, va);
      if (target && mapping) sharePage(state, target, va >>> 12, mapping, prot);
    },
    frames: 1,
  },
  thread: {
    errors: (_, __, [pc]) => (pc % 4 !== 0 || pc >= USER_END ? [Errno.EINVAL] : []),
    result: freshTid,
    effect: (state, task, [pc], tid) => addTask(state, tid, task.tid, task.space, pc),
    frames: FRAME_BUDGET.perTask,
  },
  write: {
    errors: (state, task, [va, length]) =>
      accessible(state, task, va, length, R) < length ? [Errno.EFAULT] : [],
    result: (_, call, a0) =>
      a0 === call.sent && a0 <= call.args[1] && (a0 > 0 || call.args[1] === 0),
    effect: nothing,
  },
} satisfies Rules;

const RULES: Rules = { ...CORE_RULES, ...FILE_RULES };

const ruleOf = (state: OsState, call: PendingCall): Rule | undefined => {
  const name = claimedCall(state, call.number)?.name;
  return name && RULES[name];
};

/** Errors that apply to the call, without ENOMEM. */
export const errorsOf = (state: OsState, task: Task, call: PendingCall): readonly number[] =>
  ruleOf(state, call)?.errors(state, task, call.args) ?? [Errno.ENOSYS];

/** Errors that the call may fail with though none applies, without ENOMEM. */
const mayFailWith = (state: OsState, task: Task, call: PendingCall): readonly number[] =>
  ruleOf(state, call)?.mayFail?.(state, task, call.args) ?? [];

const shareErrors = (state: OsState, task: Task, va: Word, tid: Word, prot: Word): number[] => {
  const mapping = mappingAt(state, task, va);
  const errors = childErrors(state, task, tid);
  const exceeds = mapping !== undefined && (prot & ~mapping.rights & (R | W | X)) !== 0;
  if (
    badAddress(va) ||
    !mapping ||
    isText(state, task, va) ||
    (prot !== R && prot !== (R | W)) ||
    exceeds
  ) {
    errors.push(Errno.EINVAL);
  }
  const child = state.tasks.get(tid);
  if (child && state.spaces.get(child.space)?.pages.has(va >>> 12)) errors.push(Errno.EEXIST);
  return errors;
};

/** May the call fail for want of memory? Only if what is in use, plus what it asks for, exceeds the machine. */
const mayRunOut = (state: OsState, call: PendingCall): boolean => {
  const asked = ruleOf(state, call)?.frames;
  return asked !== undefined && framesInUse(state) + asked > state.setting.freeFrames;
};

/** Does the call change what others can see? */
export const changesOthers = (name: string): boolean =>
  name !== 'yield' && name !== 'wait' && name !== 'write' && name !== 'exit';

/** Is this result one that success may have? */
export const successAllowed = (state: OsState, task: Task, call: PendingCall, a0: Word): boolean =>
  ruleOf(state, call)?.result(state, call, a0, task) ?? false;

/** What a call that succeeds does; `a0` is its result (for spawn and thread: the child's tid). */
export const effectOf = (state: OsState, task: Task, call: PendingCall, a0: Word): void => {
  const name = claimedCall(state, call.number)?.name;
  if (!name) return;
  take(state, name);
  RULES[name]?.effect(state, task, call.args, a0);
  if (state.asked > state.setting.freeFrames) take(state, 'churn');
};

/** A child that runs goes on until its next trap. */
const kill = (state: OsState, child: Task, by: Task): void => {
  state.lastVictim = { tid: child.tid, dispatches: state.dispatches };
  take(state, 'killAmongOthers');
  if (child.status === 'running') {
    child.dying = true;
    depart(state, child.tid, child.hart, 0);
  } else endTask(state, child, KILLED_STATUS, by.tid);
};

const siblingElsewhere = (state: OsState, task: Task): boolean =>
  state.harts.some(({ task: tid }, hart) => {
    const other = state.tasks.get(tid);
    return hart !== task.hart && other?.status === 'running' && other.space === task.space;
  });

/** Blocked: waits for a child that has not ended. */
export const isBlocked = (state: OsState, task: Task): boolean => {
  const { call } = task;
  if (!call || claimedCall(state, call.number)?.name !== 'wait') return false;
  const child = state.tasks.get(call.args[0]);
  return (
    child !== undefined && child.parent === task.tid && !child.forgotten && child.status !== 'ended'
  );
};

/** The end that a system call itself brings about: exit. */
export const exitNow = (state: OsState, task: Task, code: Word): void => {
  take(state, 'exit');
  endTask(state, task, exitStatus(code));
};

/** Is `a0` an error that the call may fail with? `undefined`: it is no error. */
export const errorAllowed = (
  state: OsState,
  task: Task,
  call: PendingCall,
  a0: Word,
): boolean | undefined => {
  const errno = errnoOf(a0);
  if (errno === undefined) return undefined;
  if (errno === Errno.ENOMEM) return mayRunOut(state, call);
  return (
    errorsOf(state, task, call).includes(errno) || mayFailWith(state, task, call).includes(errno)
  );
};
