/**
 * Code of components in supervisor mode: a service that is linked into the kernel is installed at an address, and
 * calling it is an instruction fetch through the MMU. The log shows on whose account supervisor mode runs.
 */
import { RecordKind } from '../spec/records.ts';
import { Mode, type VirtualAddress, type Word } from '../spec/riscv.ts';
import type { Hart } from './contract.ts';
import type { Core } from './core.ts';
import type { HartState } from './hart-state.ts';
import { Access } from './mmu.ts';
import type { ComponentCode } from './text.ts';

/** Components are numbered from 0; the log calls the kernel itself so. */
const KERNEL = 0xffff;

/**
 * Fetches at va and runs what is installed there: a plain function to its end, a generator step by step. A fetch that
 * faults, or finds none, stops the kernel.
 */
export const callComponent = (
  core: Core,
  hart: HartState,
  port: Hart,
  va: VirtualAddress,
  args: readonly Word[],
): number | Generator<unknown, number, void> => {
  const physical = core.mmu.translate(hart, va, Access.execute, Mode.S);
  if (physical < 0) return core.supervisorFault(hart, ~physical, va);
  const code = core.codeAt(physical);
  if (typeof code !== 'object' || !('entry' in code)) {
    return core.stop(hart, 'handler-threw', `there is no component at 0x${va.toString(16)}`);
  }
  core.activations += 1;
  const activation = core.activations;
  if (code.waits) return goOn(core, hart, code, va, activation, args, code.entry(port, ...args));
  const caller = begin(core, hart, code, va, activation, args);
  const result = code.entry(port, ...args) as number;
  if (core.owners) requireInteger(core, hart, code.component, result);
  leave(core, code.component, caller, activation, 0);
  return result;
};

const begin = (
  core: Core,
  hart: HartState,
  { component }: ComponentCode,
  va: VirtualAddress,
  activation: number,
  args: readonly Word[],
): number => {
  const caller = enter(core, component, va, activation, 0);
  if (core.owners) pass(core, hart, component, args);
  return caller;
};

/** Every stretch between two waits runs on the component's account, on whichever hart goes on with it. */
function* goOn(
  core: Core,
  hart: HartState,
  code: ComponentCode,
  va: VirtualAddress,
  activation: number,
  args: readonly Word[],
  steps: number | Generator<unknown, number, void>,
): Generator<unknown, number, void> {
  const { component } = code;
  let caller = begin(core, hart, code, va, activation, args);
  if (typeof steps !== 'object')
    throw new TypeError('a component that does not answer at once answers with steps');
  for (;;) {
    const { done, value } = steps.next();
    if (core.owners) requireInteger(core, core.current ?? hart, component, value);
    leave(core, component, caller, activation, done ? 0 : 1);
    if (done) return value;
    yield value;
    caller = enter(core, component, va, activation, 1);
  }
}

const enter = (
  core: Core,
  component: number,
  va: VirtualAddress,
  activation: number,
  again: number,
): number => {
  const caller = core.component;
  core.component = component;
  const { current, log } = core;
  if (current && log) {
    log.record(RecordKind.enter, current, component, va, caller & KERNEL, activation, again);
  }
  return caller;
};

const leave = (
  core: Core,
  component: number,
  caller: number,
  activation: number,
  waits: number,
): void => {
  core.component = caller;
  const { current, log } = core;
  if (current && log) {
    log.record(RecordKind.leave, current, component, caller & KERNEL, activation, waits, 0);
  }
};

/** Registers hold integers, and nothing else. */
const pass = (core: Core, hart: HartState, component: number, args: readonly Word[]): void => {
  for (const value of args) requireInteger(core, hart, component, value);
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = args;
  core.log?.record(RecordKind.passed, hart, a, b, c, d, e);
};

const requireInteger = (core: Core, hart: HartState, component: number, value: unknown): void => {
  if (Number.isInteger(value)) return;
  core.stop(
    hart,
    'smuggled',
    `a value of type ${typeof value} passed through the door of component ${component}: only integers do`,
  );
};
