/** Counts what a check has really exercised: workloads, events, and for each transition the workloads that took it. */
import { TRANSITION_NAMES, type Transition } from '../../spec/transitions.ts';
import type { FailureKind } from '../../spec/workload.ts';
import type { Distribution } from '../report.ts';
import type { Judgement } from './judge-run.ts';

export class Tally {
  workloads = 0;
  events = 0;
  readonly #counts: number[] = [];
  /** How often each kind of fault has struck. */
  readonly struck = new Map<FailureKind, number>();
  readonly #taken = TRANSITION_NAMES.map(() => 0);

  add({ events, taken, struck }: Judgement): void {
    this.workloads += 1;
    this.events += events;
    this.#counts.push(events);
    for (const kind of struck) this.struck.set(kind, (this.struck.get(kind) ?? 0) + 1);
    for (let i = 0; i < this.#taken.length; i++) {
      if ((taken[i] ?? 0) > 0) this.#taken[i] = (this.#taken[i] ?? 0) + 1;
    }
  }

  /** The share of workloads, 0 to 1, that took the transition at least once. */
  share(transition: Transition): number {
    if (this.workloads === 0) return 0;
    return (this.#taken[TRANSITION_NAMES.indexOf(transition)] ?? 0) / this.workloads;
  }

  get distribution(): Distribution {
    return distributionOf(this.#counts);
  }
}

/** Minimum, 5th percentile, median, 95th percentile, maximum; zeros where there is nothing. */
export const distributionOf = (values: readonly number[]): Distribution => {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round((sorted.length - 1) * share)] ?? 0;
  return [at(0), at(0.05), at(0.5), at(0.95), at(1)];
};
