/**
 * From numbers to a workload: total, and pure. Everything that is generated goes through here, so that whatever the
 * numbers are the result is a valid workload.
 */
import { type HartId, MAX_HARTS } from '../../spec/riscv.ts';
import type { Interrupt, Program, Workload } from '../../spec/workload.ts';
import { WORKLOAD_FORMAT } from '../../spec/workload.ts';
import { churningProgram, plainProgram, threadedProgram, workerProgram } from './bodies.ts';
import { Choices } from './choices.ts';
import type { WorkloadConstraints } from './constraints.ts';
import type { Setting } from './program.ts';

/** What is generated: natural numbers, nothing else. */
export interface Numbers {
  readonly shape: number;
  readonly programs: readonly (readonly number[])[];
  readonly schedule: readonly number[];
  readonly interrupts: readonly number[];
}

/** Kinds of workloads, by weight. */
type Flavour = 'mixed' | 'threads' | 'churn';

export const lower = (numbers: Numbers, constraints: WorkloadConstraints): Workload => {
  const shape = new Choices([numbers.shape, numbers.shape * 31 + 7, numbers.shape * 17 + 3]);
  const flavour = shape.weighted<Flavour>([
    [48, 'mixed'],
    [34, 'threads'],
    [18, 'churn'],
  ]);
  const harts = Math.min(
    constraints.maxHarts,
    flavour === 'threads' ? shape.pick([2, 2, 2, 3, 4]) : shape.pick([1, 2, 1, 2, 3, 4]),
  );
  const starters = flavour === 'churn' ? 1 : 1 + shape.next(Math.min(3, constraints.maxTasks));
  const setting: Setting = { groups: constraints.groups, programs: starters + 1, worker: starters };
  const shared = flavour !== 'churn' && shape.chance(70);
  const programs: Program[] = [];
  for (let index = 0; index <= starters; index++) {
    const choices = new Choices(numbers.programs[index] ?? []);
    programs.push({ bodies: bodiesOf(flavour, index, setting, choices, shared) });
  }
  return {
    format: WORKLOAD_FORMAT,
    harts,
    frames: flavour === 'churn' ? 26 : shape.pick([36, 44, 32]),
    tlbEntries: shape.pick([8, 16, 8, 4, 32, 2, 64, 1]),
    ipiDelay: shape.chance(80) ? 0 : shape.next(8),
    programs,
    start: Array.from({ length: starters }, (_, index) => index),
    schedule: scheduleOf(numbers.schedule, harts),
    interrupts: interruptsOf(numbers.interrupts, harts),
    steps: constraints.steps,
  };
};

const bodiesOf = (
  flavour: Flavour,
  index: number,
  setting: Setting,
  choices: Choices,
  shared: boolean,
): Program['bodies'] => {
  if (index === setting.worker) return workerProgram(setting, choices, shared);
  if (flavour === 'churn') return churningProgram(setting, choices);
  if (flavour === 'threads' && index === 0) return threadedProgram(setting, choices);
  return plainProgram(setting, choices);
};

/** Each number is a burst: the hart, and 1 to 8 steps; short ones are more likely. */
const scheduleOf = (numbers: readonly number[], harts: number): HartId[] => {
  const schedule: HartId[] = [];
  for (const number of numbers) {
    const burst = [1, 1, 2, 1, 3, 2, 5, 8][(number >>> 2) & 7] ?? 1;
    for (let i = 0; i < burst; i++) schedule.push((number % MAX_HARTS) % harts);
  }
  return schedule;
};

const interruptsOf = (numbers: readonly number[], harts: number): Interrupt[] =>
  numbers.map((number) => ({
    hart: (number % MAX_HARTS) % harts,
    after: 1 + ((number >>> 2) % 60),
  }));
