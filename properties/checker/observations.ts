/**
 * What each task observes in a run: its loads, the results of its calls, its faults, in its own order. Frame numbers,
 * cycles, and who runs when are not observations.
 *
 * Tasks are told apart by the order in which they first run, since a tid is itself the kernel's choice.
 */
import type { Decoder } from '../../model/abstraction/decode.ts';
import type { Event } from '../../spec/events.ts';
import { indexOfText } from '../../spec/layout.ts';
import { A0, Cause, type Tid, type Word } from '../../spec/riscv.ts';
import type { Operation } from '../../spec/workload.ts';

export interface Observation {
  readonly what: 'load' | 'result' | 'fault';
  readonly pc: Word;
  readonly value: Word;
  /** Word offset of its record in the log. */
  readonly at: number;
}

export interface Observer {
  readonly tid: Tid;
  readonly seen: Observation[];
  inCall: boolean;
}

/** Everything that the tasks of a run observed, in order of their first return to user mode. */
export const observationsOf = (
  decoder: Decoder,
  operations: readonly Operation[],
): readonly Observer[] => {
  const observers: Observer[] = [];
  const of = (tid: Tid): Observer => {
    let observer = observers.find((one) => one.tid === tid);
    if (!observer) {
      observer = { tid, seen: [], inCall: false };
      observers.push(observer);
    }
    return observer;
  };
  for (let event = decoder.read(); event !== undefined; event = decoder.read()) {
    observe(event, decoder.at, of, operations);
  }
  return observers;
};

const observe = (
  event: Event,
  at: number,
  of: (tid: Tid) => Observer,
  operations: readonly Operation[],
): void => {
  if (event.kind === 'retire') {
    const operation = operations[indexOfText(event.word)];
    if (operation?.op === 'load') {
      of(event.tid).seen.push({ what: 'load', pc: event.pc, value: event.value, at });
    }
  } else if (event.kind === 'trap' && event.mode === 'U') {
    const observer = of(event.tid);
    observer.inCall = event.cause === Cause.userEcall;
    if (observer.inCall || event.cause & Cause.interrupt || isPageFault(event.cause)) return;
    observer.seen.push({ what: 'fault', pc: event.pc, value: event.cause, at });
  } else if (event.kind === 'return') {
    const observer = of(event.tid);
    if (observer.inCall) {
      observer.seen.push({ what: 'result', pc: event.pc, value: event.registers[A0] ?? 0, at });
    }
    observer.inCall = false;
  }
};

/** A page fault may be the kernel's own doing (lazy mapping): the task sees only whether it goes on. */
const isPageFault = (cause: Word): boolean =>
  cause === Cause.loadPageFault ||
  cause === Cause.storePageFault ||
  cause === Cause.instructionPageFault;
