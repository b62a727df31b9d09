/** What the tests of this kernel share: results of calls read from the log, and the kernel's state after a run. */

import { type Run, type RunOptions, runWorkload } from '../../hardware/run.ts';
import { rowsOf } from '../../hardware/testing.ts';
import type { CallName } from '../../spec/abi.ts';
import { A0, Cause, type Tid } from '../../spec/riscv.ts';
import type { Argument, Operation, Workload } from '../../spec/workload.ts';
import { buildCore, type CoreBuild } from './build.ts';
import type { State } from './kernel.ts';
import { routines } from './routines.ts';

export const call = (name: CallName | number, ...args: Argument[]): Operation => ({
  op: 'call',
  call: name,
  args,
});

/** First word of the registers behind a return record. */
const REGISTERS = 5;

/** What the calls of a task returned, in order; errors are negative. */
export const resultsOf = (run: Pick<Run, 'words' | 'length'>, tid: Tid): readonly number[] => {
  const results: number[] = [];
  let calling = false;
  for (const row of rowsOf(run)) {
    if (row.tid !== tid || row.mode !== 0) continue;
    if (row.kind === 'trap') calling ||= row.payload[0] === Cause.userEcall;
    if (row.kind !== 'return' || !calling) continue;
    results.push((row.payload[REGISTERS + A0] ?? 0) | 0);
    calling = false;
  }
  return results;
};

/** Causes of the traps that user mode took, in order. */
export const causesOf = (run: Run, tid: Tid): readonly number[] =>
  rowsOf(run)
    .filter((row) => row.kind === 'trap' && row.tid === tid && row.mode === 0)
    .map(({ payload }) => payload[0] ?? 0);

/** Everything that was written to the console. */
export const consoleOf = (run: Run): readonly number[] =>
  rowsOf(run)
    .filter(({ kind }) => kind === 'console')
    .flatMap(({ payload: [count = 0, ...words] }) =>
      Array.from({ length: count }, (_, i) => ((words[i >>> 2] ?? 0) >>> ((i & 3) * 8)) & 0xff),
    );

/** A run, and the kernel's state when it was over. */
export const runKernel = (
  workload: Workload,
  replace: CoreBuild = {},
  options: RunOptions = {},
): { readonly run: Run; readonly k: State } => {
  const states: State[] = [];
  const kernel = buildCore({
    ...replace,
    kernelRoot: (state) => {
      states.push(state);
      return (replace.kernelRoot ?? routines.kernelRoot)(state);
    },
  });
  const run = runWorkload(kernel, workload, options);
  const [k] = states;
  if (!k) throw new Error(`the kernel did not boot: ${run.messages.join(' ')}`);
  return { run, k };
};
