/**
 * Where things are in the address space of a service that is a process: one leaf table at the address of its segment,
 * which is the same as in the kernel, but with U and in its own tables only.
 *
 *     serviceSegment(i)    its segment, read and write
 *       + page 960 + d     the registers of device d, where it drives that
 *       + page 1023        its text, read and execute
 */
import { Device, type DeviceName } from '../../../spec/devices.ts';
import { serviceSegment } from '../../../spec/layout.ts';
import { PAGE_SIZE, type VirtualAddress } from '../../../spec/riscv.ts';
import type { Service, ServiceName } from '../../services/contract.ts';

export const DEVICE_PAGE = 960;

export const registersInProcess = (service: number, device: DeviceName): VirtualAddress =>
  serviceSegment(service) + (DEVICE_PAGE + Device[device]) * PAGE_SIZE;

/** Frames beyond segment, text and leaf table: its root table, and a leaf table without a page for user space. */
export const PROCESS_FRAMES = 2;

/** And one frame for all of them: what they hold, and where they are asked. */
export const MESSAGE_FRAMES = 1;

/**
 * That frame, in words. A service has eight slots for capabilities, and an endpoint; its door is what the kernel sends
 * through on behalf of whoever asks: a record like a task's, so that messages know no difference.
 *
 *     0                         320                 384
 *     [ 5 × 8 slots × 8 words   | endpoints 5 × 8    | doors 5 × 64 ]
 */
export const MessageFrame = { capabilities: 0, endpoints: 320, doors: 384 } as const;
export const SLOTS = 8;
/** Words of a capability and of an endpoint. */
export const RECORD = 8;
export const DOOR = 64;

/** Where a service finds the capability to receive what it is asked. */
export const OWN_SLOT = 0;
/** Where it finds the one to ask another, which it declares. */
export const slotToAsk = ({ uses }: Pick<Service, 'uses'>, name: ServiceName): number =>
  1 + uses.indexOf(name);

/**
 * Calls that only such processes may make, besides those on messages (spec/calls/ipc.ts); for others they do not exist.
 *
 * - copyIn(from, to, bytes), copyOut(from, to, bytes): between the client of the request in hand and its segment.
 * - awaitInterrupt(device): 0, when one of its devices has interrupted since the last time.
 * - ask(slot, operation, a0, a1, a2): has the service do something that the capability names; its result.
 *
 * What it is asked it gets by replyReceive: the client is the badge, a1 is the operation, a2 to a4 are the arguments.
 */
export const ServiceCall = { copyIn: 64, copyOut: 65, awaitInterrupt: 66, ask: 67 } as const;
