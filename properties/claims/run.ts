/** What the two commands do, as functions: all claims judged, or kernels compared. Functions of kernels and seed. */
import type { Kernel } from '../../hardware/contract.ts';
import { CLAIM_SUBJECTS, type ClaimSubject } from '../../spec/claims/index.ts';
import { type Comparison, compareKernels, type OnProgress } from './compare.ts';
import { judgeClaims } from './judge.ts';
import { kernelsOf, type Placements, subjectsOf } from './kernels.ts';
import { sourceLines } from './source-lines.ts';
import type { ClaimResult } from './verdict.ts';

export interface ComparisonOptions {
  /** The same workloads and tables of costs again. */
  readonly seed?: number;
  /** Workloads of each family, 1 or more. */
  readonly workloads?: number;
  /** Which kernels: those that ship, or every placement of the services. */
  readonly placements?: Placements;
  /** Others instead. */
  readonly kernels?: readonly Kernel[];
  readonly onProgress?: OnProgress;
}

export interface ClaimsOptions extends ComparisonOptions {
  /** Only claims on this architecture. */
  readonly architecture?: ClaimSubject;
}

export interface ClaimsReport {
  readonly seed: number;
  /** Workloads run on each kernel, those with faults left out. */
  readonly workloads: number;
  readonly kernels: readonly string[];
  readonly results: readonly ClaimResult[];
}

const WORKLOADS = 12;
const SEED = 1;

export const compare = ({
  seed = SEED,
  workloads = WORKLOADS,
  placements = 'named',
  kernels = kernelsOf(placements),
  onProgress,
}: ComparisonOptions = {}): Promise<Comparison> =>
  compareKernels(subjectsOf(kernels), {
    seed,
    workloads,
    lines: sourceLines(),
    ...(onProgress && { onProgress }),
  });

export const checkClaims = async ({
  architecture,
  ...options
}: ClaimsOptions = {}): Promise<ClaimsReport> => {
  // What is said of hybrids is about every placement; of the others there is one each.
  const about = architecture ?? 'hybrid';
  const comparison = await compare({
    placements: about === 'hybrid' ? 'all' : 'named',
    ...options,
  });
  return {
    seed: comparison.seed,
    workloads: comparison.samples.length,
    kernels: comparison.subjects.map(({ label }) => label),
    results: judgeClaims(comparison, architecture ? [architecture] : CLAIM_SUBJECTS),
  };
};
