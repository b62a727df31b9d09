/**
 * A service in the kernel: its pages in the kernel's tables, its code at its address, and the world that it is given.
 *
 * The root of all tables has an entry for each service from boot on, so that every address space has it too. The rest
 * happens at the first request, so that a boot costs little: a segment that nobody uses is not even mapped.
 */
import type { ComponentEntry } from '../../hardware/contract.ts';
import { DEVICE_WINDOW, Device, type DeviceName } from '../../spec/devices.ts';
import { serviceSegment, serviceText } from '../../spec/layout.ts';
import {
  PAGE_SHIFT,
  PAGE_SIZE,
  Pte,
  pte,
  type VirtualAddress,
  WORDS_PER_FRAME,
  wordIn,
} from '../../spec/riscv.ts';
import { Control } from '../core/layout.ts';
import {
  type Memory,
  type Port,
  type Request,
  SERVICE_NAMES,
  type ServiceName,
  type Steps,
  type World,
} from '../services/contract.ts';
import { serviceClient } from './copying.ts';
import { handleWithFaults, type Surroundings } from './faults.ts';
import { FORGET, type Link, type Linked, SLEEP } from './linkage.ts';
import { poolOf } from './pool.ts';
import { ask } from './requests.ts';

const { V, R, W, X, G, A, D } = Pte;

/** Makes room in the kernel's root: all tables that are made of it later have the entry. */
export const reserve = ({ k, services }: Link): void => {
  const root = k.machine.frame(wordIn(k.control, Control.kernelRoot));
  for (const { index, leaf, process } of services) {
    if (!process) root[serviceSegment(index) >>> 22] = pte(leaf, V);
  }
};

/** Maps the service and puts its code there; answers with the code's address. */
export const installService = (link: Link, linked: Linked): VirtualAddress => {
  const { k } = link;
  const { index, leaf, segment, text, service } = linked;
  const table = k.machine.frame(leaf);
  for (const [page, frame] of segment.entries()) table[page] = pte(frame, V | R | W | G | A | D);
  table[WORDS_PER_FRAME - 1] = pte(text, V | R | X | G | A);
  const offset = k.machine.installComponent(service.name, entryOf(link, linked), text, index);
  return serviceText(index) + offset;
};

/**
 * What is called with the number of an operation and its arguments. A plain function: one generator function a boot
 * would keep all of that boot in memory until a full collection, for engines hold the shape of its activations.
 */
const entryOf = (link: Link, linked: Linked): ComponentEntry => {
  const world = worldOf(link, linked);
  return (_, operation = 0, a0 = 0, a1 = 0, a2 = 0) =>
    serve(linked, world, operation, [a0, a1, a2]);
};

/** Who asks stands in `linked`. */
function* serve(
  linked: Linked,
  world: World,
  operation: number,
  args: Request['args'],
): Steps<number> {
  linked.running ??= yield* linked.service.start(world);
  const { running, client } = linked;
  if (operation === FORGET) {
    if (running.forget) yield* running.forget(args[0]);
    return 0;
  }
  if (!client) throw new Error(`${linked.service.name} was called, and nobody asked it`);
  const request: Request = { operation, args, client };
  return linked.faults.length === 0
    ? yield* running.handle(request)
    : yield* handleWithFaults(linked, IN_KERNEL, world, running, request);
}

/** A loop never lets anybody else run; and a direct call returns once, so there is no reply to send early. */
const IN_KERNEL: Surroundings = {
  *spin() {},
  *rest() {
    yield SLEEP;
  },
  *replyEarly() {},
};

const memoryOf = (link: Link): Memory => ({
  load: (va) => link.hart.load(va),
  store: (va, value) => link.hart.store(va, value),
  loadByte: (va) => link.hart.loadByte(va),
  storeByte: (va, value) => link.hart.storeByte(va, value),
});

const worldOf = (link: Link, linked: Linked): World => {
  const { service, index, segment } = linked;
  const first = serviceSegment(index);
  return {
    memory: memoryOf(link),
    segment: first,
    ports: portsOf(link, linked),
    devices: Object.fromEntries(service.devices.map((name) => [name, registersOf(name)])),
    dmaAddress: (va) =>
      wordIn(segment, (va - first) >>> PAGE_SHIFT) * PAGE_SIZE + (va & (PAGE_SIZE - 1)),
    interrupt: (device) => awaitInterrupt(link, linked, device),
    frames: service.name === 'memory' ? poolOf(link) : [],
  };
};

const registersOf = (device: DeviceName): VirtualAddress =>
  DEVICE_WINDOW + Device[device] * PAGE_SIZE;

/** Doors to the services that it declares; behind the others is a sentence. */
const portsOf = (link: Link, linked: Linked): World['ports'] => {
  const { service } = linked;
  const client = serviceClient(link, linked);
  const ports: Partial<Record<ServiceName, Port>> = {};
  for (const name of SERVICE_NAMES) {
    const target = link.byName.get(name);
    ports[name] =
      target && service.uses.includes(name)
        ? (operation, a0, a1 = 0, a2 = 0) => {
            const { thread } = link;
            if (!thread) throw new Error(`${service.name} runs on no thread`);
            return ask(link, thread, target, client, operation, a0, a1, a2);
          }
        : () => undeclared(service.name, name);
  }
  return ports;
};

const undeclared = (service: string, name: string): never => {
  throw new Error(
    `the service ${service} asks ${name}, which it does not declare: add it to its uses`,
  );
};

/** One that came since the last wait counts. */
export function* awaitInterrupt(link: Link, linked: Linked, device: DeviceName): Steps<void> {
  const { thread } = link;
  if (!linked.pending.has(device) && thread) {
    linked.waiters.set(device, thread);
    while (!linked.pending.has(device)) yield SLEEP;
  }
  linked.pending.delete(device);
}
