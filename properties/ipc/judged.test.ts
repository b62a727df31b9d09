/** Kernels with messages, judged by the model: every call, in whatever order it takes effect. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Kernel } from '../../hardware/contract.ts';
import { runWorkload } from '../../hardware/run.ts';
import { TaskWord } from '../../kernels/core/layout.ts';
import { get } from '../../kernels/core/tables.ts';
import { buildHybrid } from '../../kernels/hybrid/index.ts';
import { buildIpc, claimingIpc, withIpc } from '../../kernels/ipc/index.ts';
import type { IpcRoutines } from '../../kernels/ipc/kernel.ts';
import { buildMicrokernel } from '../../kernels/microkernel/index.ts';
import { buildMonolithic } from '../../kernels/monolithic/index.ts';
import { A0 } from '../../spec/riscv.ts';
import { TRANSITION_NAMES, type Transition } from '../../spec/transitions.ts';
import type { Workload } from '../../spec/workload.ts';
import { ipcWorkloadArbitrary } from '../arbitraries/ipc/workload.ts';
import { judged } from './judged.ts';

/** The partner takes its turn. */
const handOver: IpcRoutines['handOver'] = (ipc, _, task) =>
  ipc.routines.wake(ipc, task, get(ipc.k, task, TaskWord.context + A0));

const logOf = (kernel: Kernel, workload: Workload): string =>
  runWorkload(kernel, workload).words.join();

/** More of them: IPC_RUNS=15000. */
const RUNS = Number(process.env['IPC_RUNS'] ?? 200);
const parameters = { numRuns: RUNS, seed: 1 };

const KERNELS: readonly Kernel[] = [
  buildIpc(),
  claimingIpc(buildMonolithic(withIpc())),
  claimingIpc(buildHybrid(withIpc())),
  claimingIpc(buildMicrokernel(withIpc())),
  buildIpc({ name: 'messages without the fast path', ipc: { handOver } }),
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
      fc.property(ipcWorkloadArbitrary(), (workload) => {
        expect(judged(kernel, workload).violation).toBeUndefined();
      }),
      parameters,
    );
  });
});

test('the fast path is the slow path, but faster', () => {
  const fast = buildIpc();
  const slow = buildIpc({ ipc: { handOver } });
  fc.assert(
    fc.property(ipcWorkloadArbitrary(), (workload) => {
      const single = { ...workload, harts: 1, schedule: [], interrupts: [] };
      expect(logOf(fast, single)).toBe(logOf(slow, single));
    }),
    { ...parameters, numRuns: 100 },
  );
});

test('the workloads exercise what messages can do', () => {
  const [kernel] = KERNELS;
  if (!kernel) throw new Error('there is no kernel');
  const counts = new Map<string, number>();
  for (const workload of fc.sample(ipcWorkloadArbitrary(), parameters)) {
    for (const [index, times] of judged(kernel, workload).taken.entries()) {
      const name = TRANSITION_NAMES[index] ?? '';
      counts.set(name, (counts.get(name) ?? 0) + times);
    }
  }
  expect(EXERCISED.filter((name) => !counts.get(name))).toEqual([]);
});
