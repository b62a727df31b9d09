/**
 * Properties of two runs: two workloads must look the same to some tasks. For confidentiality they differ only in the
 * words that one program's tasks store; for faults of services, only in whether there are any.
 */
import { Decoder } from '../../model/abstraction/decode.ts';
import { bystandersOf } from '../../model/os/bystanders.ts';
import type { Claims } from '../../model/os/state.ts';
import { Errno } from '../../spec/errno.ts';
import { layoutOf } from '../../spec/layout.ts';
import type { Clause } from '../../spec/properties.ts';
import type { RunLog } from '../../spec/records.ts';
import type { Tid, Word } from '../../spec/riscv.ts';
import type { Workload } from '../../spec/workload.ts';
import { isSecretive, withOtherSecrets } from '../arbitraries/confidential.ts';
import { type Observation, type Observer, observationsOf } from './observations.ts';

const NO_MEMORY = -Errno.ENOMEM >>> 0;

export interface Pair {
  /** What is broken where a task sees a difference. */
  readonly clause: Extract<Clause, 'secret-observed' | 'fault-observed'>;
  readonly a: Workload;
  readonly b: Workload;
  /** Whether a task of run A must see the same in run B. @param program the one that it runs */
  readonly watches: (tid: Tid, program: number | undefined) => boolean;
  /** Tasks have the same ids in both runs; without it they are told apart by the order in which they first run. */
  readonly sameIds: boolean;
  /** From such a result on nothing is compared: it depends on when others do what they do. */
  readonly leavesOpen: (result: Word) => boolean;
  /** The same about another workload, where that has what it takes. */
  readonly about: (workload: Workload) => Pair | undefined;
}

/** @param program the program whose tasks store different words */
export const secretPair = (workload: Workload, program: number): Pair | undefined =>
  isSecretive(workload, program)
    ? {
        clause: 'secret-observed',
        a: workload,
        b: withOtherSecrets(workload, program),
        watches: (_, other) => other !== program,
        sameIds: false,
        leavesOpen: () => false,
        about: (other) => secretPair(other, program),
      }
    : undefined;

/** The same workload without anything that goes wrong in a service or its device. */
const withoutFaults = ({ faults: _, devices, ...rest }: Workload): Workload => {
  if (!devices) return rest;
  const { diskStuckAfter: __, ...sound } = devices;
  return { ...rest, devices: sound };
};

/** Run A has the faults. */
export const faultPair = (
  workload: Workload,
  claims: Pick<Claims, 'services'>,
): Pair | undefined => {
  const bystanders = bystandersOf(workload, claims);
  if (bystanders.length === 0) return undefined;
  return {
    clause: 'fault-observed',
    a: workload,
    b: withoutFaults(workload),
    watches: (tid) => bystanders.includes(tid),
    sameIds: true,
    leavesOpen: (result) => result === NO_MEMORY,
    about: (other) => faultPair(other, claims),
  };
};

/** The first thing that some task sees differently. */
export interface Difference {
  readonly tid: Tid;
  readonly a: Observation;
  readonly b: Observation;
  /** What it saw before that in run A, and in run B as well. */
  readonly before: readonly Observation[];
}

export const observersOf = (log: RunLog, workload: Workload): readonly Observer[] => {
  const layout = layoutOf(workload);
  return observationsOf(new Decoder(log, layout, workload.frames), layout.operations);
};

/** @param programOf the program that a task of run A runs */
export const findDifference = (
  a: readonly Observer[],
  b: readonly Observer[],
  { watches, sameIds, leavesOpen }: Pair,
  programOf: (tid: Tid) => number | undefined,
): Difference | undefined => {
  let first: Difference | undefined;
  for (const [index, { tid, seen }] of a.entries()) {
    if (!watches(tid, programOf(tid))) continue;
    const twin = sameIds ? b.find((other) => other.tid === tid) : b[index];
    const found = differenceBetween(tid, seen, twin?.seen ?? [], leavesOpen);
    if (found && (!first || found.a.at < first.a.at)) first = found;
  }
  return first;
};

const differenceBetween = (
  tid: Tid,
  a: readonly Observation[],
  b: readonly Observation[],
  leavesOpen: Pair['leavesOpen'],
): Difference | undefined => {
  for (const [index, seen] of a.entries()) {
    const there = b[index];
    if (!there || leavesOpen(seen.value) || leavesOpen(there.value)) return undefined;
    if (there.what === seen.what && there.value === seen.value && there.pc === seen.pc) continue;
    return { tid, a: seen, b: there, before: a.slice(0, index) };
  }
  return undefined;
};
