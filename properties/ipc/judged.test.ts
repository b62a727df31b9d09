/** Kernels with messages, judged by the model: every call, in whatever order it takes effect. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Kernel } from '../../hardware/contract.ts';
import { runWorkload } from '../../hardware/run.ts';
import { buildIpc, claimingIpc, withIpc } from '../../kernels/ipc/index.ts';
import { buildMicrokernel } from '../../kernels/microkernel/index.ts';
import { buildMonolithic } from '../../kernels/monolithic/index.ts';
import { TRANSITION_NAMES, type Transition } from '../../spec/transitions.ts';
import type { Workload } from '../../spec/workload.ts';
import { judgeRun } from '../checker/judge-run.ts';
import { ipcWorkloadArbitrary } from './workload.ts';

const judged = (kernel: Kernel, workload: Workload) =>
  judgeRun(runWorkload(kernel, workload), workload, kernel);

const RUNS = Number(process.env['IPC_RUNS'] ?? 300);
const parameters = { numRuns: RUNS, seed: 1 };

const KERNELS: readonly Kernel[] = [
  buildIpc(),
  claimingIpc(buildMonolithic(withIpc())),
  claimingIpc(buildMicrokernel(withIpc())),
];

/** What the workloads must have done for a pass to mean something. */
const EXERCISED: readonly Transition[] = [
  'rendezvousReceiverFirst',
  'rendezvousSenderFirst',
  'sendersQueued',
  'callReplied',
  'replyDropped',
  'replyRefused',
  'peerDied',
  'callerDied',
  'revokedInUse',
  'notificationsMerged',
  'badgeSeen',
];

describe.each(KERNELS)('messages of the kernel $name', (kernel) => {
  test('are as the model allows, for every workload', () => {
    fc.assert(
      fc.property(ipcWorkloadArbitrary, (workload) => {
        expect(judged(kernel, workload).violation).toBeUndefined();
      }),
      parameters,
    );
  });
});

test('the workloads exercise what messages can do', () => {
  const [kernel] = KERNELS;
  if (!kernel) throw new Error('there is no kernel');
  const counts = new Map<string, number>();
  for (const workload of fc.sample(ipcWorkloadArbitrary, parameters)) {
    for (const [index, times] of judged(kernel, workload).taken.entries()) {
      const name = TRANSITION_NAMES[index] ?? '';
      counts.set(name, (counts.get(name) ?? 0) + times);
    }
  }
  if (process.env['IPC_COUNTS'])
    console.log(
      [...counts]
        .filter(([, n]) => n > 0)
        .map(String)
        .join('\n'),
    );
  expect(EXERCISED.filter((name) => !counts.get(name))).toEqual([]);
});
