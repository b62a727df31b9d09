/** Mistakes with datagrams: whose port it is, and which datagram is next. The right way: kernels/services/network.ts. */
import type { Client } from '../../kernels/services/contract.ts';
import {
  buildNetwork,
  type NetworkRoutines,
  networkRoutines,
} from '../../kernels/services/network.ts';
import { MAX_DATAGRAM } from '../../spec/calls/datagrams.ts';
import { Errno } from '../../spec/errno.ts';
import { type Mutant, type Mutation, mutant } from './mutant.ts';
import { withService } from './services.ts';

const { bind, receiveFrom, sendTo, forget, ownerOf, oldest } = networkRoutines;

const networkMutant = (
  routines: Partial<NetworkRoutines>,
  mutation: Omit<Mutation, 'of' | 'replace' | 'replaceAnew' | 'killedBy'>,
): Mutant =>
  mutant({
    ...mutation,
    killedBy: 'files/datagrams',
    replace: withService(buildNetwork(routines)),
  });

export const filesDatagrams: readonly Mutant[] = [
  networkMutant(
    {
      bind: (world, port, owner) => {
        const bound = ownerOf(world, port);
        if (bound !== 0 && bound !== owner) forget(world, bound);
        return bind(world, port, owner);
      },
    },
    {
      id: 'port-taken-over',
      description: 'Who binds a port that another has bound gets it.',
      longestStory: 9,
    },
  ),
  networkMutant(
    {
      *receiveFrom(world, client, [port, va, capacity]) {
        return ownerOf(world, port) === 0
          ? -Errno.EINVAL
          : yield* receiveFrom(world, { ...client, id: ownerOf(world, port) }, [
              port,
              va,
              capacity,
            ]);
      },
    },
    {
      id: 'read-by-anybody',
      description: 'Anybody receives from a port that somebody has bound.',
      bug: 'CVE-2018-8440: the Windows task scheduler did for its clients what only itself was allowed',
      longestStory: 14,
    },
  ),
  networkMutant(
    { oldest: (world, port) => (port === 0 ? 0 : oldest(world, port)) },
    {
      id: 'slot-used-in-place',
      description:
        'A datagram stays in the slot that the device stores the next one in, and is looked at there.',
      bug: 'CVE-2015-8550: Xen used what lay in a shared ring in place, where the other side could still change it',
      longestStory: 12,
    },
  ),
  networkMutant(
    {
      *sendTo(world, client, [port, va, length]) {
        return yield* sendTo(world, client, [port, va, Math.min(length, MAX_DATAGRAM)]);
      },
    },
    {
      id: 'datagram-cut-off',
      description: 'A datagram that is too long is sent as far as it fits.',
      longestStory: 3,
    },
  ),
  networkMutant(
    {
      *receiveFrom(world, client, args) {
        const result = yield* receiveFrom(world, client, args);
        if (result !== -Errno.EFAULT) return result;
        const nowhere: Client = {
          ...client,
          // biome-ignore lint/correctness/useYield: it stores nothing.
          *write() {
            return 0;
          },
        };
        yield* receiveFrom(world, nowhere, args);
        return result;
      },
    },
    {
      id: 'lost-on-fault',
      description: 'A datagram is taken out of the queue, and then the buffer is found to be bad.',
      longestStory: 7,
    },
  ),
];
