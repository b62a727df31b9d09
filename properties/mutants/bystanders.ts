/**
 * Kernels whose every run is allowed, and that let a fault of a service reach those who do not use it: what the call table
 * leaves to the kernel depends on whether some service has crashed. Only two runs show it.
 */
import type { State } from '../../kernels/core/kernel.ts';
import type { Task } from '../../kernels/core/layout.ts';
import { get, set } from '../../kernels/core/tables.ts';
import { MessageWord } from '../../kernels/ipc/layout.ts';
import { ipcRoutines } from '../../kernels/ipc/routines.ts';
import type { Link } from '../../kernels/link/linkage.ts';
import { doorOf } from '../../kernels/link/process/doors.ts';
import { processRoutines } from '../../kernels/link/process/routines.ts';
import { buildMicrokernel } from '../../kernels/microkernel/index.ts';
import { type Mutant, mutant } from './mutant.ts';

/** Boots in which a service has crashed. */
const crashedIn = new WeakMap<State, Link>();

/** Of the bytes that the console is asked to send, half. */
const shorten = (k: State, sender: Task): void => {
  const link = crashedIn.get(k);
  const terminal = link?.byName.get('console');
  const writes = get(k, sender, MessageWord.first) === 0;
  if (!link || !terminal || sender !== doorOf(link, terminal) || !writes) return;
  set(k, sender, MessageWord.third, Math.ceil(get(k, sender, MessageWord.third) / 2));
};

export const bystanders: readonly Mutant[] = [
  mutant({
    of: buildMicrokernel,
    replace: {
      processes: {
        crashed: (link, linked, process) => {
          crashedIn.set(link.k, link);
          processRoutines.crashed(link, linked, process);
        },
      },
      ipc: {
        deliver: (ipc, sender, receiver) => {
          shorten(ipc.k, sender);
          ipcRoutines.deliver(ipc, sender, receiver);
        },
      },
    },
    id: 'short-write-after-crash',
    description:
      'Once a service has crashed the console is asked to send half as much at once, whoever writes.',
    killedBy: 'faults/bystanders-see-the-same',
    longestStory: 8,
  }),
];
