/**
 * What the outside says of a kernel that went too far: sentences, and the halt records that carry them into the log.
 * They are written here, not in the worker, whose word counts for nothing.
 */
import type { HaltReason, RunLog } from '../../spec/records.ts';
import { noDefaultExport } from './bad-input.ts';
import { appendHalt, HALT_WORDS } from './halts.ts';
import type { Phase } from './mailbox.ts';
import type { Limits, LoadReport, StopReason } from './protocol.ts';
import { type Tell, tellMessage } from './sites.ts';

export interface Halt {
  readonly reason: HaltReason;
  readonly message: string;
}

const MEGABYTE = 1 << 20;
const seconds = (milliseconds: number): string => `${milliseconds / 1000} s`;

/** `the trap handler of first.ts`. */
const place = (phase: Phase, file: string): string =>
  phase === 'boot' ? `boot of ${file}` : `the ${phase} of ${file}`;

/** What a stopped run did, as a clause without a full stop. */
const conduct = (reason: StopReason, phase: Phase, file: string, limits: Limits): string => {
  const where = place(phase, file);
  switch (reason) {
    case 'time':
      return `${where} was stopped after ${seconds(limits.time)}: it loops without end`;
    case 'memory':
      return `${where} was stopped when it had taken ${limits.memory / MEGABYTE} MiB: it allocates without end`;
    case 'crash':
      return `${where} ended the thread that it ran in: it has used up its memory`;
  }
};

export const stoppedHalt = (
  reason: StopReason,
  phase: Phase,
  file: string,
  limits: Limits,
): Halt => ({
  reason:
    reason === 'time' ? 'out-of-fuel' : phase === 'trap handler' ? 'handler-threw' : 'boot-failed',
  message: conduct(reason, phase, file, limits),
});

export const diedHalt = (died: string, file: string): Halt => ({
  reason: 'handler-threw',
  message: `${file} ended the process that it ran in (${died}): it has probably used up its memory`,
});

/** The log so far with the halt behind it; a copy. */
export const halted = (log: RunLog | undefined, { reason, message }: Halt): RunLog => {
  const words = new Uint32Array((log?.length ?? 0) + HALT_WORDS);
  if (log) words.set(log.words.subarray(0, log.length));
  const messages = [...(log?.messages ?? []), message];
  const length = appendHalt(words, log?.length ?? 0, reason, messages.length - 1);
  return { words, length, messages };
};

/** How a forbidden call is told. `text` is its name, then the stack. */
export const forbiddenText = (text: string, tell: Tell): string => {
  const told = tellMessage(text, tell);
  return /^(new )?Promise\b/.test(told)
    ? `uses a promise, ${told}: a kernel runs to its end at once, so use no async, await or Promise; a handler that must wait is a generator`
    : `calls ${told}: a kernel has no host, only the machine`;
};

/** Why a file cannot be checked. */
export const loadProblem = (
  report: Exclude<LoadReport, { kind: 'kernel' }>,
  file: string,
  tell: Tell,
): string => {
  switch (report.kind) {
    case 'not a kernel':
      return `${file}: the default export is not a kernel: ${report.problems.join('; ')}.`;
    case 'no default':
      return noDefaultExport(file, report.named);
    case 'threw':
      return threwProblem(tellMessage(report.message, tell), file);
    case 'forbidden':
      return `${file} cannot be loaded: its top level ${forbiddenText(`${report.call}\n${report.stack}`, tell)}.`;
  }
};

/** What cannot be linked, of services or of layers, says itself what is to be done. */
const threwProblem = (message: string, file: string): string => {
  const [, problem] = /^(?:Link|Layer)Error: (.*)$/su.exec(message) ?? [];
  return problem === undefined
    ? `${file} throws while it is loaded: ${message}. Nothing at the top of the file may throw; do the work in boot.`
    : `${file} cannot be linked: ${problem}.`;
};

/** The same for a file whose top level had to be stopped. */
export const stoppedProblem = (reason: StopReason, file: string, limits: Limits): string =>
  `${file} cannot be loaded: ${conduct(reason, 'top level', file, limits)}. Do the work in boot.`;
