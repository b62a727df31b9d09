/**
 * What may happen next in a state: every event that the hardware could show and that the model allows, over a finite
 * choice of results. It is the model read as a generator of kernels: whatever an allowed kernel does, in small.
 */
import { Errno, type ErrnoName } from '../../spec/errno.ts';
import type { Event, ReturnEvent, Translation } from '../../spec/events.ts';
import { indexOfText, kindOfText, TextKind } from '../../spec/layout.ts';
import { A0, Cause, Pte, registerNumber, type Word } from '../../spec/riscv.ts';
import type { Operation } from '../../spec/workload.ts';
import { mayAccess, wordAt } from './access.ts';
import { servedResults } from './files/rules.ts';
import { meetings } from './ipc/concurrency.ts';
import { outcomesOf } from './ipc/outcomes.ts';
import { ipcCallOf } from './ipc/underway.ts';
import type { OsState, Task } from './state.ts';
import { pureStep } from './step.ts';

export interface Choice {
  readonly event: Event;
  readonly next: OsState;
}

/** Results that a kernel may think of: 0, each error of the call, and tids that are or could be tasks. */
const resultsFor = (state: OsState, task: Task): readonly Word[] => {
  if (!task.call) return [task.registers[A0] ?? 0];
  const { errors: listed } = state.setting.calls.get(task.call.number) ?? {
    errors: { ENOSYS: '' },
  };
  const errors = (Object.keys(listed) as ErrnoName[]).map((name) => -Errno[name] >>> 0);
  const fresh = Math.max(0, ...state.tasks.keys()) + 1;
  const statuses = [...state.tasks.values()].map(({ exitStatus }) => exitStatus);
  return [...new Set([0, fresh, ...statuses, ...errors, ...servedResults(state, task)])];
};

/** A kernel's tables at their fullest: every page, in a frame of its own. */
const fullView = (state: OsState, task: Task): Translation[] =>
  [...(state.spaces.get(task.space)?.pages ?? [])].map(([vpn, { page, rights }]) => ({
    vpn,
    frame: 100 + page,
    rights,
    source: 'table' as const,
    version: 0,
    words: state.pages.get(page)?.words ?? new Map(),
  }));

const operationAt = (state: OsState, task: Task): Operation | undefined => {
  const word = wordAt(state, task, task.pc);
  return kindOfText(word) === TextKind.script
    ? state.setting.operations[indexOfText(word)]
    : undefined;
};

const FAULTS = [
  [Pte.R, Cause.loadPageFault],
  [Pte.W, Cause.storePageFault],
] as const;

/** What the task in user mode on this hart may do: its next instruction, or the traps in its place. */
const userEvents = (state: OsState, hart: number, task: Task): Event[] => {
  const common = { hart, tid: task.tid, pc: task.pc };
  const trap = (cause: Word, tval = 0): Event => ({
    kind: 'trap',
    ...common,
    mode: 'U',
    cause,
    tval,
  });
  const events: Event[] = [trap(Cause.timerInterrupt)];
  const operation = operationAt(state, task);
  if (!operation || !mayAccess(state, task, task.pc, Pte.X)) {
    return [...events, trap(Cause.illegalInstruction), trap(Cause.instructionPageFault, task.pc)];
  }
  if (operation.op === 'call') return [...events, trap(Cause.userEcall)];
  if (operation.op === 'privileged') return [...events, trap(Cause.illegalInstruction)];
  const va = 'va' in operation ? operation.va : 0;
  if (operation.op === 'load' || operation.op === 'store') {
    for (const [right, cause] of FAULTS) {
      if ((right === Pte.R) === (operation.op === 'load')) events.push(trap(cause, va));
    }
  }
  const stored = operation.op === 'store' ? operation.value : 0;
  const value =
    operation.op === 'load'
      ? wordAt(state, task, va)
      : typeof stored === 'number'
        ? stored
        : (task.registers[registerNumber(stored)] ?? 0);
  const word = wordAt(state, task, task.pc);
  events.push({ kind: 'retire', ...common, word, va, frame: 100, value });
  return events;
};

/** What the kernel on this hart may do: return to any task with any result, or wait for an interrupt. */
const kernelEvents = (state: OsState, hart: number): Event[] => {
  const events: Event[] = [{ kind: 'idle', hart, tid: 0 }];
  for (const task of state.tasks.values()) {
    const plain = resultsFor(state, task).map((a0) => back(hart, task, { [A0]: a0 }));
    const found = ipcCallOf(state, task) ? messages(state, hart, task) : plain;
    for (const event of found) {
      events.push({ ...event, view: fullView(state, task) }, event);
    }
  }
  return events;
};

const back = (hart: number, task: Task, changed: Readonly<Record<number, Word>>): ReturnEvent => {
  const pc = task.call ? task.pc + 4 : task.pc;
  const registers = Object.assign([...task.registers], changed, { 0: pc });
  const { tid } = task;
  return {
    kind: 'return',
    hart,
    tid,
    mode: 'U',
    pc,
    root: 0,
    asid: 0,
    registers,
    kernel: [],
    tables: [],
    view: [],
  };
};

/** Returns from a call on messages, in every order in which those under way may have taken effect. */
const messages = (state: OsState, hart: number, task: Task): ReturnEvent[] =>
  outcomesOf(state, back(hart, task, { [A0]: 0 })).map((changed) => back(hart, task, changed));

/** Every event that could come next and is allowed, with the state after it. */
export const choices = (state: OsState): readonly Choice[] => {
  const found: Choice[] = [];
  for (const [hart, { task: tid, idle, ipiPending }] of state.harts.entries()) {
    const task = state.tasks.get(tid);
    const events =
      task?.status === 'running'
        ? userEvents(state, hart, task)
        : idle && ipiPending
          ? [
              {
                kind: 'trap',
                hart,
                tid: 0,
                mode: 'S',
                cause: Cause.softwareInterrupt,
                pc: 0,
                tval: 0,
              } as const,
            ]
          : idle
            ? []
            : kernelEvents(state, hart);
    for (const event of events) {
      for (const from of meetings(state, event)) {
        const { state: next, violation } = pureStep(from, event);
        if (!violation) found.push({ event, next });
      }
    }
  }
  return found;
};
