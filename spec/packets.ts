/**
 * Packets as they come to the point `packet`, and what the datagram protocol can be asked. A packet is two words.
 *
 *     request     31   24 23      20 19    12 11         4 3 0
 *                 [ chain | protocol | source | destination | 0 ]
 *     argument    31  24 23  16 15        0
 *                 [ port | byte | checksum ]
 *
 * The chain says where on its way the packet is; it is no part of the packet. Hosts have a number of 8 bits. The checksum
 * is the ones' complement of the ones' complement sum of the other three half words.
 *
 * Left out: a port of the sender, fragments, the time to live.
 * @see RFC 768, RFC 1071
 */
import type { Word } from './riscv.ts';

/** Where a packet is: for this host, on its way to another one, from this host. Their numbers are their places. */
export const CHAINS = ['input', 'forward', 'output'] as const;
export type ChainName = (typeof CHAINS)[number];

export const packetRequest = (
  chain: number,
  protocol: number,
  source: number,
  destination: number,
): Word => ((chain << 24) | (protocol << 20) | (source << 12) | (destination << 4)) >>> 0;
export const packetArgument = (port: number, byte: number, checksum: number): Word =>
  ((port << 24) | (byte << 16) | checksum) >>> 0;

export const chainOf = (request: Word): number => request >>> 24;
export const protocolOf = (request: Word): number => (request >>> 20) & 0xf;
export const sourceOf = (request: Word): number => (request >>> 12) & 0xff;
export const destinationOf = (request: Word): number => (request >>> 4) & 0xff;
export const portOf = (argument: Word): number => argument >>> 24;
export const byteOf = (argument: Word): number => (argument >>> 16) & 0xff;

/** The number of this host, and of its datagram protocol. */
export const THIS_HOST = 1;
export const DATAGRAM = 1;

/** Ports that can be bound at a time, and bytes that wait at each. */
export const SOCKETS = 4;
export const SOCKET_QUEUE = 3;

/**
 * What the datagram protocol does by `use`: the four highest bits of the request. Below them stands a packet's request
 * without its chain; the argument is that of a packet. A port belongs to the task that has bound it.
 */
export const DatagramRequest = {
  /** Its port. 0; EADDRINUSE, ENOBUFS: all sockets are taken. */
  bind: 0,
  /** Its port: what waits there is gone. 0; EINVAL: not bound; EPERM: by another task. */
  unbind: 1,
  /** Its destination, port, byte. 0: it is on its way; EPERM: a filter drops it; or why a security module refuses. */
  send: 2,
  /** At its port: source × 256 + byte. EINVAL, EPERM; EAGAIN: nothing waits. */
  receive: 3,
  /**
   * A packet has come in. 1: it waits at its port, or goes on to another host; 0: a filter drops it. EINVAL: of another
   * protocol, or its checksum is wrong; ECONNREFUSED: nobody has bound the port; ENOBUFS: too many bytes wait there.
   */
  arrive: 4,
} as const;
