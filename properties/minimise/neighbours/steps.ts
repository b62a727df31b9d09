/** Fewer bodies and steps, alone or with a turn of the schedule. */
import type { Operation, Workload } from '../../../spec/workload.ts';
import { withoutOperations } from '../dropping.ts';
import { bodiesOf, type Neighbour, withBody, without } from './neighbour.ts';

export function* fewerSteps(workload: Workload): Generator<Neighbour> {
  for (const { program, body, operations } of bodiesOf(workload)) {
    if (operations.length > 1) {
      yield {
        change: `without body ${body} of program ${program}`,
        workload: withBody(workload, program, body, []),
      };
    }
    if (body > 0 && operations.length > 0) {
      yield {
        change: `body ${body} of program ${program} in place of its first`,
        workload: withBody(withBody(workload, program, 0, operations), program, body, []),
      };
    }
    for (let i = operations.length - 1; i >= 0; i--) {
      yield {
        change: `without step ${i + 1} of body ${body} of program ${program}`,
        workload: withoutStep(workload, operations, i),
      };
    }
  }
}

const withoutStep = (workload: Workload, body: readonly Operation[], step: number): Workload =>
  withoutOperations(workload, new Set(body.slice(step, step + 1)));

/** Where the order of two harts matters, a step may not go without its turn. */
export function* fewerStepsAndTurns(workload: Workload): Generator<Neighbour> {
  for (const { program, body, operations } of bodiesOf(workload)) {
    for (let i = operations.length - 1; i >= 0; i--) {
      const fewer = withoutStep(workload, operations, i);
      for (const turn of turnsThatMatter(workload.schedule)) {
        yield {
          change: `without step ${i + 1} of body ${body} of program ${program}, and turn ${turn + 1}`,
          workload: { ...fewer, schedule: without(workload.schedule, turn) },
        };
      }
    }
  }
}

/** Within a run of turns of one hart all are alike: the first of each run. */
const turnsThatMatter = (schedule: readonly number[]): number[] =>
  [...schedule.keys()].filter((turn) => turn === 0 || schedule[turn] !== schedule[turn - 1]);
