/**
 * Endpoints of services, and who may ask whom: each service that is a process holds the capability to receive at its own
 * endpoint, and one to send to each service that it declares to use. They are like those of tasks (kernels/ipc), but in
 * a frame of their own, and there is no call that makes more of them.
 *
 * A task holds no capability to a service: the kernel asks on its behalf, when it makes a system call that the service
 * does. It sends through the service's door, a record like that of a task which calls and waits for the reply. One
 * request is at the door at a time; the others wait for their turn (requests.ts).
 */
import type { Hart } from '../../../hardware/contract.ts';
import { Right } from '../../../spec/calls/ipc.ts';
import { Errno } from '../../../spec/errno.ts';
import { A0 } from '../../../spec/riscv.ts';
import { type Space, type Task, TaskWord } from '../../core/layout.ts';
import { get, set } from '../../core/tables.ts';
import type { Ipc, IpcRoutines } from '../../ipc/kernel.ts';
import {
  type Capability,
  CapabilityWord,
  type Endpoint,
  EndpointWord,
  MessageWord,
  Role,
} from '../../ipc/layout.ts';
import type { Link, Linked, LinkOf, Process } from '../linkage.ts';
import { DOOR, MessageFrame, OWN_SLOT, RECORD, SLOTS, slotToAsk } from './layout.ts';
import { serviceOf } from './process.ts';

const base = ({ messages }: Link): number => messages << 10;

const slotAt = (link: Link, { index }: Linked, slot: number): Capability =>
  base(link) + MessageFrame.capabilities + (index * SLOTS + slot) * RECORD;

export const endpointOf = (link: Link, { index }: Linked): Endpoint =>
  base(link) + MessageFrame.endpoints + index * RECORD;

export const doorOf = (link: Link, { index }: Linked): Task =>
  base(link) + MessageFrame.doors + index * DOOR;

/** Is it a door of a service, not a task? */
const isDoor = ({ messages }: Link, task: Task): boolean =>
  messages !== 0 && task >>> 10 === messages;

/** The service that a capability of this frame names. */
export const serviceBehind = (link: Link, held: Capability): Linked => {
  const endpoint = get(link.k, held, CapabilityWord.endpoint);
  const index = (endpoint - base(link) - MessageFrame.endpoints) / RECORD;
  const linked = link.services[index];
  if (!linked)
    throw new Error(`there is no endpoint at ${endpoint}: the capability was overwritten`);
  return linked;
};

/** Has it a request that it has not answered, or one on its way? */
export const isAsked = (link: Link, linked: Linked): boolean =>
  get(link.k, doorOf(link, linked), MessageWord.role) !== Role.none;

/** Has it received the request at its door, and not answered? */
export const owes = (link: Link, linked: Linked, process: Process): boolean =>
  get(link.k, process.task, MessageWord.caller) === doorOf(link, linked);

const isOfService = ({ k, services }: Link, space: Space): boolean =>
  services.some(({ process }) => process && get(k, process.task, TaskWord.space) === space);

/** When it is started it gets all the capabilities that it will ever have; those that it still has it keeps. */
export const endow = (link: Link, linked: Linked, process: Process): void => {
  const { service } = linked;
  put(link, linked, process, OWN_SLOT, linked, Right.receive);
  for (const name of service.uses) {
    const other = link.byName.get(name);
    if (other) put(link, linked, process, slotToAsk(service, name), other, Right.send);
  }
};

const put = (
  link: Link,
  linked: Linked,
  process: Process,
  slot: number,
  target: Linked,
  rights: number,
): void => {
  const { k } = link;
  const held = slotAt(link, linked, slot);
  if (get(k, held, CapabilityWord.endpoint) !== 0) return;
  const endpoint = endpointOf(link, target);
  const { capabilities, receivers } = EndpointWord;
  set(k, held, CapabilityWord.endpoint, endpoint);
  set(k, held, CapabilityWord.rights, rights);
  set(k, held, CapabilityWord.badge, linked.index + 1);
  set(k, held, CapabilityWord.space, get(k, process.task, TaskWord.space));
  set(k, held, CapabilityWord.slot, slot);
  set(k, endpoint, capabilities, get(k, endpoint, capabilities) + 1);
  if (rights & Right.receive) set(k, endpoint, receivers, get(k, endpoint, receivers) + 1);
};

/**
 * Routines of messages that know doors and the slots of services; all else is done by those given.
 * @param under never asked for doors, but for what is alike
 */
export const throughDoors = (linkOf: LinkOf, under: IpcRoutines): IpcRoutines => ({
  ...under,
  lookup: (ipc, task, slot) => {
    const link = linkOf(ipc.k);
    const linked = serviceOf(link, task);
    if (!linked) return under.lookup(ipc, task, slot);
    const held = slot < SLOTS ? slotAt(link, linked, slot) : 0;
    return held !== 0 && get(ipc.k, held, CapabilityWord.endpoint) !== 0 ? held : 0;
  },
  insert: (ipc, space, ...rest) =>
    isOfService(linkOf(ipc.k), space) ? -Errno.EMFILE : under.insert(ipc, space, ...rest),
  copyMessage: (ipc, sender, receiver) => {
    under.copyMessage(ipc, sender, receiver);
    if (!isDoor(linkOf(ipc.k), sender)) return;
    const at = TaskWord.context + A0 + 3;
    set(ipc.k, receiver, at, get(ipc.k, sender, MessageWord.third));
    set(ipc.k, receiver, at + 1, get(ipc.k, sender, MessageWord.fourth));
  },
  wake: (ipc, task, result) => {
    if (isDoor(linkOf(ipc.k), task)) open(linkOf(ipc.k), ipc, task, result, undefined);
    else under.wake(ipc, task, result);
  },
  handOver: (ipc, hart, task) => {
    if (isDoor(linkOf(ipc.k), task)) open(linkOf(ipc.k), ipc, task, 0, hart);
    else under.handOver(ipc, hart, task);
  },
});

/** The reply is there, its result in a1; or there will be none. */
const open = (link: Link, { k }: Ipc, door: Task, error: number, hart: Hart | undefined): void => {
  const linked = link.services[((door & 1023) - MessageFrame.doors) / DOOR];
  if (!linked) return;
  set(k, door, MessageWord.role, Role.none);
  const result = error === 0 ? get(k, door, TaskWord.context + A0 + 1) | 0 : -Errno.EIO;
  link.processes.answered(link, linked, result, hart);
};
