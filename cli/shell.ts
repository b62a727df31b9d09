/** Where a verb prints: the terminal, or a string in tests. A verb touches no other part of the process. */
import process from 'node:process';

export interface Shell {
  /** Columns. */
  readonly width: number;
  readonly color: boolean;
  /** Somebody watches: progress may move. */
  readonly live: boolean;
  /** Results, to standard output. */
  readonly out: (text: string) => void;
  /** Everything else, to standard error. */
  readonly note: (text: string) => void;
}

const USUAL_WIDTH = 80;
const NARROWEST = 40;
const WIDEST = 240;

/** @param wanted false after `--no-color` */
export const terminalShell = (wanted: boolean): Shell => {
  const { stdout, stderr, env } = process;
  return {
    width: widthOf(stdout.columns, env['COLUMNS']),
    color: wanted && wantsColor(stdout.isTTY, env),
    live: stderr.isTTY && env['TERM'] !== 'dumb' && !env['CI'],
    out: (text) => void stdout.write(text),
    note: (text) => void stderr.write(text),
  };
};

const widthOf = (columns: number | undefined, variable: string | undefined): number => {
  const number = columns || Number(variable) || USUAL_WIDTH;
  return Math.floor(Math.max(NARROWEST, Math.min(WIDEST, number)));
};

/** @see https://no-color.org and https://force-color.org */
const wantsColor = (terminal: boolean, env: NodeJS.ProcessEnv): boolean => {
  if (env['NO_COLOR']) return false;
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  return terminal && env['TERM'] !== 'dumb';
};

/** `| head` closes the pipe while there is more to say: nobody reads it, so that is no error. */
export const endQuietlyOnBrokenPipe = (): void => {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit();
    });
  }
};
