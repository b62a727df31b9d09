/**
 * What a task does in user mode: the instructions that it retires.
 *
 * The model knows the program: from pc and the words of the task's own pages it says what the next instruction must
 * be, and compares.
 */
import type { RetireEvent } from '../../spec/events.ts';
import { Pte, type Rights, registerNumber, type Word } from '../../spec/riscv.ts';
import type { Operation } from '../../spec/workload.ts';
import { excess, mayAccess, pageAt, spaceOf, wordAt } from './access.ts';
import { hex, operandOf, operationOf, setRegister } from './instruction.ts';
import { ipcCallOf } from './ipc/underway.ts';
import { isService } from './services.ts';
import { type OsState, type Task, take } from './state.ts';
import { maybe, noteOverwritten, settle, setWord } from './unsure.ts';
import type { Violation } from './violation.ts';
import { firstRunnable } from './waiting.ts';

/** A task keeps a hart for at most so many instructions while another waits. */
const MAX_SLICE = 256;

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
  const tid = state.harts[event.hart]?.task ?? 0;
  if (isService(tid)) return undefined;
  const task = state.tasks.get(tid);
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
  const page = pageAt(state, task, task.pc);
  if (event.word !== word && !(page && maybe(state, page, (task.pc & 0xfff) >>> 2, event.word))) {
    return {
      clause: 'contents-survive',
      hart: event.hart,
      tid: task.tid,
      expected: `the instruction at ${hex(task.pc)} is the word ${hex(word)}`,
      observed: `the hart fetched ${hex(event.word)}`,
      vpn: task.pc >>> 12,
    };
  }
  const operation = operationOf(state, event.word);
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
      clause: waiting && ipcCallOf(state, waiting) ? 'wake-up-lost' : 'idle-while-runnable',
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
  const index = (va & 0xfff) >>> 2;
  if (page?.unsure && event.value === word) settle(page, index);
  if (event.value !== word && !(page && maybe(state, page, index, event.value))) {
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
  setRegister(task, registerNumber(rd), event.value);
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
  if (page && !page.text) {
    const index = (va & 0xfff) >>> 2;
    setWord(page, index, word);
    settle(page, index);
    if (state.pending.length > 0) noteOverwritten(state, page, index);
    page.storedBy = task.tid;
    page.storedAt = state.dispatches;
  }
  task.pc = (task.pc + 4) >>> 0;
  take(state, 'store');
  return undefined;
};
