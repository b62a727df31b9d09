/**
 * `kernelcheck run`: a session with the shell on a simulated machine under a kernel. A person types at a terminal; else the
 * lines come from a pipe or a file, and are shown where they are typed.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { Conversation, type Dialogue, transcriptOf } from '../../kernels/shell/dialogue.ts';
import { Session } from '../../kernels/shell/session.ts';
import { shippedKernel } from '../../properties/checker/catalogue.ts';
import { ExitCode } from '../exit-codes.ts';
import type { Shell } from '../shell.ts';
import { Usage } from '../usage.ts';

export interface RunFlags {
  readonly script?: string;
  readonly seed?: number;
  readonly trace?: boolean;
}

export const runVerb = async (shell: Shell, name: string, flags: RunFlags): Promise<ExitCode> => {
  const session = new Session(shippedKernel(name), flags.seed);
  const how = { trace: flags.trace === true, width: shell.width };
  if (flags.script !== undefined) shell.out(transcriptOf(session, linesOf(flags.script), how));
  else await converse(session, { ...how, out: shell.out, echoes: process.stdin.isTTY });
  return session.state === 'halted' ? ExitCode.failed : ExitCode.passed;
};

const linesOf = (path: string): readonly string[] => {
  try {
    return readFileSync(path, 'utf8').replace(/\n$/, '').split(/\r?\n/);
  } catch (error) {
    const { code = 'an error' } = error as NodeJS.ErrnoException;
    throw new Usage(`--script: ${JSON.stringify(path)} cannot be read (${code}).`);
  }
};

/** Rest while programs run and nobody types, in milliseconds. */
const REST = 5;

/** The terminal itself edits lines and shows what is typed. */
const converse = async (session: Session, how: Omit<Dialogue, 'nextLine'>): Promise<void> => {
  const typed: string[] = [];
  let ended = false;
  const input = createInterface({ input: process.stdin, terminal: false });
  input.on('line', (line) => typed.push(line));
  input.on('close', () => {
    ended = true;
  });
  const nextLine = (): string | undefined | null => typed.shift() ?? (ended ? null : undefined);
  const conversation = new Conversation(session, { ...how, nextLine });
  for (let next = conversation.step(); next !== 'end'; next = conversation.step()) {
    if (next === 'go on') await pause(session.state === 'waiting' ? REST : 0);
    else if (typed.length === 0 && !ended) {
      await Promise.race([once(input, 'line'), once(input, 'close')]);
    }
  }
  input.close();
  process.stdin.pause();
};
