/**
 * The network service: datagrams to ports over the loopback device.
 *
 * A frame is a header of four words and up to 240 bytes. Its segment holds a buffer to transmit from and 16 slots of one
 * frame each. One free slot at a time is posted to the device, which stores the next frame there by DMA; so a datagram
 * that has arrived is never copied but to who receives it. The service looks at the device at each request; only
 * `sendTo` waits, for the end of its own transmission.
 * What was sent and has not arrived is counted: never more than the device keeps, nor than there are slots for; so
 * nothing is lost.
 *
 *     word 0 port (0: a free slot)   1 length in bytes   2 number in order of arrival   3 unused   then the bytes
 *
 * @see RFC 768
 */
import { DATAGRAM_CALLS, MAX_DATAGRAM, MAX_PORT } from '../../spec/calls/datagrams.ts';
import {
  DeviceStatus,
  MAX_NETWORK_FRAME,
  NETWORK_QUEUE,
  NetworkCommand,
  NetworkRegister,
} from '../../spec/devices.ts';
import { Errno } from '../../spec/errno.ts';
import type { Word } from '../../spec/riscv.ts';
import type { Client, Request, Service, Steps, World } from './contract.ts';
import { deviceOf } from './given.ts';

/** Ports that can be bound at once, and datagrams that can be kept. */
const PORTS = 16;
const SLOTS = 16;
const HEADER = MAX_NETWORK_FRAME - MAX_DATAGRAM;
const HeaderWord = { port: 0, length: 4, order: 8 } as const;

/** Offsets in the segment, in bytes. `posted` is the number of the posted slot + 1. `ports`: pairs of port and owner. */
const At = {
  onTheirWay: 0,
  arrivals: 4,
  posted: 8,
  ports: 64,
  transmit: 256,
  slots: 4096,
} as const;
const PAGES = 2;
/** Interrupts that it sits through for one transmission: arrivals come between. */
const PATIENCE = 32;

/** Parts of the service by name: another record is another service. */
export interface NetworkRoutines {
  readonly bind: (world: Network, port: Word, owner: number) => number;
  readonly sendTo: NetworkCall;
  readonly receiveFrom: NetworkCall;
  /** The address space that has bound the port, or 0. */
  readonly ownerOf: (world: Network, port: number) => number;
  /** The slot whose datagram the port gets next; port 0: a free one. −1: there is none. */
  readonly oldest: (world: Network, port: number) => number;
  /** Waits until the device has taken the frame. */
  readonly transmitted: (world: Network) => Steps<number>;
  readonly forget: (world: Network, client: number) => void;
}
type NetworkCall = (world: Network, client: Client, args: Request['args']) => Steps<number>;

export interface Network extends World {
  readonly routines: NetworkRoutines;
}

const get = ({ memory, segment }: Network, at: number): Word => memory.load(segment + at);
const put = ({ memory, segment }: Network, at: number, value: Word): void =>
  memory.store(segment + at, value);

const register = (world: Network, at: number): Word =>
  world.memory.load(deviceOf(world, 'network') + at);
const setRegister = (world: Network, at: number, value: Word): void =>
  world.memory.store(deviceOf(world, 'network') + at, value);

/** Where the port stands in the table, or −1. Port 0 finds a free place. */
const placeOf = (world: Network, port: number): number => {
  for (let i = 0; i < PORTS; i++) {
    if (get(world, At.ports + i * 8) === port) return At.ports + i * 8;
  }
  return -1;
};
const ownerOf = (world: Network, port: number): number => {
  const place = placeOf(world, port);
  return place < 0 ? 0 : get(world, place + 4);
};

const slotAt = (slot: number): number => At.slots + slot * MAX_NETWORK_FRAME;

/** The slot with the oldest datagram for the port; port 0: a free one. −1: there is none. */
const oldest = (world: Network, port: number): number => {
  let found = -1;
  for (let slot = 0; slot < SLOTS; slot++) {
    const at = slotAt(slot);
    if (get(world, at + HeaderWord.port) !== port) continue;
    const order = get(world, at + HeaderWord.order);
    if (found < 0 || order < get(world, slotAt(found) + HeaderWord.order)) found = slot;
  }
  return found;
};

const kept = (world: Network): number => {
  let count = 0;
  for (let slot = 0; slot < SLOTS; slot++) {
    if (get(world, slotAt(slot) + HeaderWord.port) !== 0) count += 1;
  }
  return count;
};

/** Gives the device a free slot to store the next frame in, if there is one. */
const post = (world: Network): void => {
  const slot = world.routines.oldest(world, 0);
  if (slot < 0) return;
  const address = world.dmaAddress(world.segment + slotAt(slot));
  setRegister(world, NetworkRegister.receiveAddress, address);
  setRegister(world, NetworkRegister.receiveCapacity, MAX_NETWORK_FRAME);
  setRegister(world, NetworkRegister.command, NetworkCommand.receive);
  put(world, At.posted, slot + 1);
};

/** A frame lies in the slot: it is kept if its port is bound. */
const accept = (world: Network, slot: number): void => {
  const at = slotAt(slot);
  const arrivals = get(world, At.arrivals);
  const sound = get(world, at + HeaderWord.length) <= MAX_DATAGRAM;
  if (!sound || world.routines.ownerOf(world, get(world, at + HeaderWord.port)) === 0) {
    put(world, at + HeaderWord.port, 0);
    return;
  }
  put(world, at + HeaderWord.order, arrivals);
  put(world, At.arrivals, arrivals + 1);
};

/** The slot that is posted, −1: none. After a restart only the device knows. */
const postedSlot = (world: Network): number => {
  const posted = get(world, At.posted) - 1;
  if (posted >= 0) return posted < SLOTS ? posted : -1;
  const first = world.dmaAddress(world.segment + At.slots);
  const slot = (register(world, NetworkRegister.receiveAddress) - first) / MAX_NETWORK_FRAME;
  return Number.isInteger(slot) && slot >= 0 && slot < SLOTS ? slot : -1;
};

/** Takes what has arrived, and lets the device go on. */
const collect = (world: Network): void => {
  for (let frames = 0; frames <= NETWORK_QUEUE; frames++) {
    const status = register(world, NetworkRegister.receiveStatus);
    if (status === DeviceStatus.busy) return;
    if (status === DeviceStatus.done) {
      put(world, At.onTheirWay, Math.max(0, get(world, At.onTheirWay) - 1));
      const slot = postedSlot(world);
      if (slot >= 0) accept(world, slot);
    }
    put(world, At.posted, 0);
    post(world);
  }
};

const bind = (world: Network, port: Word, owner: number): number => {
  const bound = world.routines.ownerOf(world, port);
  if (bound !== 0) return bound === owner ? 0 : -Errno.EADDRINUSE;
  const place = placeOf(world, 0);
  if (place < 0) return -Errno.ENOBUFS;
  put(world, place, port);
  put(world, place + 4, owner);
  return 0;
};

/** Waits until the device has taken the frame. Answers 0 or −EIO. */
function* transmitted(world: Network): Steps<number> {
  for (let waits = 0; waits < PATIENCE; waits++) {
    const status = register(world, NetworkRegister.transmitStatus);
    if (status !== DeviceStatus.busy) return status === DeviceStatus.error ? -Errno.EIO : 0;
    yield* world.interrupt('network');
  }
  return -Errno.EIO;
}

function* sendTo(
  world: Network,
  client: Client,
  [port, va, length]: Request['args'],
): Steps<number> {
  const { segment } = world;
  if (length > MAX_DATAGRAM) return -Errno.EMSGSIZE;
  yield* world.routines.transmitted(world); // of the service before a restart
  const bytes = segment + At.transmit + HEADER;
  if (length > 0 && (yield* client.read(va, bytes, length)) !== 0) return -Errno.EFAULT;
  const onTheirWay = get(world, At.onTheirWay);
  if (onTheirWay >= NETWORK_QUEUE || onTheirWay + kept(world) >= SLOTS) return -Errno.ENOBUFS;
  put(world, At.transmit + HeaderWord.port, port);
  put(world, At.transmit + HeaderWord.length, length);
  const address = world.dmaAddress(segment + At.transmit);
  setRegister(world, NetworkRegister.transmitAddress, address);
  setRegister(world, NetworkRegister.transmitLength, HEADER + length);
  setRegister(world, NetworkRegister.command, NetworkCommand.transmit);
  put(world, At.onTheirWay, onTheirWay + 1);
  const error = yield* world.routines.transmitted(world);
  if (error === 0) return length;
  put(world, At.onTheirWay, onTheirWay);
  return error;
}

function* receiveFrom(
  world: Network,
  client: Client,
  [port, va, capacity]: Request['args'],
): Steps<number> {
  if (world.routines.ownerOf(world, port) !== client.id) return -Errno.EINVAL;
  const slot = world.routines.oldest(world, port);
  if (slot < 0) return -Errno.EAGAIN;
  const at = slotAt(slot);
  const bytes = Math.min(get(world, at + HeaderWord.length), MAX_DATAGRAM, capacity);
  if (bytes > 0 && (yield* client.write(world.segment + at + HEADER, va, bytes)) !== 0) {
    return -Errno.EFAULT;
  }
  put(world, at + HeaderWord.port, 0);
  return bytes;
}

function* handle(world: Network, { operation, args, client }: Request): Steps<number> {
  const [port] = args;
  if (port === 0 || port > MAX_PORT) return -Errno.EINVAL;
  collect(world);
  switch (DATAGRAM_CALLS[operation]?.name) {
    case 'bind':
      return world.routines.bind(world, port, client.id);
    case 'sendTo':
      return yield* world.routines.sendTo(world, client, args);
    case 'receiveFrom':
      return yield* world.routines.receiveFrom(world, client, args);
    default:
      return -Errno.ENOSYS;
  }
}

/** The client's ports are free again; what was kept for them is dropped. */
const forget = (world: Network, client: number): void => {
  for (let place: number = At.ports; place < At.ports + PORTS * 8; place += 8) {
    if (get(world, place + 4) !== client) continue;
    const port = get(world, place);
    put(world, place, 0);
    put(world, place + 4, 0);
    if (port === 0) continue;
    for (let slot = 0; slot < SLOTS; slot++) {
      const at = slotAt(slot) + HeaderWord.port;
      if (get(world, at) === port) put(world, at, 0);
    }
  }
};

export const networkRoutines: NetworkRoutines = {
  bind,
  sendTo,
  receiveFrom,
  ownerOf,
  oldest,
  transmitted,
  forget,
};

// biome-ignore lint/correctness/useYield: it has nothing to wait for.
function* forgetClient(world: Network, client: number): Steps<void> {
  world.routines.forget(world, client);
}

/** A network service with other routines in place of some of the reference's. */
export const buildNetwork = (replaced: Partial<NetworkRoutines> = {}): Service => ({
  name: 'network',
  operations: DATAGRAM_CALLS.map(({ name }) => name),
  uses: [],
  devices: ['network'],
  pages: PAGES,
  *start(given) {
    const world: Network = { ...given, routines: { ...networkRoutines, ...replaced } };
    return {
      handle: (request) => handle(world, request),
      forget: (client) => forgetClient(world, client),
    };
  },
});

export const networkService: Service = buildNetwork();
