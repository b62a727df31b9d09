/**
 * Workloads about loadable modules: tasks on one to three harts that load, use, hold and unload a few modules, at once and
 * in any order, and tasks that end or are killed in the middle of it.
 *
 * Modules are named by small numbers, so that calls often fit each other. Force is used only where no module sleeps: it is
 * meant to do harm, and a module that is forced out while it sleeps does it to the kernel.
 */
import fc from 'fast-check';
import type { CallName } from '../../../spec/abi.ts';
import { UnloadFlag } from '../../../spec/calls/modules.ts';
import { bodyAddress } from '../../../spec/layout.ts';
import type { ModuleSetup } from '../../../spec/modules.ts';
import { type Operation, WORKLOAD_FORMAT, type Workload } from '../../../spec/workload.ts';
import { type WorkloadConstraints, withDefaults } from '../constraints.ts';
import { moduleSetupArbitrary } from './setup.ts';

const call = (name: CallName, ...args: readonly number[]): Operation => ({
  op: 'call',
  call: name,
  args,
});

/** One module of those that there are; seldom one that there is not. */
const module = fc.constantFrom(0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 0, 1, 2, 0, 1, 9);

const one = (name: CallName): fc.Arbitrary<Operation[]> =>
  module.map((number) => [call(name, number)]);
const unload = fc
  .tuple(module, fc.constantFrom(0, 0, 0, 0, UnloadFlag.force, 2))
  .map(([number, flags]) => [call('unloadModule', number, flags)]);
const use = fc
  .tuple(module, fc.nat(1))
  .map(([number, request]) => [call('useModule', number, request, 0)]);
const ask = fc.constantFrom(0, 1, 2, 3, 2, 7).map((point) => [call('ask', point, 0x0100_0000, 5)]);
/** Those that others import from first. */
const fill = fc
  .integer({ min: 1, max: 4 })
  .map((count) => Array.from({ length: count }, (_, number) => call('loadModule', number)));
const life = module.map((number) => [
  call('loadModule', number),
  call('useModule', number, 0, 0),
  call('moduleState', number),
]);
/** It is held, cannot go, and is let go of. */
const held = module.map((number) => [
  call('holdModule', number),
  call('unloadModule', number, 0),
  call('releaseModule', number),
]);
/** Gone, and there again with fresh data. */
const again = module.map((number) => [
  call('unloadModule', number, 0),
  call('useModule', number, 0, 0),
  call('loadModule', number),
  call('useModule', number, 0, 0),
]);

const part = fc.oneof(
  { weight: 4, arbitrary: one('loadModule') },
  { weight: 4, arbitrary: unload },
  { weight: 4, arbitrary: use },
  { weight: 3, arbitrary: one('moduleState') },
  { weight: 2, arbitrary: one('holdModule') },
  { weight: 2, arbitrary: one('releaseModule') },
  { weight: 2, arbitrary: ask },
  { weight: 3, arbitrary: life },
  { weight: 3, arbitrary: held },
  { weight: 3, arbitrary: again },
  { weight: 1, arbitrary: fc.constant([call('yield')]) },
  { weight: 1, arbitrary: fc.constantFrom(2, 3).map((tid) => [call('kill', tid)]) },
);

const body = fc
  .array(part, { minLength: 2, maxLength: 7 })
  .map((parts) => [...parts.flat(), call('exit', 0)]);

const thread = call('thread', bodyAddress(1));
const main = fc
  .tuple(fill, fc.boolean(), fc.boolean(), body)
  .map(([first, threads, late, rest]) =>
    late
      ? [...(threads ? [thread] : []), ...first, ...rest]
      : [...first, ...(threads ? [thread] : []), ...rest],
  );

const withoutForce = (operation: Operation): Operation =>
  operation.op === 'call' && operation.call === 'unloadModule'
    ? { ...operation, args: operation.args.map((arg, at) => (at === 1 && arg === 1 ? 0 : arg)) }
    : operation;

const isRestless = ({ files }: ModuleSetup): boolean =>
  files.some(({ program }) => program === 'sleeper');

export const moduleWorkloadArbitrary = (
  constraints: Partial<WorkloadConstraints> = {},
): fc.Arbitrary<Workload> => {
  const { maxHarts, maxIpiDelay, modulesOutside } = withDefaults(constraints);
  return fc
    .record({
      setup: moduleSetupArbitrary(modulesOutside),
      harts: fc.constantFrom(1, 2, 2, 3, 3),
      main,
      thread: body,
      child: body,
      tasks: fc.constantFrom([0], [0, 1], [0, 1], [0, 1]),
      schedule: fc.array(fc.nat(2), { maxLength: 40 }),
      interrupts: fc.array(fc.record({ hart: fc.nat(2), after: fc.nat(30) }), { maxLength: 3 }),
      ipiDelay: fc.constantFrom(0, 0, 3),
    })
    .map(({ setup, harts: wanted, tasks, schedule, interrupts, ipiDelay, ...bodies }) => {
      const harts = Math.min(wanted, maxHarts);
      const careful = isRestless(setup) || modulesOutside;
      const finish = (operations: readonly Operation[]): Operation[] =>
        (careful ? operations.map(withoutForce) : operations).slice(0, 60);
      return {
        format: WORKLOAD_FORMAT,
        harts,
        frames: 48,
        tlbEntries: 8,
        ipiDelay: Math.min(ipiDelay, maxIpiDelay),
        programs: [
          { bodies: [finish(bodies.main), finish(bodies.thread)] },
          { bodies: [finish(bodies.child)] },
        ],
        start: [...tasks],
        schedule: schedule.map((hart) => hart % harts),
        interrupts: interrupts.map(({ hart, after }) => ({ hart: hart % harts, after })),
        modules: setup,
        steps: 2000,
      };
    });
};
