/**
 * Workloads, generated in two stages: small natural numbers by fast-check, then `lower`, which makes the concrete
 * workload from them. The numbers shrink towards fewer and simpler phrases; the minimiser takes over from there.
 */
import fc from 'fast-check';
import { ABI_GROUPS, type AbiGroup } from '../../spec/abi.ts';
import { MAX_HARTS } from '../../spec/riscv.ts';
import type { Workload } from '../../spec/workload.ts';
import { lower } from './lower.ts';

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

const DEFAULTS: WorkloadConstraints = { groups: ABI_GROUPS, maxHarts: MAX_HARTS, maxTasks: 3, steps: 360 };

const LARGEST = 2 ** 30 - 1;
/** A number is worth several decisions. */
const numbers = (minLength: number, maxLength: number): fc.Arbitrary<number[]> =>
  fc.array(fc.nat(LARGEST), { minLength, maxLength, size: 'max' });

export const workloadArbitrary = (constraints: Partial<WorkloadConstraints> = {}): fc.Arbitrary<Workload> => {
  const all = { ...DEFAULTS, ...constraints };
  return fc
    .tuple(
      fc.nat(LARGEST),
      fc.tuple(numbers(4, 14), numbers(3, 12), numbers(3, 10), numbers(3, 6)),
      numbers(6, 40),
      fc.array(fc.nat(255), { maxLength: 4, size: 'max' }),
    )
    .map(([shape, programs, schedule, interrupts]) =>
      lower({ shape, programs, schedule, interrupts }, all),
    );
};
