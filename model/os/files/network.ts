/**
 * The abstract network: ports, who has bound them, and the datagrams that are kept for them. Never changed in place.
 *
 * Left out: when a datagram arrives. It may be received from the moment in which it was sent.
 */
import { DATAGRAM_BUDGET, MAX_DATAGRAM, MAX_PORT } from '../../../spec/calls/datagrams.ts';
import { Errno } from '../../../spec/errno.ts';
import type { Owner } from './tree.ts';

export interface Datagram {
  readonly bytes: Uint8Array;
  /** The port was bound when it was sent, and has been since: it cannot be dropped. */
  readonly certain: boolean;
}

export interface Port {
  /** 0: nobody. */
  readonly owner: Owner;
  /** Oldest first. */
  readonly queue: readonly Datagram[];
}

export type Network = ReadonlyMap<number, Port>;

export type DatagramCall =
  | { readonly call: 'bind'; readonly port: number }
  /** `bytes`: those of the range that the caller can load; fewer than `length` where it ends. */
  | {
      readonly call: 'sendTo';
      readonly port: number;
      readonly length: number;
      readonly bytes: Uint8Array;
    }
  /** `room`: bytes of the buffer that the caller may store to. */
  | {
      readonly call: 'receiveFrom';
      readonly port: number;
      readonly capacity: number;
      readonly room: number;
    };

export interface NetworkOutcome {
  readonly errors: readonly number[];
  readonly mayFail: readonly number[];
  readonly result: number;
  readonly stored: Uint8Array;
  readonly network: Network;
}

const NOTHING = new Uint8Array(0);
const NOBODY: Port = { owner: 0, queue: [] };

const fails = (network: Network, ...errors: readonly number[]): NetworkOutcome => ({
  errors,
  mayFail: [],
  result: 0,
  stored: NOTHING,
  network,
});

const succeeds = (network: Network, more: Partial<NetworkOutcome> = {}): NetworkOutcome => ({
  ...fails(network),
  ...more,
});

const withPort = (network: Network, number: number, port: Port): Network => {
  const copy = new Map(network);
  if (port.owner === 0 && port.queue.length === 0) copy.delete(number);
  else copy.set(number, port);
  return copy;
};

const badPort = (port: number): boolean => port < 1 || port > MAX_PORT;

const bind = (network: Network, owner: Owner, number: number): NetworkOutcome => {
  if (badPort(number)) return fails(network, Errno.EINVAL);
  const port = network.get(number) ?? NOBODY;
  if (port.owner === owner) return succeeds(network);
  if (port.owner !== 0) return fails(network, Errno.EADDRINUSE);
  let bound = 1;
  for (const { owner: other } of network.values()) if (other !== 0) bound += 1;
  return succeeds(withPort(network, number, { ...port, owner }), {
    mayFail: bound > DATAGRAM_BUDGET.ports ? [Errno.ENOBUFS] : [],
  });
};

const sendTo = (
  network: Network,
  { port: number, length, bytes }: DatagramCall & { call: 'sendTo' },
): NetworkOutcome => {
  const errors = [
    ...(badPort(number) ? [Errno.EINVAL] : []),
    ...(length > MAX_DATAGRAM ? [Errno.EMSGSIZE] : []),
    ...(bytes.length < length ? [Errno.EFAULT] : []),
  ];
  if (errors.length > 0) return fails(network, ...errors);
  const port = network.get(number) ?? NOBODY;
  let kept = 1;
  for (const { queue } of network.values()) kept += queue.length;
  const queue = [...port.queue, { bytes, certain: port.owner !== 0 }];
  return succeeds(withPort(network, number, { ...port, queue }), {
    result: length,
    mayFail: kept > DATAGRAM_BUDGET.datagrams ? [Errno.ENOBUFS] : [],
  });
};

const receiveFrom = (
  network: Network,
  owner: Owner,
  { port: number, capacity, room }: DatagramCall & { call: 'receiveFrom' },
): NetworkOutcome => {
  const port = network.get(number);
  if (port?.owner !== owner) return fails(network, Errno.EINVAL);
  const [oldest, ...queue] = port.queue;
  if (!oldest) return fails(network, Errno.EAGAIN);
  const result = Math.min(oldest.bytes.length, capacity);
  if (room < result) return fails(network, Errno.EFAULT, Errno.EAGAIN);
  return succeeds(withPort(network, number, { ...port, queue }), {
    result,
    stored: oldest.bytes.slice(0, result),
    mayFail: [Errno.EAGAIN],
  });
};

export const datagramOutcome = (
  network: Network,
  owner: Owner,
  call: DatagramCall,
): NetworkOutcome => {
  switch (call.call) {
    case 'bind':
      return bind(network, owner, call.port);
    case 'sendTo':
      return sendTo(network, call);
    case 'receiveFrom':
      return receiveFrom(network, owner, call);
  }
};

/** The network had the oldest datagram of the port been dropped; `undefined` where it cannot have been. */
export const dropped = (network: Network, number: number): Network | undefined => {
  const port = network.get(number);
  const [oldest, ...queue] = port?.queue ?? [];
  if (!port || !oldest || oldest.certain) return undefined;
  return withPort(network, number, { ...port, queue });
};

/** The owner has ended: what was kept for its ports may still be on its way to the next who binds them, or dropped. */
export const unbindAll = (network: Network, owner: Owner): Network => {
  let left = network;
  for (const [number, port] of network) {
    if (port.owner !== owner) continue;
    const queue = port.queue.map((datagram) => ({ ...datagram, certain: false }));
    left = withPort(left, number, { owner: 0, queue });
  }
  return left;
};
