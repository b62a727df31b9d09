/** Judges the log of one run by all clauses at once: decode, accept event by event, stop at the first violation. */
import { Decoder } from '../../model/abstraction/decode.ts';
import { LayerDecoder } from '../../model/layering/decode.ts';
import { type WaitingCalls, waitingCalls } from '../../model/layering/path.ts';
import { initialLayering, type LayerClaims } from '../../model/layering/state.ts';
import { layeringStep } from '../../model/layering/step.ts';
import { Judge } from '../../model/os/judge.ts';
import { type Claims, initialState } from '../../model/os/state.ts';
import type { Violation } from '../../model/os/violation.ts';
import type { RunLog } from '../../spec/records.ts';
import type { Tid } from '../../spec/riscv.ts';
import type { FailureKind, Workload } from '../../spec/workload.ts';

export interface Judgement {
  readonly violation: Violation | undefined;
  /** Word offset of the record that broke the rule, or of the last one. */
  readonly at: number;
  /** Hardware events judged. */
  readonly events: number;
  /** How often each transition was taken, by index of TRANSITION_NAMES. */
  readonly taken: readonly number[];
  /** Faults of the workload that have struck. */
  readonly struck: readonly FailureKind[];
  /** The program that a task of this run runs. */
  readonly programOf: (tid: Tid) => number | undefined;
}

/** What the judge of layering says of a run. */
interface Layering {
  readonly violation: Violation | undefined;
  readonly at: number;
  readonly taken: readonly number[];
  /** What waits then, in which layers. */
  readonly waiting: readonly WaitingCalls[];
}

export const judgeRun = (
  log: RunLog,
  workload: Workload,
  claims: Claims & LayerClaims,
): Judgement => {
  const layering = judgeLayers(log, workload, claims);
  const end = layering?.violation ? layering.at : log.length;
  const initial = initialState(workload, claims);
  const decoder = new Decoder(log, initial.setting.layout, initial.setting.frames);
  const judge = new Judge(initial);
  const programOf = (tid: Tid): number | undefined => judge.state.tasks.get(tid)?.program;
  let events = 0;
  let violation: Violation | undefined;
  for (let event = decoder.read(); event && decoder.at < end; event = decoder.read()) {
    events += 1;
    violation = judge.accept(event);
    if (violation) break;
  }
  const { taken, struck } = judge.state;
  return {
    violation: violation ?? layering?.violation,
    at: violation ? decoder.at : Math.min(decoder.at, end),
    events,
    taken: layering ? taken.map((times, index) => times + (layering.taken[index] ?? 0)) : taken,
    struck,
    programOf,
  };
};

/** Only of layered kernels: no other one pays for it. */
export const judgeLayers = (
  log: RunLog,
  workload: Workload,
  { layers, discipline = 'strict' }: LayerClaims,
): Layering | undefined => {
  if (!layers) return undefined;
  const decoder = new LayerDecoder(log);
  const state = initialLayering(layers, discipline, workload.harts);
  let violation: Violation | undefined;
  for (let event = decoder.read(); event; event = decoder.read()) {
    violation = layeringStep(state, event);
    if (violation) break;
  }
  return { violation, at: decoder.at, taken: state.taken, waiting: waitingCalls(state) };
};
