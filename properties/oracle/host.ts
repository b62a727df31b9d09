/** The host's own file system: a Python script that does sequences of calls in a temporary directory (Linux). */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A call as the host can do it: numbers, and hexadecimal for paths and bytes. */
export interface HostCall {
  readonly call: string;
  readonly [argument: string]: number | string;
}

/** The result and the bytes that it stored, in hexadecimal; `null`: it means something else on every system. */
export type HostAnswer = readonly [result: number, stored: string] | null;

const SCRIPT = fileURLToPath(new URL('host.py', import.meta.url));
const LARGEST = 1 << 28;

/** Why there is nothing to compare with; `undefined`: there is. */
export const missingHost = (platform: string, python = 'python3'): string | undefined => {
  if (platform !== 'linux') return `the host is ${platform}, and files are those of Linux`;
  const { status } = spawnSync(python, ['-c', 'import resource']);
  return status === 0 ? undefined : `there is no ${python} to ask the host with`;
};

/** @throws {Error} if the script fails */
export const askHost = (
  sequences: readonly (readonly HostCall[])[],
): readonly (readonly HostAnswer[])[] => {
  const { status, stdout, stderr } = spawnSync('python3', [SCRIPT], {
    input: JSON.stringify(sequences),
    encoding: 'utf8',
    maxBuffer: LARGEST,
  });
  if (status !== 0) throw new Error(`the host did not answer: ${stderr}`);
  return JSON.parse(stdout) as readonly (readonly HostAnswer[])[];
};
