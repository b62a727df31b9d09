/** Programs that go wrong: what a workload says of a module happens when its routine is called for that time. */
import { DIRECT_MAP } from '../../spec/layout.ts';
import type { ModuleFault } from '../../spec/modules.ts';
import type { ModuleProgram, ModuleRoutine, Place } from './program.ts';

/** Somewhere in the kernel's own records, through its direct map. */
const WILD = DIRECT_MAP + 5 * 4096;

const goWrong = ({ memory, data }: Place, kind: ModuleFault['kind']): void => {
  if (kind === 'null dereference') memory.load(0);
  else if (kind === 'wild store') memory.store(WILD, 0xdead_beef);
  else for (;;) memory.load(data);
};

const faulty = (routine: ModuleRoutine, faults: readonly ModuleFault[]): ModuleRoutine => {
  let calls = 0;
  return (place, request, argument) => {
    const fault = faults.find(({ call }) => call === calls);
    calls += 1;
    if (fault) goWrong(place, fault.kind);
    return routine(place, request, argument);
  };
};

/** @param faults those of this module */
export const withFaults = (
  program: ModuleProgram,
  faults: readonly ModuleFault[],
): ModuleProgram => {
  const wrong: Partial<Record<ModuleFault['routine'], ModuleRoutine>> = {};
  for (const name of ['init', 'exit', 'use', 'hook'] as const) {
    const routine = program[name];
    const own = faults.filter((fault) => fault.routine === name);
    if (routine && own.length > 0) wrong[name] = faulty(routine, own);
  }
  return { ...program, ...wrong };
};
