/** `kernelcheck claims`: the textbook's claims on architectures, each with what was found by running. */
import type { OnProgress } from '../../properties/claims/compare.ts';
import { checkClaims } from '../../properties/claims/run.ts';
import { renderClaims, renderClaimsJson } from '../../properties/render/claims.ts';
import type { ClaimSubject } from '../../spec/claims/index.ts';
import { ExitCode } from '../exit-codes.ts';
import { breather, type ProgressView, progressView } from '../progress.ts';
import type { Shell } from '../shell.ts';

export interface ClaimsFlags {
  readonly architecture?: ClaimSubject;
  readonly seed?: number;
  /** Workloads of each family. */
  readonly workloads?: number;
  readonly json?: boolean;
}

/** A claim that does not hold is a finding about the textbook, not a failure of a kernel: the exit code is 0. */
export const claimsVerb = async (
  shell: Shell,
  { json, ...options }: ClaimsFlags,
): Promise<ExitCode> => {
  const progress = progressView(shell, json);
  const report = await checkClaims({ ...options, onProgress: told(progress, 'claims') });
  progress.stop();
  shell.out(json ? renderClaimsJson(report) : renderClaims(report, shell));
  return ExitCode.passed;
};

/** Shows how far it is, and lets the spinner turn. */
export const told = (progress: ProgressView, what: string): OnProgress => {
  const breathe = breather();
  return (done, total) => {
    progress.show(`${what}: ${done} of ${total} steps`);
    return breathe();
  };
};
