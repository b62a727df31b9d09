/**
 * Mistakes of a microkernel with its services: what a process is given, whose message is whose, and where data goes.
 * The right way: kernels/link/process.
 */

import { TaskWord } from '../../kernels/core/layout.ts';
import { routines } from '../../kernels/core/routines.ts';
import { get } from '../../kernels/core/tables.ts';
import { MessageWord, Role } from '../../kernels/ipc/layout.ts';
import { ipcRoutines } from '../../kernels/ipc/routines.ts';
import type { Link, Linked, Process } from '../../kernels/link/linkage.ts';
import { DEVICE_PAGE } from '../../kernels/link/process/layout.ts';
import { processRoutines } from '../../kernels/link/process/routines.ts';
import { buildMicrokernel } from '../../kernels/microkernel/index.ts';
import { Device, deviceFrame } from '../../spec/devices.ts';
import { SERVICE_TID } from '../../spec/layout.ts';
import { Mode, Pte, pte } from '../../spec/riscv.ts';
import { withFreshBuffer } from '../variants/linked.ts';
import { type Mutant, mutant } from './mutant.ts';

const { V, R, W, U } = Pte;

const tableOf = ({ k }: Link, { leaf }: Linked): Uint32Array => k.machine.frame(leaf);

/** Calls the reference's routine, then does more. */
const afterLayOut = (
  more: (link: Link, linked: Linked, process: Process) => void,
): Pick<typeof processRoutines, 'layOut'> => ({
  layOut: (link, linked, process) => {
    processRoutines.layOut(link, linked, process);
    more(link, linked, process);
  },
});

export const privilege: readonly Mutant[] = [
  mutant({
    of: buildMicrokernel,
    replace: {
      restoreContext: (k, hart, task) => {
        routines.restoreContext(k, hart, task);
        if (get(k, task, TaskWord.tid) >= SERVICE_TID) hart.spp = Mode.S;
      },
    },
    id: 'services-privileged',
    description: 'Services keep supervisor mode when the kernel goes to them.',
    killedBy: 'privilege/services-in-user-mode',
    longestStory: 4,
  }),
  mutant({
    of: buildMicrokernel,
    replace: {
      processes: afterLayOut((link, linked) => {
        tableOf(link, linked)[DEVICE_PAGE + Device.disk] = pte(
          deviceFrame(Device.disk),
          V | R | W | U,
        );
      }),
    },
    id: 'disk-for-everyone',
    description: 'Every service has the registers of the disk mapped, not only its driver.',
    killedBy: 'privilege/service-reach',
    longestStory: 4,
  }),
  mutant({
    of: buildMicrokernel,
    replace: {
      processes: afterLayOut((link, linked, process) => {
        tableOf(link, linked)[512] = pte(process.root, V | R | W | U);
      }),
    },
    id: 'own-tables-writable',
    description: 'A service finds its own root table among its pages, and can map what it likes.',
    killedBy: 'privilege/service-reach',
    longestStory: 4,
  }),
  mutant({
    of: buildMicrokernel,
    replace: {
      processes: afterLayOut((link, linked) => {
        const [pager] = link.services.filter(({ service }) => service.name === 'memory');
        const frame = pager?.segment[0] ?? 0;
        if (linked !== pager) tableOf(link, linked)[512] = pte(frame, V | R | W | U);
      }),
    },
    id: 'pager-shared',
    description: 'The pager’s page is mapped in every service, so that asking it costs no message.',
    killedBy: 'privilege/service-reach',
    longestStory: 6,
  }),
  mutant({
    of: buildMicrokernel,
    replace: {
      ipc: {
        quit: (ipc, task) => {
          if (get(ipc.k, task, MessageWord.role) !== Role.calls) ipcRoutines.quit(ipc, task);
        },
      },
    },
    id: 'message-delivered-twice',
    description:
      'A message stays where it was when the receiver has got it, so it is received again.',
    killedBy: 'files/results',
    bug: 'seL4 d5133b860: an inactive thread stayed in an endpoint’s queue.',
    longestStory: 6,
  }),
  mutant({
    of: buildMicrokernel,
    replace: {
      processes: {
        copyAcross: (link, source, from, target, to, bytes) => {
          const loose = {
            ...target,
            reach: (va: number, count: number) => target.reach(va, count, Pte.R),
          };
          return processRoutines.copyAcross(link, source, from, loose, to, bytes);
        },
      },
    },
    id: 'copy-into-read-only',
    description:
      'Where a service copies to, the kernel checks that the client may read, not that it may write.',
    killedBy: 'files/results',
    longestStory: 6,
  }),
  mutant({
    of: buildMicrokernel,
    replace: { processes: { confineDevices: () => {} } },
    id: 'iommu-left-off',
    description:
      'The IOMMU is never turned on: the driver’s addresses are taken for physical ones.',
    killedBy: 'privilege/dma-within-domain',
    longestStory: 4,
  }),
  mutant({
    of: buildMicrokernel,
    replace: {
      processes: {
        layOut: withFreshBuffer,
        confineDevices: (link, linked, process) => {
          if (process.crashes === 0) processRoutines.confineDevices(link, linked, process);
        },
      },
    },
    id: 'device-tlb-not-flushed',
    description:
      'When a driver has got another frame the processors forget the old one, and the IOMMU does not.',
    killedBy: 'privilege/dma-within-domain',
    bug: 'seL4 935714a4c: the processor’s TLB was flushed, that of the device was not',
    longestStory: 8,
  }),
  mutant({
    of: buildMicrokernel,
    replace: {
      processes: {
        answered: (link, linked, result, hart) => {
          processRoutines.answered(link, linked, result & 0xff, hart);
        },
      },
    },
    id: 'answer-cut-off',
    description: 'Of an answer only the lowest byte reaches the client.',
    killedBy: 'files/results',
    longestStory: 4,
  }),
  mutant({
    of: buildMicrokernel,
    replace: {
      ipc: { breakOff: () => {} },
    },
    id: 'crash-untold',
    description: 'Who waits for the answer of a service that has crashed is not told.',
    killedBy: 'faults/stay-in-the-service',
    longestStory: 6,
  }),
  mutant({
    of: buildMicrokernel,
    replace: {
      processes: {
        crashed: (_, { service }) => {
          throw new Error(`${service.name} has crashed`);
        },
      },
    },
    id: 'crash-is-panic',
    description: 'The kernel stops when a service has crashed.',
    killedBy: 'faults/stay-in-the-service',
    longestStory: 6,
  }),
];
