/** `kernelcheck compare`: the same workloads on all architectures, as a table, JSON, and a page of charts. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Placements } from '../../properties/claims/kernels.ts';
import { compare } from '../../properties/claims/run.ts';
import { renderComparisonPage } from '../../properties/render/charts/page.ts';
import { renderComparison, renderComparisonJson } from '../../properties/render/comparison.ts';
import { ExitCode } from '../exit-codes.ts';
import { progressView } from '../progress.ts';
import type { Shell } from '../shell.ts';
import { reasonOf, requireFolder } from '../store.ts';
import { Usage } from '../usage.ts';
import { told } from './claims.ts';

export interface CompareFlags {
  readonly placements?: Placements;
  readonly seed?: number;
  /** Workloads of each family. */
  readonly workloads?: number;
  readonly json?: boolean;
  /** Folder. */
  readonly out?: string;
}

export const compareVerb = async (
  shell: Shell,
  { json, out, ...options }: CompareFlags,
): Promise<ExitCode> => {
  if (out !== undefined) await requireFolder(out, '--out');
  const progress = progressView(shell, json);
  const comparison = await compare({ ...options, onProgress: told(progress, 'comparing') });
  progress.stop();
  const document = renderComparisonJson(comparison);
  shell.out(json ? document : renderComparison(comparison, shell));
  if (out === undefined) return ExitCode.passed;
  const page = await renderComparisonPage(comparison);
  await keep(out, { 'comparison.html': page, 'comparison.json': document });
  shell.note(`Written to ${out}: comparison.html, comparison.json\n`);
  return ExitCode.passed;
};

const keep = async (folder: string, files: Readonly<Record<string, string>>): Promise<void> => {
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(folder, name), text).catch((error: unknown) => {
      throw new Usage(`--out: ${join(folder, name)} cannot be written (${reasonOf(error)}).`);
    });
  }
};
