/**
 * The calls on datagrams, over a loopback network.
 *
 * A datagram goes to a port. A port is bound by one address space (threads share it) until that ends. What is sent
 * takes time to arrive. What arrives at a port that nobody has bound is dropped, all else is kept until it is
 * received, per port in the order in which it was sent; so nothing that was sent to a bound port is lost. No call
 * waits for a datagram. All registers but `a0` survive.
 * @see POSIX.1-2024, sendto, recvfrom; RFC 768
 */
import type { CallDescription } from './call.ts';

/** Ports are 1 to this. */
export const MAX_PORT = 65_535;
/** Bytes of a datagram, at most: a network frame (256) less room for the service's own header. */
export const MAX_DATAGRAM = 240;
/** Ports bound at once, and datagrams sent and not yet received, that there must be room for before ENOBUFS is allowed. */
export const DATAGRAM_BUDGET = { ports: 8, datagrams: 8 } as const;

const badPort = 'port is 0 or above 65535';
const failed = 'a service that it needs has failed (never without such a fault)';

export const DATAGRAM_CALLS: readonly CallDescription[] = [
  {
    name: 'bind',
    group: 'datagrams',
    args: ['port'],
    effect:
      'Binds the port to the caller’s address space, if it has not bound it already. Returns 0.',
    errors: {
      EINVAL: badPort,
      EADDRINUSE: 'another address space has bound it',
      ENOBUFS: 'there is no room: only beyond DATAGRAM_BUDGET',
      EIO: failed,
    },
  },
  {
    name: 'sendTo',
    group: 'datagrams',
    args: ['port', 'va', 'length'],
    buffers: [{ address: 1, length: 2, most: MAX_DATAGRAM }],
    effect: 'Sends the bytes at va, 0 to 240, to the port. Returns length.',
    errors: {
      EINVAL: badPort,
      EMSGSIZE: 'length is above 240',
      EFAULT: 'some byte of the range cannot be loaded by the caller',
      ENOBUFS: 'there is no room: only beyond DATAGRAM_BUDGET',
      EIO: failed,
    },
  },
  {
    name: 'receiveFrom',
    group: 'datagrams',
    args: ['port', 'va', 'capacity'],
    buffers: [{ address: 1, length: 2, most: MAX_DATAGRAM, writes: true }],
    effect:
      'Takes the oldest datagram that has arrived at the port and stores it at va; what is longer than capacity loses ' +
      'the rest. Returns how many bytes it stored.',
    errors: {
      EINVAL: `${badPort}, or the caller’s address space has not bound it`,
      EAGAIN: 'none has arrived (also while one is on its way)',
      EFAULT:
        'some byte of those to store cannot be stored by the caller: then the datagram stays, and nothing is stored',
      EIO: failed,
    },
  },
];
