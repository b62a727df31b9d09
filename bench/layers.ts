/** The layered kernel: round trips of system calls that go through all of its layers. */
import { runWorkload } from '../hardware/run.ts';
import { layered } from '../kernels/layered/index.ts';
import type { Operation } from '../spec/workload.ts';
import { endless } from './machine.ts';
import { cpuSeconds, type Line, median } from './report.ts';

const ROUNDS = 5;
const STEPS = 1_000_000;

const YIELD: Operation = { op: 'call', call: 'yield', args: [] };
const REFUSED: Operation = { op: 'call', call: 'map', args: [1, 6] };

/** Half of the steps are calls, the others jumps back. */
const callsPerSecond = (call: Operation, tasks: number): number => {
  const workload = endless([{ op: 'set', rd: 't0', value: 1 }, call], STEPS, tasks);
  const run = (): number =>
    STEPS / 2 / cpuSeconds(() => runWorkload(layered, workload, { observe: false }));
  return median(Array.from({ length: ROUNDS }, run));
};

export const layerLines = (): Line[] => [
  {
    what: 'system calls down to layer 1 (yield)',
    figure: callsPerSecond(YIELD, 1),
    unit: '/s',
    target: 500e3,
  },
  {
    what: '…with switch of task and tables',
    figure: callsPerSecond(YIELD, 2),
    unit: '/s',
    target: 500e3,
  },
  {
    what: '…refused at layer 2 (map)',
    figure: callsPerSecond(REFUSED, 1),
    unit: '/s',
    target: 500e3,
  },
];
