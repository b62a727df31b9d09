/** Other ways to link services: where they are, how messages pass, when processes start, and how they are watched. */

import type { Kernel } from '../../hardware/contract.ts';
import type { State } from '../../kernels/core/kernel.ts';
import { Control, type Task, TaskWord } from '../../kernels/core/layout.ts';
import { routines } from '../../kernels/core/routines.ts';
import { wakeHart } from '../../kernels/core/schedule.ts';
import { get, set } from '../../kernels/core/tables.ts';
import { buildHybrid } from '../../kernels/hybrid/index.ts';
import { buildIpc } from '../../kernels/ipc/index.ts';
import { everyService } from '../../kernels/link/build.ts';
import { linkKernel } from '../../kernels/link/index.ts';
import type { Link, ProcessRoutines } from '../../kernels/link/linkage.ts';
import { processRoutines } from '../../kernels/link/process/routines.ts';
import { buildMicrokernel } from '../../kernels/microkernel/index.ts';
import { buildMonolithic } from '../../kernels/monolithic/index.ts';
import { SERVICE_TID } from '../../spec/layout.ts';
import { A0, type Frame } from '../../spec/riscv.ts';
import type { Variant } from './variant.ts';

const variant = (id: string, description: string, build: (name: string) => Kernel): Variant => ({
  id,
  description,
  kernel: build(`variant:${id}`),
});

/** Services go to the head of the queue, everybody else to its end. */
const servicesFirst = (k: State, task: Task): void => {
  const head = k.control[Control.queueHead] ?? 0;
  if (get(k, task, TaskWord.tid) < SERVICE_TID || head === 0) {
    routines.enqueue(k, task);
    return;
  }
  set(k, task, TaskWord.next, head);
  k.control[Control.queueHead] = task;
  wakeHart(k);
};

/** By boot and driver: the frame that it does not use. */
const spareFrames = new WeakMap<Link, Map<number, Frame>>();

/** A driver that starts again gets another frame as its first page, if there is one; the old one rests until next time. */
export const withFreshBuffer: ProcessRoutines['layOut'] = (link, linked, process) => {
  const spares = spareFrames.get(link) ?? new Map<number, Frame>();
  spareFrames.set(link, spares);
  const drives = linked.service.devices.length > 0 && process.crashes > 0;
  const spare = spares.get(linked.index) ?? 0;
  const fresh = drives && spare === 0 ? link.k.routines.allocateFrame(link.k) : spare;
  const [old] = linked.segment;
  if (old !== undefined && fresh !== 0) {
    link.k.routines.zeroFrame(link.k, fresh);
    linked.segment[0] = fresh;
    spares.set(linked.index, old);
  }
  processRoutines.layOut(link, linked, process);
};

export const variants: readonly Variant[] = [
  variant(
    'no-fast-path',
    'A caller and its partner never hand the hart over: both go through the queue.',
    (name) =>
      buildIpc({
        name,
        ipc: {
          handOver: (ipc, _, task) =>
            ipc.routines.wake(ipc, task, get(ipc.k, task, TaskWord.context + A0)),
        },
      }),
  ),
  variant(
    'services-first',
    'A service that is ready runs before any task; no fairness is claimed.',
    (name) => buildMicrokernel({ name, fairness: false, enqueue: servicesFirst }),
  ),
  variant('long-slices', 'Tasks and services lose their hart after 75 instructions.', (name) =>
    buildMicrokernel({ name, slice: () => 75 }),
  ),
  variant(
    'restarted-later',
    'A service that has crashed refuses one request more than in the reference kernel before it starts again.',
    (name) =>
      buildMicrokernel({
        name,
        processes: {
          crashed: (link, linked, process) => {
            processRoutines.crashed(link, linked, process);
            process.refusals += 1;
          },
        },
      }),
  ),
  variant(
    'fresh-buffers',
    'A driver that starts again gets another frame for its buffer, in turns.',
    (name) => buildMicrokernel({ name, processes: { layOut: withFreshBuffer } }),
  ),
  variant(
    'slow-requests',
    'Every request to a service is made by a thread of the kernel, never on the fast path.',
    (name) => buildMicrokernel({ name, processes: { callAtOnce: () => false } }),
  ),
  variant(
    'copied-in-pieces',
    'What passes between a service and its client is copied in pieces of 16 bytes.',
    (name) =>
      buildMicrokernel({
        name,
        processes: {
          copyAcross: (link, source, from, target, to, bytes) => {
            for (let at = 0; at < bytes; at += 16) {
              const piece = Math.min(16, bytes - at);
              const result = processRoutines.copyAcross(
                link,
                source,
                from + at,
                target,
                to + at,
                piece,
              );
              if (result !== 0) return result;
            }
            return 0;
          },
        },
      }),
  ),
  variant('short-slices', 'Tasks and services lose their hart after 7 instructions.', (name) =>
    buildHybrid({ name, slice: () => 7 }),
  ),
  variant(
    'driver-outside',
    'Only the driver of the disk is a process; its file system asks it from inside the kernel.',
    (name) => linkKernel({ name, placement: { ...everyService('kernel'), disk: 'user' } }),
  ),
  variant(
    'pager-outside',
    'Only the pager is a process: each first touch of a page is a message.',
    (name) => linkKernel({ name, placement: { ...everyService('kernel'), memory: 'user' } }),
  ),
  variant(
    'own-console',
    'The kernel sends bytes to the console itself, without its service.',
    (name) => buildMonolithic({ name, sendBytes: routines.sendBytes }),
  ),
];
