/** `kernelcheck check <kernel>`: judges a kernel by every property that it claims. */
import { randomInt } from 'node:crypto';
import { openKernel } from '../../properties/checker/catalogue.ts';
import { check } from '../../properties/checker/check.ts';
import { distinctFailures } from '../../properties/render/failures.ts';
import { renderJson } from '../../properties/render/json.ts';
import { renderQuiet, renderReport } from '../../properties/render/terminal.ts';
import type { Report } from '../../properties/report.ts';
import { ExitCode } from '../exit-codes.ts';
import { breathing, progressText, progressView } from '../progress.ts';
import type { Shell } from '../shell.ts';
import { reasonOf, requireFolder, SAVED, saveFailures, writeReport } from '../store.ts';

export interface CheckFlags {
  readonly seed?: number;
  readonly workloads?: number;
  /** Seconds. */
  readonly time?: number;
  readonly property?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  /** Folder. */
  readonly report?: string;
}

export const checkVerb = async (
  shell: Shell,
  kernel: string,
  flags: CheckFlags,
): Promise<ExitCode> => {
  if (flags.report !== undefined) await requireFolder(flags.report);
  const report = await checked(shell, kernel, flags);
  const saved = await savedReport(shell, report, flags.report);
  shell.out(rendered(shell, saved, flags));
  if (flags.report !== undefined) {
    const files = await writeReport(saved, flags.report);
    if (!flags.quiet) shell.note(`Written to ${flags.report}: ${files.join(', ')}\n`);
  }
  return exitCodeOf(report);
};

/** One kernel, checked, with progress. */
export const checked = async (
  shell: Shell,
  kernel: string,
  { seed = randomInt(2 ** 31), workloads, time, property, quiet }: CheckFlags,
): Promise<Report> => {
  const executor = await openKernel(kernel);
  const progress = progressView(shell, quiet);
  try {
    return await check(breathing(executor), {
      seed,
      ...workloadsGiven({ workloads, time }),
      ...(time !== undefined && { seconds: time, clock: () => performance.now() }),
      ...(property !== undefined && { property }),
      onProgress: (now) => progress.show(progressText(executor.facts.name, now)),
    });
  } finally {
    progress.stop();
    await executor.close();
  }
};

/** As many as are asked for, or as time allows. */
const workloadsGiven = ({
  workloads,
  time,
}: {
  readonly workloads: number | undefined;
  readonly time: number | undefined;
}): { readonly workloads?: number } => {
  if (workloads !== undefined) return { workloads };
  return time === undefined ? {} : { workloads: Number.MAX_SAFE_INTEGER };
};

/** A folder that cannot be written to costs the files, not the result. */
export const savedReport = async (
  shell: Shell,
  report: Report,
  folder = SAVED,
): Promise<Report> => {
  try {
    return await saveFailures(report, folder);
  } catch (error) {
    if (distinctFailures(report).length > 0) {
      shell.note(`Counterexamples are not saved: ${folder}: ${reasonOf(error)}.\n`);
    }
    return report;
  }
};

const rendered = (shell: Shell, report: Report, { json, quiet }: CheckFlags): string => {
  if (json) return renderJson(report);
  return quiet ? renderQuiet(report, shell) : renderReport(report, shell);
};

const exitCodeOf = ({ verdict }: Report): ExitCode => ExitCode[verdict];
