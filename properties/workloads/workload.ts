/**
 * Workloads, generated in two stages: small natural numbers by fast-check, then `lower`, which makes the concrete
 * workload from them. The numbers shrink towards fewer and simpler phrases; the minimiser takes over from there.
 */
import fc from 'fast-check';
import type { Workload } from '../../spec/workload.ts';
import { DEFAULTS, type WorkloadConstraints } from './constraints.ts';
import { lower } from './lower.ts';

const LARGEST = 2 ** 30 - 1;
/** A number is worth several decisions. */
const numbers = (minLength: number, maxLength: number): fc.Arbitrary<number[]> =>
  fc.array(fc.nat(LARGEST), { minLength, maxLength, size: 'max' });

export const workloadArbitrary = (
  constraints: Partial<WorkloadConstraints> = {},
): fc.Arbitrary<Workload> => {
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
