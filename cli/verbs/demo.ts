/**
 * `kernelcheck demo`, which `npm start` runs: the reference kernel, which passes, and a first kernel with a mistake as a
 * student would hand it in, with its story. It shows what there is to see and always ends well.
 */
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import process from 'node:process';
import { renderOutcome, renderStories } from '../../properties/render/terminal.ts';
import { ExitCode } from '../exit-codes.ts';
import type { Shell } from '../shell.ts';
import { type CheckFlags, checked, savedReport } from './check.ts';

/** A fixed seed: the same story each time. */
export const DEMO_SEED = 3;

export const demoVerb = async (
  shell: Shell,
  { seed = DEMO_SEED, workloads }: Pick<CheckFlags, 'seed' | 'workloads'>,
): Promise<ExitCode> => {
  const mistake = exampleFile('first-kernel-mistake.ts');
  const flags = { seed, ...(workloads !== undefined && { workloads }) };
  const about = (title: string): string => `${title}\n`;
  shell.out(about('1  monolithic: the reference kernel that ships with kernelcheck'));
  shell.out(renderOutcome(await checked(shell, 'monolithic', flags), shell));
  shell.out(about(`\n2  ${mistake}: a student’s first kernel, with a mistake easily made`));
  const first = await savedReport(shell, await checked(shell, mistake, flags));
  shell.out(
    `${renderOutcome(first, shell)}\n${renderStories(first, shell)}\n${nextSteps(mistake, seed)}`,
  );
  return ExitCode.passed;
};

/** Path of an example, from where the user is. */
const exampleFile = (name: string): string => {
  const root = dirname(createRequire(import.meta.url).resolve('kernelcheck/package.json'));
  return relative(process.cwd(), join(root, 'examples', name));
};

const nextSteps = (mistake: string, seed: number): string => `Next
  all its properties    npx kernelcheck check ${mistake} --seed ${seed}
  what there is         npx kernelcheck list
  the system calls      npx kernelcheck list --calls
  a kernel of your own  cp ${mistake.replace('-mistake', '')} my-kernel.ts
                        npx kernelcheck check my-kernel.ts
`;
