/**
 * The first of two stages: the symbolic choices that a workload is made from. Only numbers, so that they are cheap to
 * draw and to shrink; what they mean is decided by `lower`, which knows what exists at each point of a program.
 *
 * Biased values would make many choices alike at once, so none are biased here: the aim is taken in `lower`.
 */
import fc from 'fast-check';
import type { WorkloadConstraints } from './constraints.ts';

/** One number decides on the body as a whole, each further one is an act. */
export type BodyChoices = readonly number[];

export interface Choices {
  /** Harts, TLB, RAM, what kind of workload. */
  readonly machine: number;
  /** Which programs boot starts. */
  readonly start: number;
  /** Body 0 of each program. */
  readonly programs: readonly BodyChoices[];
  /** Further bodies of one of the programs, which starts them as threads. */
  readonly threads: readonly BodyChoices[];
  /** Stretches of the schedule. */
  readonly schedule: readonly number[];
  readonly interrupts: readonly number[];
}

const MAX_STRETCHES = 14;
const MAX_INTERRUPTS = 3;

const all = (minLength: number, maxLength: number) => ({
  minLength,
  maxLength,
  size: 'max' as const,
});

export const choicesArbitrary = (constraints: WorkloadConstraints): fc.Arbitrary<Choices> => {
  const number = fc.nat();
  const body = fc.array(number, all(3, 1 + constraints.maxActs));
  return fc
    .noBias(
      fc.tuple(
        number,
        number,
        fc.array(body, all(Math.min(2, constraints.maxPrograms), constraints.maxPrograms)),
        fc.array(body, all(0, constraints.groups.includes('threads') ? 2 : 0)),
        fc.array(number, all(0, MAX_STRETCHES)),
        fc.array(number, all(0, MAX_INTERRUPTS)),
      ),
    )
    .map(([machine, start, programs, threads, schedule, interrupts]) => ({
      machine,
      start,
      programs,
      threads,
      schedule,
      interrupts,
    }));
};
