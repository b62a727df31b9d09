/**
 * The same services in every placement: the model accepts every run, and where it leaves one outcome the results are
 * the same. Which workloads have one outcome is read off their text: one task, on one hart, so nothing races with it.
 */

import type { Kernel } from '../../hardware/contract.ts';
import { type Arena, runWorkload } from '../../hardware/run.ts';
import { linkKernel, type Placement } from '../../kernels/link/index.ts';
import { SERVICE_NAMES } from '../../kernels/services/contract.ts';
import { Decoder } from '../../model/abstraction/decode.ts';
import type { Violation } from '../../model/os/violation.ts';
import { layoutOf } from '../../spec/layout.ts';
import type { Workload } from '../../spec/workload.ts';
import { judgeRun } from '../checker/judge-run.ts';
import { type Observer, observationsOf } from '../checker/observations.ts';

/** Bit i: service i is in user space. */
const placementOf = (bits: number): Placement =>
  Object.fromEntries(
    SERVICE_NAMES.map((name, index) => [name, bits & (1 << index) ? 'user' : 'kernel'] as const),
  );

/** A kernel for each of the 32 placements of the five services; the first has all in the kernel. */
export const everyPlacement = (): readonly Kernel[] =>
  Array.from({ length: 1 << SERVICE_NAMES.length }, (_, bits) =>
    linkKernel({ name: nameOf(bits), placement: placementOf(bits) }),
  );

const nameOf = (bits: number): string => {
  const outside = SERVICE_NAMES.filter((_, index) => bits & (1 << index));
  return outside.length === 0 ? 'all in the kernel' : `outside: ${outside.join(', ')}`;
};

/** Nothing runs beside the one task, so what it sees does not depend on when things happen. */
export const hasOneOutcome = ({ programs, start, harts }: Workload): boolean =>
  harts === 1 &&
  start.length === 1 &&
  programs.every(({ bodies }) => bodies.flat().every(isSolitary));

const isSolitary = (operation: Workload['programs'][number]['bodies'][number][number]): boolean =>
  operation.op !== 'call' || (operation.call !== 'spawn' && operation.call !== 'thread');

/** What the tasks of a run see: results and loads, in their own order. */
export const seenBy = (kernel: Kernel, workload: Workload, arena: Arena): readonly Observer[] => {
  const run = runWorkload(kernel, workload, { arena });
  const layout = layoutOf(workload);
  return observationsOf(new Decoder(run, layout, workload.frames), layout.operations);
};

export const violationOf = (
  kernel: Kernel,
  workload: Workload,
  arena: Arena,
): Violation | undefined =>
  judgeRun(runWorkload(kernel, workload, { arena }), workload, kernel).violation;
