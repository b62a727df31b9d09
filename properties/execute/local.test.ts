import { expect, it } from 'vitest';
import { defineKernel } from '../../hardware/contract.ts';
import { workload } from './fixtures/kernel-file.ts';
import { endingOf } from './fixtures/observe.ts';
import { localExecutor } from './local.ts';

const kernel = defineKernel({
  name: 'idle',
  architecture: 'monolithic',
  implements: ['tasks'],
  fairness: 3,
  boot: (machine) => (hart) => {
    if (hart.sscratch === 1) for (;;) machine.frame(1);
    hart.idle();
  },
});

it('a shipped kernel says what it claims, and has no file', () => {
  expect(localExecutor(kernel).facts).toEqual({
    name: 'idle',
    architecture: 'monolithic',
    implements: ['tasks'],
    fairness: 3,
  });
});

it('it runs on this thread, with the same result each time', async () => {
  const executor = localExecutor(kernel);
  const { words, length } = await executor.run(workload);
  const first = [...words.subarray(0, length)];
  const kept = await executor.runKept(workload);
  expect([...kept.words.subarray(0, kept.length)]).toEqual(first);
  const indices: number[] = [];
  await executor.runAll([workload, workload], (log, index) => {
    indices.push(index);
    expect(endingOf(log).end).toBe('quiescent');
  });
  expect(indices).toEqual([0, 1]);
  expect((await executor.trace(workload)).notes.length).toBeGreaterThan(0);
  expect(executor.output).toBe('');
  await executor.close();
});
