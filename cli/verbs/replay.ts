/** `kernelcheck replay <file> [kernel]`: runs a saved counterexample again, on the same kernel or on another. */
import { readFile, stat } from 'node:fs/promises';
import { openKernel } from '../../properties/checker/catalogue.ts';
import { replay } from '../../properties/checker/replay.ts';
import { readSaved } from '../../properties/render/saved.ts';
import { renderStory } from '../../properties/render/terminal.ts';
import { printable } from '../../properties/render/text.ts';
import type { Counterexample } from '../../properties/report.ts';
import { ExitCode } from '../exit-codes.ts';
import type { Shell } from '../shell.ts';
import { reasonOf, replayCommand } from '../store.ts';
import { Usage } from '../usage.ts';

/** A counterexample takes some KiB. */
const MOST_BYTES = 16 << 20;

export const replayVerb = async (
  shell: Shell,
  file: string,
  kernel: string | undefined,
  { quiet = false }: { readonly quiet?: boolean },
): Promise<ExitCode> => {
  const saved = readSaved(await textOf(file), file);
  const executor = await openKernel(kernel ?? kernelOf(saved));
  try {
    const { counterexample, message } = await replay(executor, saved);
    if (counterexample && !quiet) {
      shell.out(
        `${renderStory({ ...counterexample, replay: replayCommand(file, kernel) }, shell)}\n`,
      );
    }
    shell.out(`${printable(message)}\n`);
    return counterexample ? ExitCode.failed : ExitCode.passed;
  } finally {
    await executor.close();
  }
};

const kernelOf = ({ file, kernel }: Counterexample): string => file ?? kernel;

const textOf = async (file: string): Promise<string> => {
  const wanted = 'give a counterexample that kernelcheck saved, such as .kernelcheck/1.json';
  try {
    const { size } = await stat(file);
    if (size <= MOST_BYTES) return await readFile(file, 'utf8');
  } catch (error) {
    throw new Usage(`${file} cannot be read (${reasonOf(error)}); ${wanted}.`);
  }
  throw new Usage(`${file} is larger than any counterexample; ${wanted}.`);
};
