/** Judges the log of one run by all clauses at once: decode, accept event by event, stop at the first violation. */
import { Decoder } from '../../model/abstraction/decode.ts';
import { Judge } from '../../model/os/judge.ts';
import { type Claims, initialState } from '../../model/os/state.ts';
import type { Violation } from '../../model/os/violation.ts';
import type { RunLog } from '../../spec/records.ts';
import type { Tid } from '../../spec/riscv.ts';
import type { Workload } from '../../spec/workload.ts';

export interface Judgement {
  readonly violation: Violation | undefined;
  /** Word offset of the record that broke the rule, or of the last one. */
  readonly at: number;
  /** Hardware events judged. */
  readonly events: number;
  /** How often each transition was taken, by index of TRANSITION_NAMES. */
  readonly taken: readonly number[];
  /** The program that a task of this run runs. */
  readonly programOf: (tid: Tid) => number | undefined;
}

export const judgeRun = (log: RunLog, workload: Workload, claims: Claims): Judgement => {
  const initial = initialState(workload, claims);
  const decoder = new Decoder(log, initial.setting.layout, initial.setting.frames);
  const judge = new Judge(initial);
  const programOf = (tid: Tid): number | undefined => judge.state.tasks.get(tid)?.program;
  let events = 0;
  for (let event = decoder.read(); event !== undefined; event = decoder.read()) {
    events += 1;
    const violation = judge.accept(event);
    if (violation)
      return { violation, at: decoder.at, events, taken: judge.state.taken, programOf };
  }
  return { violation: undefined, at: decoder.at, events, taken: judge.state.taken, programOf };
};
