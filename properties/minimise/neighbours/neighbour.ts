/** What a neighbour is, and how parts of a workload are replaced. Nothing here changes its arguments. */
import type { Operation, Program, Workload } from '../../../spec/workload.ts';

export interface Neighbour {
  /** What was changed, in words. */
  readonly change: string;
  readonly workload: Workload;
}

export const without = <T>(list: readonly T[], index: number): T[] =>
  list.filter((_, i) => i !== index);
export const replaced = <T>(list: readonly T[], index: number, value: T): T[] =>
  list.map((old, i) => (i === index ? value : old));

/** The workload with one body changed; empty bodies at the end are dropped. */
export const withBody = (
  workload: Workload,
  program: number,
  body: number,
  operations: readonly Operation[],
): Workload => {
  const programs = workload.programs.map((one, index): Program => {
    if (index !== program) return one;
    const bodies = replaced<readonly Operation[]>(one.bodies, body, operations);
    while (bodies.length > 1 && bodies.at(-1)?.length === 0) bodies.pop();
    return { ...one, bodies };
  });
  return { ...workload, programs };
};

/** Every body with its place, and every operation with its place in it. */
export const bodiesOf = (
  workload: Workload,
): { program: number; body: number; operations: readonly Operation[] }[] =>
  workload.programs.flatMap(({ bodies }, program) =>
    bodies.map((operations, body) => ({ program, body, operations })),
  );
