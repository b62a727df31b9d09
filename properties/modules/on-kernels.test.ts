/** The same modules on whole kernels, by system calls: in the kernel, and each in a process of its own. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EXTENSION_POINTS } from '../../spec/extensions.ts';
import type { ModuleOperation } from '../../spec/modules.ts';
import { TRANSITION_NAMES, type Transition } from '../../spec/transitions.ts';
import { type Operation, WORKLOAD_FORMAT, type Workload } from '../../spec/workload.ts';
import { shippedKernel } from '../checker/catalogue.ts';
import { judge } from '../checker/failure.ts';
import { localExecutor } from '../execute/local.ts';
import type { ModuleCase } from './arbitrary.ts';
import { fileCaseArbitrary } from './files/arbitrary.ts';
import { filterCaseArbitrary } from './filter/arbitrary.ts';
import { securityCaseArbitrary } from './security/arbitrary.ts';

/** System calls of one task; a page of text has room for so many. */
const MOST = 250;

/** Loading and unloading are one call each; who asks is the task, whoever the operation names. */
const callOf = (operation: ModuleOperation, names: readonly string[]): Operation[] => {
  const call = (name: 'loadModule' | 'unloadModule' | 'useModule' | 'ask', ...args: number[]) => [
    { op: 'call' as const, call: name, args },
  ];
  const number = 'module' in operation ? names.indexOf(operation.module) : 0;
  switch (operation.op) {
    case 'load':
      return number < 0 ? [] : call('loadModule', number);
    case 'unload':
      return call('unloadModule', number, operation.force ? 1 : 0);
    case 'use':
      return call('useModule', number, operation.request ?? 0, operation.argument ?? 0);
    case 'ask': {
      const point = EXTENSION_POINTS.indexOf(operation.point);
      return call('ask', point, operation.request, operation.argument);
    }
    default:
      return [];
  }
};

const workloadOf = ({ world, operations }: ModuleCase): Workload => {
  const names = world.files.map(({ name }) => name);
  const calls = operations.flatMap((operation) => callOf(operation, names)).slice(0, MOST);
  return {
    format: WORKLOAD_FORMAT,
    harts: 1,
    frames: 48,
    tlbEntries: 8,
    ipiDelay: 0,
    programs: [{ bodies: [[...calls, { op: 'call', call: 'exit', args: [0] }]] }],
    start: [0],
    schedule: [],
    interrupts: [],
    modules: {
      ...world.settings,
      policy: world.settings.policy.name,
      files: world.files,
      pages: world.pages,
    },
    steps: 20_000,
  };
};

const CASES = [filterCaseArbitrary, securityCaseArbitrary, fileCaseArbitrary].flatMap((arbitrary) =>
  fc.sample(arbitrary, { numRuns: 16, seed: 1 }),
);

describe.each(['monolithic', 'microkernel'])('on the kernel %s', (name) => {
  const executor = localExecutor(shippedKernel(name));

  test('file systems, filters, matches, protocols and security modules answer as the model says', async () => {
    const counts = new Map<Transition, number>();
    for (const it of CASES) {
      const { violation, taken } = await judge(executor, workloadOf(it));
      expect(violation).toBeUndefined();
      for (const [index, name] of TRANSITION_NAMES.entries())
        counts.set(name, (counts.get(name) ?? 0) + (taken[index] ?? 0));
    }
    for (const name of ['useModule', 'ask', 'askRefused', 'moduleInUseKept'] as const)
      expect(counts.get(name)).toBeGreaterThan(3);
  });
});
