/**
 * The datagram protocol: ports that tasks bind, and bytes that wait at them. Every packet goes through the hooks at the
 * point `packet` first, on its way out as on its way in: `spec/packets.ts`.
 *
 * Its data: for each socket 8 words.
 *
 *     [ bound | port | task | bytes that wait | source × 256 + byte … ]
 */
import { Errno } from '../../../spec/errno.ts';
import {
  byteOf,
  CHAINS,
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
import type { VirtualAddress, Word } from '../../../spec/riscv.ts';
import {
  callKernel,
  type ModuleCall,
  type ModuleProgram,
  type ModuleSteps,
  type Place,
} from '../program.ts';
import { pointNumber } from './registering.ts';

const SOCKET_BYTES = 32;
const Socket = { bound: 0, port: 4, task: 8, waiting: 12, queue: 16 } as const;

/** Where to look for the socket of a port first; the others follow. */
const firstPlace = (_port: number): number => 0;

/** The first socket that is as wanted; 0: none. */
const findSocket = (
  { data }: Place,
  first: number,
  isWanted: (at: VirtualAddress) => boolean,
): VirtualAddress => {
  for (let index = 0; index < SOCKETS; index++) {
    const at = data + SOCKET_BYTES * ((first + index) % SOCKETS);
    if (isWanted(at)) return at;
  }
  return 0;
};

const socketOf = (it: DatagramRoutines, place: Place, port: number): VirtualAddress =>
  findSocket(
    place,
    it.firstPlace(port),
    (at) =>
      place.memory.load(at + Socket.bound) !== 0 && place.memory.load(at + Socket.port) === port,
  );

export const checksumOf = (request: Word, argument: Word): number => {
  const sum = ((request >>> 16) & 0xff) + (request & 0xffff) + (argument >>> 16);
  const folded = (sum & 0xffff) + (sum >>> 16);
  return ~((folded & 0xffff) + (folded >>> 16)) & 0xffff;
};

const withChain = (chain: (typeof CHAINS)[number], request: Word): Word =>
  ((CHAINS.indexOf(chain) << 24) | (request & 0xff_ffff)) >>> 0;

/** What the hooks say to a packet: 1, it goes on; 0, it is dropped; or an error. */
export const filter = (request: Word, argument: Word): Generator<ModuleCall, number, number> =>
  callKernel('askPoint', pointNumber('packet'), request, argument);

export interface DatagramRoutines {
  readonly filter: typeof filter;
  readonly checksumOf: typeof checksumOf;
  readonly firstPlace: typeof firstPlace;
}

function* bind(it: DatagramRoutines, place: Place, port: number): ModuleSteps {
  const { memory } = place;
  if (socketOf(it, place, port) !== 0) return -Errno.EADDRINUSE;
  const at = findSocket(place, it.firstPlace(port), (one) => memory.load(one + Socket.bound) === 0);
  if (at === 0) return -Errno.ENOBUFS;
  memory.store(at + Socket.bound, 1);
  memory.store(at + Socket.port, port);
  memory.store(at + Socket.waiting, 0);
  memory.store(at + Socket.task, yield* callKernel('caller'));
  return 0;
}

/** The socket, if it is the caller's; or an error. */
function* own(
  it: DatagramRoutines,
  place: Place,
  port: number,
): Generator<ModuleCall, number, number> {
  const at = socketOf(it, place, port);
  if (at === 0) return -Errno.EINVAL;
  const task = yield* callKernel('caller');
  return place.memory.load(at + Socket.task) === task >>> 0 ? at : -Errno.EPERM;
}

const isError = (answer: number): boolean => answer < 0 && answer >= -4095;

function* unbind(it: DatagramRoutines, place: Place, port: number): ModuleSteps {
  const at = yield* own(it, place, port);
  if (isError(at)) return at;
  place.memory.store(at + Socket.bound, 0);
  return 0;
}

function* receive(it: DatagramRoutines, place: Place, port: number): ModuleSteps {
  const { memory } = place;
  const at = yield* own(it, place, port);
  if (isError(at)) return at;
  const waiting = memory.load(at + Socket.waiting);
  if (waiting === 0) return -Errno.EAGAIN;
  const first = memory.load(at + Socket.queue);
  for (let index = 1; index < waiting; index++) {
    const next = memory.load(at + Socket.queue + 4 * index);
    memory.store(at + Socket.queue + 4 * (index - 1), next);
  }
  memory.store(at + Socket.waiting, waiting - 1);
  return first;
}

const deliver = (it: DatagramRoutines, place: Place, request: Word, argument: Word): number => {
  const { memory } = place;
  const at = socketOf(it, place, portOf(argument));
  if (at === 0) return -Errno.ECONNREFUSED;
  const waiting = memory.load(at + Socket.waiting);
  if (waiting === SOCKET_QUEUE) return -Errno.ENOBUFS;
  const value = (sourceOf(request) << 8) | byteOf(argument);
  memory.store(at + Socket.queue + 4 * waiting, value);
  memory.store(at + Socket.waiting, waiting + 1);
  return 1;
};

/** What is lost on its way to this host itself, its sender is not told. */
function* send(it: DatagramRoutines, place: Place, to: number, argument: Word): ModuleSteps {
  const request = packetRequest(CHAINS.indexOf('output'), DATAGRAM, THIS_HOST, to);
  const [port, byte] = [portOf(argument), byteOf(argument)];
  const whole = packetArgument(port, byte, it.checksumOf(request, packetArgument(port, byte, 0)));
  const verdict = yield* it.filter(request, whole);
  if (verdict <= 0) return verdict === 0 ? -Errno.EPERM : verdict;
  if (to === THIS_HOST && (yield* it.filter(withChain('input', request), whole)) > 0)
    deliver(it, place, request, whole);
  return 0;
}

function* arrive(it: DatagramRoutines, place: Place, request: Word, argument: Word): ModuleSteps {
  const isWhole = it.checksumOf(request, argument) === (argument & 0xffff);
  if (protocolOf(request) !== DATAGRAM || !isWhole) return -Errno.EINVAL;
  const isHere = destinationOf(request) === THIS_HOST;
  const verdict = yield* it.filter(withChain(isHere ? 'input' : 'forward', request), argument);
  if (verdict <= 0) return verdict;
  return isHere ? deliver(it, place, request, argument) : 1;
}

export const datagramWith = (over: Partial<DatagramRoutines> = {}): ModuleProgram => {
  const routines = { filter, checksumOf, firstPlace, ...over };
  return {
    init: () => 0,
    exit: () => 0,
    sleeps: true,
    use: (place, request, argument) => {
      switch (request >>> 28) {
        case DatagramRequest.bind:
          return bind(routines, place, portOf(argument));
        case DatagramRequest.unbind:
          return unbind(routines, place, portOf(argument));
        case DatagramRequest.send:
          return send(routines, place, destinationOf(request), argument);
        case DatagramRequest.receive:
          return receive(routines, place, portOf(argument));
        case DatagramRequest.arrive:
          return arrive(routines, place, request, argument);
        default:
          return -Errno.EINVAL;
      }
    },
  };
};

export const datagramProtocol: ModuleProgram = datagramWith();
