/** What generated workloads may use. */
import { ABI_GROUPS, type AbiGroup } from '../../spec/abi.ts';
import { MAX_HARTS } from '../../spec/riscv.ts';

export interface WorkloadConstraints {
  /** Only calls of these groups are made, besides some that do not exist. All groups by default. */
  readonly groups: readonly AbiGroup[];
  /** 1 to 4; 4 by default. */
  readonly maxHarts: number;
  /** Tasks that boot starts: 1 to 3; 3 by default. */
  readonly maxTasks: number;
  /** Machine steps of a run; 360 by default. */
  readonly steps: number;
}

export const DEFAULTS: WorkloadConstraints = {
  groups: ABI_GROUPS,
  maxHarts: MAX_HARTS,
  maxTasks: 3,
  steps: 360,
};
