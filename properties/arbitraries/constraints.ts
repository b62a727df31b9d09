/** What callers may ask of generated workloads. */
import type { AbiGroup } from '../../spec/abi.ts';
import { CORE_GROUPS } from '../../spec/calls/core.ts';

export interface WorkloadConstraints {
  /** Only calls of these groups are made; besides them, calls that do not exist. */
  readonly groups: readonly AbiGroup[];
  /** Harts at most, 1 to 4. */
  readonly maxHarts: number;
  /** Tasks that boot starts at most, 1 to 4. */
  readonly maxTasks: number;
  /** Programs at most, 1 to 4. */
  readonly maxPrograms: number;
  /** How late inter-processor interrupts may be, in machine steps. */
  readonly maxIpiDelay: number;
  /** Acts (one to about eight operations each) of a body at most, 2 or more. */
  readonly maxActs: number;
  /** Loadable modules run in user space, so they may go wrong. */
  readonly modulesOutside: boolean;
}

export const DEFAULT_CONSTRAINTS: WorkloadConstraints = {
  groups: CORE_GROUPS,
  maxHarts: 4,
  maxTasks: 3,
  maxPrograms: 3,
  maxIpiDelay: 8,
  maxActs: 6,
  modulesOutside: false,
};

export const withDefaults = (constraints: Partial<WorkloadConstraints>): WorkloadConstraints => ({
  ...DEFAULT_CONSTRAINTS,
  ...constraints,
});
