/** What is going on, while it goes on: a spinner where somebody watches, a plain line now and then otherwise. */
import { setImmediate } from 'node:timers/promises';
import yoctoSpinner, { type Spinner } from 'yocto-spinner';
import type { Progress } from '../properties/checker/check.ts';
import type { Executor } from '../properties/execute/executor.ts';
import { count, grouped } from '../properties/render/text.ts';
import type { Shell } from './shell.ts';

export interface ProgressView {
  show(text: string): void;
  /** Nothing of it stays on a screen. */
  stop(): void;
}

/** Milliseconds between two pauses for the spinner and for signals, and between two plain lines. */
const BREATH = 80;
const LINE = 3000;

export const progressView = (shell: Shell, quiet = false): ProgressView => {
  if (quiet) return { show: () => {}, stop: () => {} };
  // The spinner is coloured by itself.
  return shell.live && shell.color ? spinning() : plainLines(shell);
};

const spinning = (): ProgressView => {
  let spinner: Spinner | undefined;
  return {
    show: (text) => {
      spinner ??= yoctoSpinner({ text }).start();
      spinner.text = text;
    },
    stop: () => {
      spinner?.stop();
      spinner = undefined;
    },
  };
};

const plainLines = (shell: Shell): ProgressView => {
  let last = performance.now();
  return {
    show: (text) => {
      const now = performance.now();
      if (now - last < LINE) return;
      last = now;
      shell.note(`${text}\n`);
    },
    stop: () => {},
  };
};

/** `checking monolithic: 640 of 2,000 workloads, 1 property broken so far` */
export const progressText = (kernel: string, { phase, done, total, failed }: Progress): string => {
  const broken =
    failed.length === 0 ? '' : `, ${count(failed.length, 'property', 'properties')} broken so far`;
  if (phase === 'minimising') return `${kernel}: looking for the shortest story${broken}`;
  const of = total >= Number.MAX_SAFE_INTEGER ? '' : ` of ${grouped(total)}`;
  return `checking ${kernel}: ${grouped(done)}${of} workloads${broken}`;
};

/** A pause for timers and signals, if the last one was some time ago. */
export const breather = (): (() => Promise<void>) => {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < BREATH) return;
    await setImmediate();
    last = performance.now();
  };
};

/**
 * The executor, with a pause for timers and signals now and then. A kernel that ships runs on this thread: without it
 * no spinner would turn and Ctrl-C would wait for the end of the check.
 */
export const breathing = (executor: Executor): Executor => {
  const breath = breather();
  const after = async <T>(work: Promise<T>): Promise<T> => {
    await breath();
    return work;
  };
  return {
    facts: executor.facts,
    run: (workload) => after(executor.run(workload)),
    runAll: (workloads, each) => after(executor.runAll(workloads, each)),
    runKept: (workload) => after(executor.runKept(workload)),
    trace: (workload) => after(executor.trace(workload)),
    site: (stack) => executor.site(stack),
    get output() {
      return executor.output;
    },
    close: () => executor.close(),
  };
};
