/** The reference kernel: round trips of a system call, alone and with a switch to another address space. */
import { runWorkload } from '../hardware/run.ts';
import { monolithic } from '../kernels/monolithic/index.ts';
import type { Operation } from '../spec/workload.ts';
import { endless } from './machine.ts';
import { cpuSeconds, type Line, median } from './report.ts';

const ROUNDS = 5;
const STEPS = 8_000_000;

/** Half of the steps are calls, the others jumps back. */
const callsPerSecond = (call: Operation, tasks: number): number => {
  const workload = endless([{ op: 'set', rd: 't0', value: 1 }, call], STEPS, tasks);
  return STEPS / 2 / cpuSeconds(() => runWorkload(monolithic, workload, { observe: false }));
};

const rounds = (call: Operation, tasks: number): number =>
  median(Array.from({ length: ROUNDS }, () => callsPerSecond(call, tasks)));

export const kernelLines = (): Line[] => [
  {
    what: 'system calls (refused map)',
    figure: rounds({ op: 'call', call: 'map', args: [1, 6] }, 1),
    unit: '/s',
    target: 10e6,
  },
  {
    what: '…with switch of task and tables (yield)',
    figure: rounds({ op: 'call', call: 'yield', args: [] }, 2),
    unit: '/s',
    target: 4e6,
  },
];
