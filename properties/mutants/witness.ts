/**
 * A witness is a minimal workload that a mutant fails on, kept as a file beside it: it goes on showing the mistake when
 * generators change. `node --import ./scripts/typescript.mjs scripts/witnesses.ts` writes those that are missing.
 */
import type { Clause } from '../../spec/properties.ts';
import type { Workload } from '../../spec/workload.ts';

/** The version of the stored form. */
export const WITNESS_FORMAT = 1;

export interface Witness {
  readonly format: typeof WITNESS_FORMAT;
  readonly mutant: string;
  readonly property: string;
  readonly clause: Clause;
  readonly workload: Workload;
  /** For two-run properties: the second workload. */
  readonly other?: Workload;
}

/** Where the witness of a mutant lies, from this folder. */
export const witnessFile = (id: string): string => `witnesses/${id}.json`;
