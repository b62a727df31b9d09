/** A shell for tests: what a verb prints, as text. */
import type { Shell } from './shell.ts';

export interface RecordedShell extends Shell {
  /** What went to standard output and to standard error. */
  readonly printed: () => string;
  readonly noted: () => string;
}

export const recordedShell = (width = 80): RecordedShell => {
  const out: string[] = [];
  const notes: string[] = [];
  return {
    width,
    color: false,
    live: false,
    out: (text) => void out.push(text),
    note: (text) => void notes.push(text),
    printed: () => out.join(''),
    noted: () => notes.join(''),
  };
};
