/** `kernelcheck compare`: the same workloads on all architectures, as a table, JSON, and a page of charts. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Placements } from '../../properties/claims/kernels.ts';
import { compare } from '../../properties/claims/run.ts';
import { renderComparisonPage } from '../../properties/render/charts/page.ts';
import { renderComparison, renderComparisonJson } from '../../properties/render/comparison.ts';
import { ExitCode } from '../exit-codes.ts';
import { progressView } from '../progress.ts';
import type { Shell } from '../shell.ts';
import { Usage } from '../usage.ts';

export interface CompareFlags {
  readonly placements?: Placements;
  readonly seed?: number;
  readonly workloads?: number;
  readonly json?: boolean;
  readonly out?: string;
}

export const compareVerb = async (
  shell: Shell,
  { json, out, ...options }: CompareFlags,
): Promise<ExitCode> => {
  const progress = progressView(shell, json);
  const comparison = compare({
    ...options,
    onProgress: (done, total) => progress.show(`comparing: ${done} of ${total}`),
  });
  progress.stop();
  shell.out(json ? renderComparisonJson(comparison) : renderComparison(comparison, shell));
  if (out === undefined) return ExitCode.passed;
  const page = join(out, 'comparison.html');
  try {
    mkdirSync(out, { recursive: true });
    writeFileSync(page, await renderComparisonPage(comparison));
    writeFileSync(join(out, 'comparison.json'), renderComparisonJson(comparison));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Usage(`--out: cannot write to ${JSON.stringify(out)}: ${why}.`);
  }
  shell.note(`charts: ${page}\n`);
  return ExitCode.passed;
};
