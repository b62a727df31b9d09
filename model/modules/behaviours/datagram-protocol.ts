/** Ports that tasks have bound, and what waits at them; packets go through the hooks at `packet`. */
import { Errno } from '../../../spec/errno.ts';
import {
  byteOf,
  CHAINS,
  type ChainName,
  DATAGRAM,
  DatagramRequest,
  destinationOf,
  packetArgument,
  packetRequest,
  portOf,
  protocolOf,
  SOCKET_QUEUE,
  SOCKETS,
  sourceOf,
  THIS_HOST,
} from '../../../spec/packets.ts';
import type { Word } from '../../../spec/riscv.ts';
import { behaviour, type Outcome, type Surroundings } from '../behaviour.ts';

interface Socket {
  readonly task: number;
  /** Whom each byte is from, and the byte. */
  readonly waiting: readonly number[];
}
type Sockets = ReadonlyMap<number, Socket>;

/** The ones' complement of a packet's ones' complement sum, its own checksum aside. */
export const checksum = (request: Word, argument: Word): number => {
  const halves = [(request & 0xff_ffff) >>> 16, request & 0xffff, argument >>> 16];
  return 0xffff - halves.reduce((sum, half) => addOnes(sum, half), 0);
};
const addOnes = (a: number, b: number): number => (a + b > 0xffff ? a + b - 0xffff : a + b);

const filtered = (
  chain: ChainName,
  request: Word,
  argument: Word,
  around: Surroundings,
): number => {
  const rest = request & 0xff_ffff;
  return around.ask('packet', ((CHAINS.indexOf(chain) << 24) | rest) >>> 0, argument);
};

const withSocket = (state: Sockets, port: number, socket: Socket): Sockets =>
  new Map([...state, [port, socket]]);
const without = (state: Sockets, port: number): Sockets =>
  new Map([...state].filter(([one]) => one !== port));

const bind = (state: Sockets, port: number, task: number): Outcome<Sockets> => {
  if (state.has(port)) return { state, answer: -Errno.EADDRINUSE };
  if (state.size === SOCKETS) return { state, answer: -Errno.ENOBUFS };
  return { state: withSocket(state, port, { task, waiting: [] }), answer: 0 };
};

const receive = (state: Sockets, port: number, socket: Socket): Outcome<Sockets> => {
  const [first, ...waiting] = socket.waiting;
  if (first === undefined) return { state, answer: -Errno.EAGAIN };
  return { state: withSocket(state, port, { ...socket, waiting }), answer: first };
};

const deliver = (state: Sockets, request: Word, argument: Word): Outcome<Sockets> => {
  const port = portOf(argument);
  const socket = state.get(port);
  if (!socket) return { state, answer: -Errno.ECONNREFUSED };
  if (socket.waiting.length === SOCKET_QUEUE) return { state, answer: -Errno.ENOBUFS };
  const waiting = [...socket.waiting, sourceOf(request) * 256 + byteOf(argument)];
  return { state: withSocket(state, port, { ...socket, waiting }), answer: 1 };
};

const send = (
  state: Sockets,
  to: number,
  argument: Word,
  around: Surroundings,
): Outcome<Sockets> => {
  const request = packetRequest(CHAINS.indexOf('output'), DATAGRAM, THIS_HOST, to);
  const bare = packetArgument(portOf(argument), byteOf(argument), 0);
  const whole = (bare | checksum(request, bare)) >>> 0;
  const verdict = filtered('output', request, whole, around);
  if (verdict === 0) return { state, answer: -Errno.EPERM };
  if (verdict < 0) return { state, answer: verdict };
  if (to !== THIS_HOST || filtered('input', request, whole, around) <= 0)
    return { state, answer: 0 };
  return { state: deliver(state, request, whole).state, answer: 0 };
};

const arrive = (
  state: Sockets,
  request: Word,
  argument: Word,
  around: Surroundings,
): Outcome<Sockets> => {
  if (protocolOf(request) !== DATAGRAM || checksum(request, argument) !== (argument & 0xffff))
    return { state, answer: -Errno.EINVAL };
  const isHere = destinationOf(request) === THIS_HOST;
  const verdict = filtered(isHere ? 'input' : 'forward', request, argument, around);
  if (verdict <= 0 || !isHere) return { state, answer: Math.min(verdict, 1) };
  return deliver(state, request, argument);
};

/** What only the task may do that has bound the port. */
const ofOwner = (
  state: Sockets,
  op: number,
  port: number,
  { caller }: Surroundings,
): Outcome<Sockets> => {
  const socket = state.get(port);
  if (!socket) return { state, answer: -Errno.EINVAL };
  if (socket.task !== caller) return { state, answer: -Errno.EPERM };
  if (op === DatagramRequest.receive) return receive(state, port, socket);
  return { state: without(state, port), answer: 0 };
};

export const datagramProtocol = () =>
  behaviour<Sockets>({
    initial: new Map(),
    use: (state, request, argument, around) => {
      const op = request >>> 28;
      const port = portOf(argument);
      switch (op) {
        case DatagramRequest.bind:
          return bind(state, port, around.caller);
        case DatagramRequest.unbind:
        case DatagramRequest.receive:
          return ofOwner(state, op, port, around);
        case DatagramRequest.send:
          return send(state, destinationOf(request), argument, around);
        case DatagramRequest.arrive:
          return arrive(state, request, argument, around);
        default:
          return { state, answer: -Errno.EINVAL };
      }
    },
  });
