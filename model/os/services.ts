/**
 * Contexts of services: processes that the kernel brings, with ids from SERVICE_TID on. They are no tasks: their registers
 * and pages are their own business, nobody waits for them, and a hart that runs one is busy. What is judged is that they
 * run in user mode, and that they reach only what is theirs: no frame of the kernel, no page table, no page of a task or
 * program, no frame of another service, no device that was not given to them. Nor do their devices: what one moves by DMA
 * goes to and from frames of the service that drives it.
 *
 * Left out: what a service reaches in RAM that is nobody's.
 */
import { DEVICE_FRAME, Device, type DeviceName, deviceFrame } from '../../spec/devices.ts';
import type { Event, ReturnEvent, Translation } from '../../spec/events.ts';
import { FIRST_TEXT_FRAME, SERVICE_TID } from '../../spec/layout.ts';
import { type Frame, rightsName, type Tid } from '../../spec/riscv.ts';
import { hex } from './instruction.ts';
import { settleDue } from './ipc/underway.ts';
import { type OsState, type ServiceClaim, take } from './state.ts';
import type { Violation } from './violation.ts';
import { occupy, releaseHandled } from './waiting.ts';

type Of<K extends Event['kind']> = Extract<Event, { kind: K }>;

export const isService = (tid: Tid): boolean => tid >= SERVICE_TID;

/** A service in user space; `undefined`: there is none of that id. */
const serviceOf = ({ setting }: OsState, tid: Tid): ServiceClaim | undefined => {
  const service = setting.services[tid - SERVICE_TID];
  return service?.placement === 'user' ? service : undefined;
};

/** The kernel goes to a service. `undefined`: it is none, or nothing is wrong. */
export const runService = (state: OsState, event: ReturnEvent): Violation | undefined => {
  const hart = state.harts[event.hart];
  const service = serviceOf(state, event.tid);
  if (!hart) return undefined;
  const common = { hart: event.hart, tid: hart.task };
  if (!service) {
    return {
      ...common,
      clause: 'unknown-context',
      expected: 'before the return scontext holds the id of a task, or of a service in user space',
      observed: `scontext is ${hex(event.tid)}, and there is no such service`,
    };
  }
  if (event.mode === 'S') {
    return {
      ...common,
      clause: 'service-privileged',
      expected: `the service ${service.name} runs in user mode`,
      observed: 'the return goes to supervisor mode, so it would run with all privileges',
    };
  }
  const violation = beyond(state, service, event);
  if (violation) return violation;
  take(state, 'serviceRan');
  state.speaker = undefined;
  settleDue(state, event);
  releaseHandled(state, event.hart);
  occupy(state, hart, event.tid);
  return undefined;
};

/** The first translation that leads where the service may not go. What it reaches now is its own; nothing else is. */
const beyond = (
  state: OsState,
  service: ServiceClaim,
  event: ReturnEvent,
): Violation | undefined => {
  for (const [frame, tid] of state.serviceFrames) {
    if (tid === event.tid) state.serviceFrames.delete(frame);
  }
  for (const translation of event.view) {
    const whose = ownerOf(state, service, event, translation);
    if (whose) return trespass(state, service, event, translation, whose);
    if (translation.frame >= DEVICE_FRAME) take(state, 'serviceHasDevice');
    else state.serviceFrames.set(translation.frame, event.tid);
  }
  return undefined;
};

const trespass = (
  { harts }: OsState,
  { name }: ServiceClaim,
  { hart }: ReturnEvent,
  { vpn, frame, rights, source }: Translation,
  whose: string,
): Violation => ({
  clause: 'service-reach',
  hart,
  tid: harts[hart]?.task ?? 0,
  vpn,
  frame,
  expected: `the service ${name} reaches only its own frames and devices`,
  observed: `${source === 'tlb' ? `the TLB of hart ${hart}` : 'its page table'} gives it ${rightsName(rights)} at ${hex(vpn << 12)}, to frame ${frame}: ${whose}`,
});

/** Whose the frame is, if it is not this service's. */
const ownerOf = (
  state: OsState,
  service: ServiceClaim,
  event: ReturnEvent,
  { frame }: Translation,
): string | undefined => {
  const { layout } = state.setting;
  if (frame >= DEVICE_FRAME) return deviceOwner(service, frame);
  if (event.tables.includes(frame)) return 'a page table';
  if (frame < FIRST_TEXT_FRAME) return 'the kernel’s';
  if (frame < layout.firstFree) return `the text of program ${frame - FIRST_TEXT_FRAME}`;
  const page = state.pages.get(state.placement.get(frame) ?? 0);
  if (page?.frame === frame) return `it holds ${pageText(state, page.id)}`;
  const other = state.serviceFrames.get(frame);
  const name = other === undefined ? undefined : serviceOf(state, other)?.name;
  return name === undefined || other === event.tid ? undefined : `that of the service ${name}`;
};

const DEVICES = Object.keys(Device) as DeviceName[];

const deviceOwner = ({ devices }: ServiceClaim, frame: Frame): string | undefined => {
  const device = DEVICES.find((name) => deviceFrame(Device[name]) === frame);
  if (device && devices.includes(device)) return undefined;
  return device ? `the registers of ${device}, which it was not given` : 'beyond all devices';
};

const pageText = ({ spaces, tasks }: OsState, page: number): string => {
  for (const space of spaces.values()) {
    for (const [vpn, mapping] of space.pages) {
      if (mapping.page !== page) continue;
      const [holder] = [...tasks.values()].filter(
        (task) => task.space === space.id && task.status !== 'ended',
      );
      return `the page of task ${holder?.tid ?? 0} at ${hex(vpn << 12)}`;
    }
  }
  return 'a page of a task';
};

/** A device has moved data: where its driver is a service in user space, only to and from what that service reaches. */
export const moved = (state: OsState, event: Of<'dma'>): Violation | undefined => {
  const name = DEVICES.find((device) => Device[device] === event.device);
  const { services } = state.setting;
  const index = services.findIndex(
    ({ placement, devices }) =>
      placement === 'user' && name !== undefined && devices.includes(name),
  );
  const service = services[index];
  if (!service) return undefined;
  if (event.frame < 0) {
    take(state, 'dmaRefused');
    return undefined;
  }
  take(state, 'dmaMoved');
  if (state.serviceFrames.get(event.frame) === SERVICE_TID + index) return undefined;
  return {
    clause: 'dma-outside',
    hart: event.hart,
    tid: 0,
    frame: event.frame,
    expected: `the device ${name} moves data to and from frames of the service ${service.name}, which drives it`,
    observed: `it ${event.into ? 'wrote to' : 'read from'} frame ${event.frame}, which that service does not reach`,
  };
};
