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

export const DEVICE_PAGE = 960;

export const registersInProcess = (service: number, device: DeviceName): VirtualAddress =>
  serviceSegment(service) + (DEVICE_PAGE + Device[device]) * PAGE_SIZE;

/** Frames beyond segment, text and leaf table: its root table, and a leaf table without a page for user space. */
export const PROCESS_FRAMES = 2;

/**
 * Calls that only such processes may make; for others they do not exist.
 *
 * - next(result): answers the request in hand, if there is one, and waits for the next. Comes back with a0 client, a1
 *   operation, a2 … a4 arguments.
 * - reply(result): answers, without waiting.
 * - copyIn(from, to, bytes), copyOut(from, to, bytes): between the client of the request in hand and its segment.
 * - awaitInterrupt(device): 0, when one of its devices has interrupted since the last time.
 * - ask(service, operation, a0, a1, a2): has another service do something; its result.
 */
export const ServiceCall = {
  next: 64,
  copyIn: 65,
  copyOut: 66,
  awaitInterrupt: 67,
  ask: 68,
  reply: 69,
} as const;
