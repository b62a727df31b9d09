/**
 * What a fault of a module does: to the task that uses it, to tasks beside it that do not, and to the whole system. A task
 * is hit if it does not end as it does without the fault.
 */
import fc from 'fast-check';
import type { Kernel } from '../../../hardware/contract.ts';
import { Errno } from '../../../spec/errno.ts';
import type { UsedProgram } from '../../../spec/module-uses.ts';
import { MODULE_FAULT_KINDS, type ModuleFault } from '../../../spec/modules.ts';
import type { Workload } from '../../../spec/workload.ts';
import { sameFate } from '../faults.ts';
import { type Observed, observe } from '../measure.ts';
import { shrinkWitness } from '../shrink.ts';
import { alone, BESIDE, type ExtensionPlan, extensionPlans, workloadOf } from './extension.ts';

/** A run that came to its fault, of a workload whose tasks all end without it. */
export interface ModuleFaultRun {
  readonly home: 'kernel' | 'user';
  readonly fault: ModuleFault;
  readonly workload: Workload;
  readonly clientsHit: number;
  readonly bystandersHit: number;
  readonly tasks: number;
  /** The whole system is lost: no hart goes on. */
  readonly fatal: boolean;
  /** Who uses the module goes on, and the first thing that it is told differently is EIO. */
  readonly told: boolean;
  readonly lastWords: string;
}

/** Where in the textbook's words a routine is: service is whatever it does for others. */
export const placeOf = ({ routine }: ModuleFault): 'init' | 'exit' | 'service' =>
  routine === 'init' || routine === 'exit' ? routine : 'service';

const sound = ({ modules, ...workload }: Workload): Workload => {
  if (!modules) return workload;
  const { faults: _, ...setup } = modules;
  return { ...workload, modules: setup };
};

const FIRST = 1;

/** `undefined`: it never came to the fault, for that leaves a record; or the tasks do not end without it either. */
const runModuleFault = (
  kernel: Kernel,
  workload: Workload,
  before: Observed = observe(kernel, sound(workload)),
): ModuleFaultRun | undefined => {
  const [fault] = workload.modules?.faults ?? [];
  if (!fault || !before.completed) return undefined;
  const after = observe(kernel, workload);
  if (before.digest === after.digest) return undefined;
  const hit = workload.start.map((_, index) => !sameFate(before.fates, after.fates, index + 1));
  return {
    home: kernel.modules ?? 'kernel',
    fault,
    workload,
    clientsHit: hit[0] ? 1 : 0,
    bystandersHit: hit.slice(1).filter(Boolean).length,
    tasks: hit.length,
    fatal: after.halted,
    told: isTold(before, after),
    lastWords: after.lastWords,
  };
};

const isTold = (before: Observed, after: Observed): boolean => {
  const [was, is] = [before.fates.get(FIRST), after.fates.get(FIRST)];
  if (!was || !is?.exited) return false;
  const other = is.results.find((result, at) => result !== was.results[at]);
  return other === undefined || other === -Errno.EIO;
};

// ---- which faults

/** Of each routine that is called, each kind, the first time. */
const faultsOf = ({ used: { program }, requests }: ExtensionPlan): readonly ModuleFault[] => {
  const asked = (['use', 'hook'] as const).filter((routine) =>
    requests.some(({ by }) => (by === 'ask') === (routine === 'hook')),
  );
  return (['init', 'exit', ...asked] as const).flatMap((routine) =>
    MODULE_FAULT_KINDS.map((kind) => ({ module: program, routine, call: 0, kind })),
  );
};

/** The same faults for every kernel. */
export const runModuleFaults = (
  kernel: Kernel,
  programs: readonly UsedProgram[],
): readonly ModuleFaultRun[] =>
  programs.flatMap((used) => {
    const plan = { ...alone(used), others: BESIDE };
    const before = observe(kernel, workloadOf(plan));
    return faultsOf(plan).flatMap(
      (fault) => runModuleFault(kernel, workloadOf({ ...plan, faults: [fault] }), before) ?? [],
    );
  });

/** Any routine, at any of its calls, on 1 to 3 harts, beside at least one task that uses no module. */
const faultyPlans = (programs: readonly UsedProgram[]): fc.Arbitrary<ExtensionPlan> =>
  extensionPlans(programs).chain((plan) =>
    fc
      .record({
        routine: fc.constantFrom('init', 'exit', 'use', 'use', 'hook', 'hook'),
        call: fc.constantFrom(0, 0, 1, 2),
        kind: fc.constantFrom(...MODULE_FAULT_KINDS),
        others: fc.subarray([...BESIDE], { minLength: 1 }),
      })
      .map(({ others, ...fault }) => ({
        ...plan,
        others,
        faults: [{ ...fault, module: plan.used.program }],
      })),
  );

/** @param numRuns how many are tried; not all come to their fault */
export const generatedModuleFaults = (
  kernel: Kernel,
  programs: readonly UsedProgram[],
  seed: number,
  numRuns: number,
): readonly ModuleFaultRun[] =>
  fc
    .sample(faultyPlans(programs), { seed, numRuns })
    .flatMap((plan) => runModuleFault(kernel, workloadOf(plan)) ?? []);

/** The same fault in a workload as simple as can be, in which it does the same. */
export const simplestModuleFault = (kernel: Kernel, run: ModuleFaultRun): ModuleFaultRun => {
  const again = (workload: Workload): ModuleFaultRun | undefined => {
    const simpler = runModuleFault(kernel, workload);
    const same =
      simpler !== undefined &&
      simpler.fatal === run.fatal &&
      simpler.told === run.told &&
      simpler.tasks > 1 === run.tasks > 1 &&
      simpler.clientsHit === run.clientsHit &&
      simpler.bystandersHit > 0 === run.bystandersHit > 0 &&
      placeOf(simpler.fault) === placeOf(run.fault);
    return same ? simpler : undefined;
  };
  const workload = shrinkWitness(run.workload, (simpler) => again(simpler) !== undefined);
  return again(workload) ?? run;
};
