/**
 * Confidentiality as a two-run property: two workloads that differ only in the words that one program's tasks store
 * must look the same to every other task.
 */
import { Decoder } from '../../model/abstraction/decode.ts';
import { layoutOf } from '../../spec/layout.ts';
import type { RunLog } from '../../spec/records.ts';
import type { Tid } from '../../spec/riscv.ts';
import type { Workload } from '../../spec/workload.ts';
import { type Observation, type Observer, observationsOf } from './observations.ts';

/** The first thing that some task sees differently. */
export interface Leak {
  readonly tid: Tid;
  readonly a: Observation;
  readonly b: Observation;
}

export const observersOf = (log: RunLog, workload: Workload): readonly Observer[] => {
  const layout = layoutOf(workload);
  return observationsOf(new Decoder(log, layout, workload.frames), layout.operations);
};

/**
 * @param programOf the program that a task of run A runs: tasks of the secret program are not observers
 */
export const findLeak = (
  a: readonly Observer[],
  b: readonly Observer[],
  secretProgram: number,
  programOf: (tid: Tid) => number | undefined,
): Leak | undefined => {
  let first: Leak | undefined;
  for (const [index, observer] of a.entries()) {
    if (programOf(observer.tid) === secretProgram) continue;
    const other = b[index]?.seen ?? [];
    for (const [i, seen] of observer.seen.entries()) {
      const there = other[i];
      if (!there) break;
      if (there.what === seen.what && there.value === seen.value && there.pc === seen.pc) continue;
      if (!first || seen.at < first.a.at) first = { tid: observer.tid, a: seen, b: there };
      break;
    }
  }
  return first;
};
