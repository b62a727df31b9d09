/**
 * Returns to user mode: who may run, with which registers and which reach. Any choice of task is accepted.
 */
import type { ReturnEvent } from '../../spec/events.ts';
import { REGISTER_NAMES, type Word } from '../../spec/riscv.ts';
import { excuses } from './files/doubt.ts';
import { blameBuffer } from './files/text.ts';
import { hex } from './instruction.ts';
import { settleDue } from './ipc/underway.ts';
import { checkWindow, isModule, runModule } from './modules/contexts.ts';
import { callReturns } from './results.ts';
import { isService, runService } from './services.ts';
import { type OsState, type Task, take } from './state.ts';
import { checkView } from './view.ts';
import type { Violation } from './violation.ts';
import { isRunnable, occupy, releaseHandled } from './waiting.ts';

export const goBack = (state: OsState, event: ReturnEvent): Violation | undefined => {
  const hart = state.harts[event.hart];
  const task = state.tasks.get(event.tid);
  if (!hart) return undefined;
  if (!task && isModule(event.tid)) return runModule(state, event) ?? checkWindow(state, event);
  if (!task && isService(event.tid) && state.setting.services.length > 0)
    return runService(state, event);
  if (!task) return unknownContext(state, event);
  const refused = mayRun(task, event);
  if (refused) return refused;
  if (state.underway.length > 0) settleDue(state, event);
  const returning = task.call;
  const violation =
    (task.call ? callReturns(state, task, task.call, event) : undefined) ??
    checkRegisters(task, event) ??
    checkView(state, task, event);
  const blamed = violation && blameBuffer(state, returning, violation);
  const left =
    blamed && excuses(state, task, returning, blamed) ? checkView(state, task, event) : blamed;
  if (left) return left;
  if (state.underway.length > 0) settleDue(state, event); // who was killed by this very call
  countReturn(state, task, event);
  const both = state.modules && checkWindow(state, event);
  if (both) return both;
  releaseHandled(state, event.hart);
  const unfair = dispatched(state, task, event);
  if (unfair) return unfair;
  if (task.fault) take(state, 'repairedFault');
  task.fault = undefined;
  task.interrupted = false;
  task.status = 'running';
  task.hart = event.hart;
  occupy(state, hart, task.tid);
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
