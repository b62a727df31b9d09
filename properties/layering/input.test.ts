/** The operator's line on its way up: the call that waits for it keeps to the rules of layering. */
import { expect, test } from 'vitest';
import { runWorkload } from '../../hardware/run.ts';
import { workloadOf } from '../../hardware/testing.ts';
import { resultsOf } from '../../kernels/core/testing.ts';
import { layered } from '../../kernels/layered/index.ts';
import { INPUT_CALL } from '../../spec/calls/terminal.ts';
import { Pte } from '../../spec/riscv.ts';
import type { Operation } from '../../spec/workload.ts';
import { judgeLayers } from '../checker/judge-run.ts';

const PAGE = 0x3000;
const READER: readonly Operation[] = [
  { op: 'call', call: 'map', args: [PAGE, Pte.R | Pte.W] },
  { op: 'call', call: INPUT_CALL, args: [PAGE, 100] },
  { op: 'call', call: INPUT_CALL, args: [PAGE, 100] },
  { op: 'call', call: 'exit', args: [0] },
];

test('waiting for a line, and storing it at the caller’s, breaks no rule of layering', () => {
  const input = [
    { after: 200, text: 'abc\n' },
    { after: 700, text: 'defg\nh\n' },
    { after: 1200, text: 'i\n' },
  ];
  const workload = workloadOf([], {
    programs: [{ bodies: [READER] }, { bodies: [READER] }],
    start: [0, 1],
    harts: 2,
    frames: 64,
    steps: 3000,
    devices: { diskLatency: 1, networkLatency: 1, input },
  });
  const run = runWorkload(layered, workload);
  const given = [1, 2].flatMap((tid) => resultsOf(run, tid).slice(1));
  expect(given.sort((a, b) => a - b)).toEqual([2, 2, 4, 5]);
  expect(judgeLayers(run, workload, layered)?.violation).toBeUndefined();
});
