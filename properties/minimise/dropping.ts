/**
 * A workload without some of its operations. What follows moves up, so addresses of the program's own text that lie
 * behind the gap (of jumps, of loads, of threads) move with it: they still mean the same operation.
 */
import { BODY_STRIDE, USER_TEXT } from '../../spec/layout.ts';
import { PAGE_SIZE, type VirtualAddress } from '../../spec/riscv.ts';
import type { Operation, Program, Workload } from '../../spec/workload.ts';

/** Bodies keep their places, for threads start there; empty ones at the end are dropped. */
export const withoutOperations = (workload: Workload, gone: ReadonlySet<Operation>): Workload => ({
  ...workload,
  programs: workload.programs.map((program) => without(program, gone)),
});

const without = (program: Program, gone: ReadonlySet<Operation>): Program => {
  const { bodies } = program;
  if (!bodies.some((body) => body.some((operation) => gone.has(operation)))) return program;
  const move = (va: VirtualAddress): VirtualAddress => va - 4 * goneBefore(bodies, gone, va);
  const left = bodies.map((body) =>
    body.filter((operation) => !gone.has(operation)).map((operation) => moved(operation, move)),
  );
  while (left.length > 1 && left.at(-1)?.length === 0) left.pop();
  return { ...program, bodies: left };
};

/** Operations dropped between the start of the body that the address lies in and the address. */
const goneBefore = (
  bodies: Program['bodies'],
  gone: ReadonlySet<Operation>,
  va: VirtualAddress,
): number => {
  const offset = va - USER_TEXT;
  if (offset < 0 || offset >= PAGE_SIZE) return 0;
  const body = bodies[Math.floor(offset / BODY_STRIDE)] ?? [];
  return body.slice(0, (offset % BODY_STRIDE) >>> 2).filter((operation) => gone.has(operation))
    .length;
};

/** The operation itself where nothing moves, so that it can still be recognised. */
const moved = (operation: Operation, move: (va: VirtualAddress) => VirtualAddress): Operation => {
  if (operation.op === 'jump' || operation.op === 'load') {
    const va = move(operation.va);
    return va === operation.va ? operation : { ...operation, va };
  }
  if (operation.op !== 'call' || operation.call !== 'thread') return operation;
  const [pc] = operation.args;
  const va = typeof pc === 'number' ? move(pc) : pc;
  return va === undefined || va === pc ? operation : { ...operation, args: [va] };
};
