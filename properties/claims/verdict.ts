/** What was found out about one claim: plain data, of which terminal and JSON are renderings. */
import type { Claim, ClaimVerdict } from '../../spec/claims/index.ts';
import type { Workload } from '../../spec/workload.ts';
import type { Crossover } from './pricing.ts';

/** A figure, with what it is of. */
export interface Figure {
  readonly of: string;
  readonly value: number;
}

/** A workload that shows something, and what happened in it. */
export interface Witness {
  readonly story: readonly string[];
  readonly workload: Workload;
}

/** How often a comparison held: workloads, each with some tables of costs. */
export interface Tally {
  readonly held: number;
  readonly of: number;
  /** The same, by the number of harts. */
  readonly byHarts?: readonly {
    readonly harts: number;
    readonly held: number;
    readonly of: number;
  }[];
  /** Of a matter of cycles: pairs of runs; those in which it holds with the usual costs, and with all that were tried. */
  readonly pairs?: number;
  readonly withUsualCosts?: number;
  readonly withAllCosts?: number;
  /** Pairs of runs in which every event came at most as often on the better side: it holds whatever the costs. */
  readonly contained?: number;
}

export interface CrossoverFound extends Crossover {
  /** The workload it was found in. */
  readonly workload: string;
  readonly left: string;
  readonly right: string;
}

export interface Finding {
  readonly verdict: ClaimVerdict;
  /** What was found, in a sentence. */
  readonly evidence: string;
  readonly figures: readonly Figure[];
  readonly tally?: Tally;
  readonly witness?: Witness;
  /** Where it came out the other way. */
  readonly exception?: Witness;
  readonly crossovers?: readonly CrossoverFound[];
}

export interface ClaimResult extends Finding {
  readonly claim: Claim;
  /** The counter-witness, for claims that are true only in part. */
  readonly counter?: Finding;
}

/** Stands for what cannot be judged with the kernels at hand. */
export const notJudged = (why: string): Finding => ({
  verdict: 'not shown',
  evidence: why,
  figures: [],
});
