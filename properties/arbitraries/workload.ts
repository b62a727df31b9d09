/**
 * Workloads that put a kernel to the test: `fc.assert(fc.property(workloadArbitrary(), …))`. Values are plain data and
 * always valid (see validate.ts); laws.test.ts holds it to what every arbitrary promises.
 */
import type fc from 'fast-check';
import type { Workload } from '../../spec/workload.ts';
import { tableOf } from './acts/act.ts';
import { ENDS } from './acts/ends.ts';
import { ACTS } from './acts/index.ts';
import { choicesArbitrary } from './choices.ts';
import { type WorkloadConstraints, withDefaults } from './constraints.ts';
import { lower, type Setting } from './lower.ts';

export const workloadArbitrary = (
  constraints: Partial<WorkloadConstraints> = {},
): fc.Arbitrary<Workload> => {
  const full = withDefaults(constraints);
  const groups = new Set(full.groups);
  const setting: Setting = {
    groups,
    repertoire: { acts: tableOf(ACTS, groups), ends: tableOf(ENDS, groups) },
    maxHarts: full.maxHarts,
    maxTasks: full.maxTasks,
    maxIpiDelay: full.maxIpiDelay,
  };
  return choicesArbitrary(full).map((choices) => lower(choices, setting));
};
