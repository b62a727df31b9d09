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

/** Fetches at va and begins what is installed there; a fetch that faults, or finds none, stops the kernel. */
export const callComponent = (
  core: Core,
  hart: HartState,
  port: Hart,
  va: VirtualAddress,
  args: readonly Word[],
): Generator<unknown, number, void> => {
  const physical = core.mmu.translate(hart, va, Access.execute, Mode.S);
  if (physical < 0) return core.supervisorFault(hart, ~physical, va);
  const code = core.codeAt(physical);
  if (typeof code !== 'object' || !('entry' in code)) {
    return core.stop(hart, 'handler-threw', `there is no component at 0x${va.toString(16)}`);
  }
  return onAccountOf(core, code, va, code.entry(port, ...args));
};

/** Every stretch between two waits runs on the component's account, on whichever hart goes on with it. */
function* onAccountOf(
  core: Core,
  { component }: ComponentCode,
  va: VirtualAddress,
  steps: Generator<unknown, number, void>,
): Generator<unknown, number, void> {
  for (;;) {
    const caller = enter(core, component, va);
    const { done, value } = steps.next();
    leave(core, component, caller);
    if (done) return value;
    yield value;
  }
}

const enter = (core: Core, component: number, va: VirtualAddress): number => {
  const caller = core.component;
  core.component = component;
  if (core.current)
    core.log?.record(RecordKind.enter, core.current, component, va, caller & KERNEL, 0, 0);
  return caller;
};

const leave = (core: Core, component: number, caller: number): void => {
  core.component = caller;
  if (core.current)
    core.log?.record(RecordKind.leave, core.current, component, caller & KERNEL, 0, 0, 0);
};
