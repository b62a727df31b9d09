/**
 * The call table as predicates: for a system call in a state, which errors apply and what success does.
 *
 * Where an error applies, the call must fail with one of those that apply; ENOMEM alone may also be avoided.
 */
import { match } from 'ts-pattern';
import { type CallDescription, callByNumber, exitStatus, FRAME_BUDGET, KILLED_STATUS } from '../../spec/abi.ts';
import { Errno, errnoOf } from '../../spec/errno.ts';
import { PAGE_SIZE, Pte, type Tid, type Word } from '../../spec/riscv.ts';
import { USER_END } from '../../spec/layout.ts';
import { mappingAt, mayAccess, spaceOf } from './access.ts';
import { endTask, framesInUse, mapPage, sharePage, unmapPage } from './space.ts';
import { addSpace, addTask, type OsState, type PendingCall, take, type Task } from './state.ts';

const { R, W, X } = Pte;

/** The call, if it exists and the kernel claims its group. */
export const claimedCall = (state: OsState, number: number): CallDescription | undefined => {
  const description = callByNumber(number);
  return description && state.setting.groups.includes(description.group) ? description : undefined;
};

const badAddress = (va: Word): boolean => va % PAGE_SIZE !== 0 || va === 0 || va >= USER_END;

const isText = (state: OsState, task: Task, va: Word): boolean => {
  const mapping = mappingAt(state, task, va);
  return mapping !== undefined && state.pages.get(mapping.page)?.text === true;
};

/** What is wrong with a tid that must name a child that has not ended. */
const childErrors = (state: OsState, task: Task, tid: Tid): number[] => {
  const child = state.tasks.get(tid);
  if (!child || child.status === 'ended' || child.dying) return [Errno.ESRCH, ...(child && child.parent !== task.tid ? [Errno.EPERM] : [])];
  return child.parent === task.tid ? [] : [Errno.EPERM];
};

/** Errors that apply to the call, without ENOMEM. */
export const errorsOf = (state: OsState, task: Task, call: PendingCall): readonly number[] => {
  const [a0, a1, a2] = call.args;
  const description = claimedCall(state, call.number);
  if (!description) return [Errno.ENOSYS];
  return match(description.name)
    .with('spawn', () => (a0 >= state.setting.programs ? [Errno.ENOENT] : []))
    .with('exit', 'yield', () => [])
    .with('wait', () => {
      const child = state.tasks.get(a0);
      return child && child.parent === task.tid && !child.forgotten ? [] : [Errno.ECHILD];
    })
    .with('kill', () => childErrors(state, task, a0))
    .with('map', () => [
      ...(badAddress(a0) || (a1 !== R && a1 !== (R | W)) ? [Errno.EINVAL] : []),
      ...(a0 < USER_END && mappingAt(state, task, a0) ? [Errno.EEXIST] : []),
    ])
    .with('unmap', () =>
      badAddress(a0) || !mappingAt(state, task, a0) || isText(state, task, a0) ? [Errno.EINVAL] : [],
    )
    .with('protect', () =>
      badAddress(a0) ||
      !mappingAt(state, task, a0) ||
      isText(state, task, a0) ||
      (a1 !== R && a1 !== (R | W) && a1 !== (R | X))
        ? [Errno.EINVAL]
        : [],
    )
    .with('share', () => shareErrors(state, task, a0, a1, a2))
    .with('thread', () => (a0 % 4 !== 0 || a0 >= USER_END ? [Errno.EINVAL] : []))
    .with('write', () => (firstUnreadable(state, task, a0, a1) < a1 ? [Errno.EFAULT] : []))
    .exhaustive();
};

const shareErrors = (state: OsState, task: Task, va: Word, tid: Word, prot: Word): number[] => {
  const mapping = mappingAt(state, task, va);
  const errors = childErrors(state, task, tid);
  const exceeds = mapping !== undefined && (prot & ~mapping.rights & (R | W | X)) !== 0;
  if (badAddress(va) || !mapping || isText(state, task, va) || (prot !== R && prot !== (R | W)) || exceeds) {
    errors.push(Errno.EINVAL);
  }
  const child = state.tasks.get(tid);
  if (child && state.spaces.get(child.space)?.pages.has(va >>> 12)) errors.push(Errno.EEXIST);
  return errors;
};

/** How many bytes from va on the task can read, at most length. Addresses that pass 2^32 cannot be read. */
export const firstUnreadable = (state: OsState, task: Task, va: Word, length: Word): number => {
  let readable = 0;
  while (readable < length && va + readable < USER_END && mayAccess(state, task, va + readable, R)) {
    readable += PAGE_SIZE - ((va + readable) % PAGE_SIZE);
  }
  return Math.min(readable, length);
};

/** May the call fail for want of memory? Only if what is in use, plus what it asks for, exceeds the machine. */
export const mayRunOut = (state: OsState, call: PendingCall): boolean => {
  const name = callByNumber(call.number)?.name;
  const asked = match(name)
    .with('map', 'share', () => 1)
    .with('spawn', () => FRAME_BUDGET.perSpace + FRAME_BUDGET.perTask)
    .with('thread', () => FRAME_BUDGET.perTask)
    .otherwise(() => Number.NEGATIVE_INFINITY);
  return framesInUse(state) + asked > state.setting.freeFrames;
};

/** Does the call change what others can see? */
export const changesOthers = (name: string): boolean =>
  name !== 'yield' && name !== 'wait' && name !== 'write' && name !== 'exit';

/** Is this result one that success may have? */
export const successAllowed = (state: OsState, task: Task, call: PendingCall, a0: Word): boolean => {
  const name = claimedCall(state, call.number)?.name;
  return match(name)
    .with('spawn', 'thread', () => {
      if (call.child !== 0) return a0 === call.child;
      return a0 >= 1 && a0 < 0x8000_0000 && !state.tasks.has(a0);
    })
    .with('wait', () => {
      const child = state.tasks.get(call.args[0]);
      return child?.status === 'ended' && a0 === child.exitStatus;
    })
    .with('write', () => a0 === call.sent && a0 <= call.args[1] && (a0 > 0 || call.args[1] === 0))
    .with('yield', 'map', 'unmap', 'protect', 'share', 'kill', () => a0 === 0)
    .otherwise(() => false);
};

/** What a call that succeeds does; `a0` is its result (for spawn and thread: the child's tid). */
export const effectOf = (state: OsState, task: Task, call: PendingCall, a0: Word): void => {
  const [first, second, third] = call.args;
  const space = spaceOf(state, task);
  const name = claimedCall(state, call.number)?.name;
  if (!space || !name) return;
  take(state, name);
  match(name)
    .with('spawn', () => {
      addTask(state, a0, task.tid, addSpace(state, first), 0x1000);
      state.asked += 2;
    })
    .with('thread', () => addTask(state, a0, task.tid, space.id, first))
    .with('wait', () => {
      const child = state.tasks.get(first);
      if (child) child.forgotten = true;
    })
    .with('kill', () => {
      const child = state.tasks.get(first);
      if (child) kill(state, child);
    })
    .with('map', () => {
      mapPage(state, space, first >>> 12, second);
      state.asked += 1;
    })
    .with('unmap', () => {
      if (siblingElsewhere(state, task)) take(state, 'unmapWhileShared');
      unmapPage(state, space, first >>> 12);
    })
    .with('protect', () => {
      const mapping = space.pages.get(first >>> 12);
      if (!mapping) return;
      if (mapping.rights & ~second) take(state, 'protectDown');
      if (second & X) take(state, 'executable');
      mapping.rights = second;
    })
    .with('share', () => {
      const child = state.tasks.get(second);
      const target = child && state.spaces.get(child.space);
      const mapping = space.pages.get(first >>> 12);
      if (target && mapping) sharePage(state, target, first >>> 12, mapping, third);
    })
    .with('write', 'yield', 'exit', () => undefined)
    .exhaustive();
  if (state.asked > state.setting.freeFrames) take(state, 'churn');
};

/** A child that runs goes on until its next trap. */
const kill = (state: OsState, child: Task): void => {
  state.lastVictim = { tid: child.tid, dispatches: state.dispatches };
  take(state, 'killAmongOthers');
  if (child.status === 'running') child.dying = true;
  else endTask(state, child, KILLED_STATUS);
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
  return child !== undefined && child.parent === task.tid && !child.forgotten && child.status !== 'ended';
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
  return errorsOf(state, task, call).includes(errno);
};
