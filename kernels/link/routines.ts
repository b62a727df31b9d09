/**
 * How services hang in a kernel: the routines that the linker wraps, and the calls that services do.
 */
import type { Hart } from '../../hardware/contract.ts';
import { type AbiGroup, Call, type CallDescription } from '../../spec/abi.ts';
import { DATAGRAM_CALLS } from '../../spec/calls/datagrams.ts';
import { FILE_CALLS } from '../../spec/calls/files.ts';
import { Device, type DeviceId, type DeviceName } from '../../spec/devices.ts';
import { Cause, Mode } from '../../spec/riscv.ts';
import { isFree } from '../core/frames.ts';
import { type CallRoutine, NO_RESULT, type Routines } from '../core/kernel.ts';
import { SpaceWord } from '../core/layout.ts';
import { get } from '../core/tables.ts';
import type { ServiceName } from '../services/contract.ts';
import { KERNEL_CLIENT, taskClient } from './copying.ts';
import { reserve } from './install.ts';
import { FORGET, type Link, type LinkOf } from './linkage.ts';
import { comesBack, needsFrame, page } from './pager.ts';
import { wakePatient } from './patience.ts';
import { createProcess, serviceOf } from './process/process.ts';
import { HEARTBEAT, heartbeat, isAnyoneSilent, showsLife, usedSlice } from './process/watch.ts';
import { ask } from './requests.ts';
import { abandon, begin, beginAlone, resume, runReady, wake } from './threads.ts';

/** Which service does the calls of a group: the index of a call in the group is the number of the operation. */
export const SERVED: readonly {
  readonly group: AbiGroup;
  readonly by: ServiceName;
  readonly calls: readonly CallDescription[];
}[] = [
  { group: 'files', by: 'files', calls: FILE_CALLS },
  { group: 'datagrams', by: 'network', calls: DATAGRAM_CALLS },
];

/** A call that is an operation of a service. @param how once, unless the service may have to be asked again */
export const served =
  (linkOf: LinkOf, by: ServiceName, operation: number, how: typeof ask = ask): CallRoutine =>
  (k, hart, task, a0, a1, a2) => {
    const link = linkOf(k);
    const linked = link.byName.get(by);
    if (!linked) throw new Error(`there is no service ${by}`);
    link.hart = hart;
    const fast = linked.process && how === ask;
    if (fast && link.processes.callAtOnce(link, hart, task, linked, [operation, a0, a1, a2])) {
      return NO_RESULT;
    }
    return begin(link, hart, task, (thread) => {
      const client = taskClient(link, thread);
      linked.clients.add(client.id);
      return how(link, thread, linked, client, operation, a0, a1, a2);
    });
  };

/** The calls of the groups that these services do: number, service and operation. */
export const callsServedBy = (
  names: readonly ServiceName[],
): readonly (readonly [number, ServiceName, number])[] =>
  SERVED.filter(({ by }) => names.includes(by)).flatMap(({ by, calls }) =>
    calls.map(({ name }, operation) => [Call[name], by, operation] as const),
  );

/**
 * The routines of a kernel with services.
 * @param outside whether any of them is a process
 */
export const linkRoutines = (base: Routines, linkOf: LinkOf, outside: boolean): Routines => ({
  ...base,
  attach: (k) => {
    base.attach(k);
    const link = linkOf(k);
    reserve(link);
    for (const linked of link.services) {
      if (linked.process) createProcess(link, linked, linked.process);
    }
  },
  ...(outside ? watched(base, linkOf) : {}),
  resume: (k, hart, task) => resume(linkOf(k), hart, task),
  background: (k, hart) => runReady(linkOf(k), hart),
  externalInterrupt: (k, hart) => {
    takeInterrupts(linkOf(k), hart);
    runReady(linkOf(k), hart);
  },
  end: (k, task, status) => {
    abandon(linkOf(k), task);
    base.end(k, task, status);
  },
  releaseSpace: (k, space) => {
    const client = get(k, space, SpaceWord.id);
    base.releaseSpace(k, space);
    forget(linkOf(k), client);
  },
  pageFault: (k, hart, task) => {
    const link = linkOf(k);
    const memory = link.byName.get('memory');
    if (!memory || hart.spp === Mode.S || !needsFrame(k, hart, task)) {
      return base.pageFault(k, hart, task);
    }
    page(link, hart, task, memory);
    return true;
  },
  releaseFrame: (k, frame) => {
    base.releaseFrame(k, frame);
    if (isFree(k, frame)) comesBack(linkOf(k), frame);
  },
});

/** What differs where a service is a process: it may crash, and somebody has to notice. */
const watched = (base: Routines, linkOf: LinkOf): Partial<Routines> => ({
  switchTo: (k, hart, task) => {
    const process = serviceOf(linkOf(k), task)?.process;
    if (process) showsLife(process);
    base.switchTo(k, hart, task);
  },
  stop: (k, hart, task, status) => {
    const link = linkOf(k);
    const linked = serviceOf(link, task);
    if (!linked?.process) {
      base.stop(k, hart, task, status);
      return;
    }
    k.routines.vacate(k, hart);
    link.processes.crashed(link, linked, linked.process);
  },
  preempt: (k, hart, task) => {
    const link = linkOf(k);
    const linked = serviceOf(link, task);
    if (linked?.process && usedSlice(link, hart, linked, linked.process)) return;
    base.preempt(k, hart, task);
  },
  idle: (k, hart) => {
    base.idle(k, hart);
    if (isAnyoneSilent(linkOf(k))) hart.idle(HEARTBEAT);
  },
  trapFromKernel: (k, hart) => {
    if (hart.scause === Cause.timerInterrupt) heartbeat(linkOf(k));
    base.trapFromKernel(k, hart);
  },
});

/** Every service that the client has asked for something is told of its end. */
const forget = (link: Link, client: number): void => {
  for (const linked of link.services) {
    const cares = !linked.running || linked.running.forget !== undefined;
    if (!linked.clients.delete(client) || !cares) continue;
    beginAlone(link, (thread) => ask(link, thread, linked, KERNEL_CLIENT, FORGET, client, 0, 0));
  }
};

const nameOf = (device: DeviceId): DeviceName | undefined =>
  (Object.keys(Device) as DeviceName[]).find((name) => Device[name] === device);

/** Wakes the drivers of the devices that ask for it. */
const takeInterrupts = (link: Link, hart: Hart): void => {
  for (let device = link.k.machine.claim(); device >= 0; device = link.k.machine.claim()) {
    const name = nameOf(device as DeviceId);
    const driver = name && link.services.find(({ service }) => service.devices.includes(name));
    if (!name || !driver) {
      link.k.routines.strayInterrupt(link.k, hart, device as DeviceId);
      continue;
    }
    driver.pending.add(name);
    const waiter = driver.waiters.get(name);
    driver.waiters.delete(name);
    if (waiter) wake(link, waiter);
    wakePatient(link, driver);
  }
};
