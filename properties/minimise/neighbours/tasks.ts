/** Fewer tasks and programs. */
import type { Operation, Workload } from '../../../spec/workload.ts';
import { type Neighbour, replaced, without } from './neighbour.ts';

/** Is the program started by boot or by some spawn? */
const isStarted = (workload: Workload, program: number): boolean =>
  workload.start.includes(program) ||
  workload.programs.some(({ bodies }) =>
    bodies.some((body) =>
      body.some(
        (operation) =>
          operation.op === 'call' && operation.call === 'spawn' && operation.args[0] === program,
      ),
    ),
  );

/** Programs that its tasks spawn, without itself. */
const spawnedBy = (workload: Workload, program: number): number[] => {
  const operations = workload.programs[program]?.bodies.flat() ?? [];
  const spawned = operations.flatMap((operation) => {
    const [child] = operation.op === 'call' && operation.call === 'spawn' ? operation.args : [];
    return typeof child === 'number' && child < workload.programs.length ? [child] : [];
  });
  return [...new Set(spawned)].filter((child) => child !== program);
};

export function* fewerTasks(workload: Workload): Generator<Neighbour> {
  for (const [index, program] of workload.start.entries()) {
    for (const spawned of spawnedBy(workload, program)) {
      const start = replaced(workload.start, index, spawned);
      yield {
        change: `program ${spawned} in place of its parent`,
        workload: { ...workload, start },
      };
    }
    yield {
      change: `without the task of program ${program}`,
      workload: { ...workload, start: without(workload.start, index) },
    };
  }
  for (let program = workload.programs.length - 1; program >= 0; program--) {
    if (workload.programs.length === 1 || isStarted(workload, program)) continue;
    yield { change: `without program ${program}`, workload: withoutProgram(workload, program) };
  }
}

/** Later programs move down by one, and so do their numbers in spawn and start. */
const withoutProgram = (workload: Workload, program: number): Workload => {
  const renumber = (operation: Operation): Operation => {
    const [first] = operation.op === 'call' && operation.call === 'spawn' ? operation.args : [];
    return operation.op === 'call' &&
      typeof first === 'number' &&
      first > program &&
      first <= workload.programs.length
      ? { ...operation, args: [first - 1] }
      : operation;
  };
  return {
    ...workload,
    programs: without(workload.programs, program).map((one) => ({
      ...one,
      bodies: one.bodies.map((body) => body.map(renumber)),
    })),
    start: workload.start.map((number) => (number > program ? number - 1 : number)),
  };
};
