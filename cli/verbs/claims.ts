/** `kernelcheck claims`: the textbook's claims on architectures, each with what was found by running. */
import { checkClaims } from '../../properties/claims/run.ts';
import { renderClaims, renderClaimsJson } from '../../properties/render/claims.ts';
import type { ClaimSubject } from '../../spec/claims/index.ts';
import { ExitCode } from '../exit-codes.ts';
import { progressView } from '../progress.ts';
import type { Shell } from '../shell.ts';

export interface ClaimsFlags {
  readonly architecture?: ClaimSubject;
  readonly seed?: number;
  readonly workloads?: number;
  readonly json?: boolean;
}

/** A claim that does not hold is a finding about the textbook, not a failure of a kernel: the exit code is 0. */
export const claimsVerb = (shell: Shell, { json, ...options }: ClaimsFlags): ExitCode => {
  const progress = progressView(shell, json);
  const report = checkClaims({
    ...options,
    onProgress: (done, total) => progress.show(`claims: ${done} of ${total} comparisons`),
  });
  progress.stop();
  shell.out(json ? renderClaimsJson(report) : renderClaims(report, shell));
  return ExitCode.passed;
};
