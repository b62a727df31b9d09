/**
 * The linker: makes a kernel of services and of where each of them is.
 *
 * The services do not know where they are: what differs is how a request gets to them and what they can reach. A service
 * in the kernel is called through its address on the caller's kernel thread; it reaches everything that is mapped.
 * A service outside is a process (process/): requests are messages, and it reaches its own pages and devices only.
 */
import {
  type ArchitectureName,
  type BootImage,
  defineKernel,
  type Kernel,
  type Machine,
  type Routine,
} from '../../hardware/contract.ts';
import type { AbiGroup } from '../../spec/abi.ts';
import { CORE_GROUPS } from '../../spec/calls/core.ts';
import { INPUT_CALL } from '../../spec/calls/terminal.ts';
import { Device, type DeviceName } from '../../spec/devices.ts';
import { type Frame, wordIn } from '../../spec/riscv.ts';
import { boot } from '../core/boot.ts';
import { FAIRNESS, LATEST_IPI } from '../core/build.ts';
import type { CallRoutine, Routines, State } from '../core/kernel.ts';
import { routines as core } from '../core/routines.ts';
import { withIpc } from '../ipc/index.ts';
import type { IpcRoutines } from '../ipc/kernel.ts';
import { ipcRoutines } from '../ipc/routines.ts';
import { callsWithoutModules, type ModulesIn, withModules } from '../modules/kernel.ts';
import { SERVICE_NAMES, type Service, type ServiceName } from '../services/contract.ts';
import { SERVICES } from '../services/index.ts';
import { installService } from './install.ts';
import type { Link, Linked, LinkOf, Process, ProcessRoutines } from './linkage.ts';
import { askPatiently } from './patience.ts';
import { LinkError, type Placement, problemsOf } from './problems.ts';
import { serviceCalls } from './process/calls.ts';
import { throughDoors } from './process/doors.ts';
import { MESSAGE_FRAMES, PROCESS_FRAMES } from './process/layout.ts';
import { processRoutines } from './process/routines.ts';
import { callsServedBy, linkRoutines, SERVED, served } from './routines.ts';

export { LinkError, type Place, type Placement } from './problems.ts';

export interface Linkage {
  readonly name: string;
  /** Where each service is. */
  readonly placement: Placement;
  /** The five of this project, unless given. */
  readonly services?: readonly Service[];
  /** Routines that take the place of the reference kernel's. */
  readonly routines?: Partial<Routines>;
  /** The same for those of services that are processes. */
  readonly processes?: Partial<ProcessRoutines>;
  /** The same for those of messages, where any service is a process. */
  readonly ipc?: Partial<IpcRoutines>;
  /** The same for loadable modules. They run where most of the services do. */
  readonly modules?: ModulesIn;
  /** False: makes no claim of fairness. */
  readonly fairness?: number | false;
}

const ALL: readonly Service[] = SERVICE_NAMES.map((name) => SERVICES[name]);

/** @throws {LinkError} if these services cannot be linked this way */
export const linkKernel = (linkage: Linkage): Kernel => {
  const { name, placement, services = ALL, fairness = FAIRNESS } = linkage;
  const problems = problemsOf(services, placement);
  if (problems.length > 0) throw new LinkError(problems);
  const calls = callsServedBy(services.map((service) => service.name));
  return defineKernel({
    name,
    architecture: architectureOf(services, placement),
    implements: groupsOf(services, placement),
    ...(fairness === false ? {} : { fairness }),
    modules: homeOf(services, placement),
    ipiDelay: LATEST_IPI,
    serviceFrames:
      services.reduce((sum, one) => sum + framesOf(one, placement), 0) +
      (isOutside(services, placement) ? MESSAGE_FRAMES : 0),
    services: services.map((service) => ({
      name: service.name,
      placement: placement[service.name] ?? 'kernel',
      devices: service.devices,
    })),
    boot: (machine, image) => bootLinked(machine, image, { ...linkage, services }, calls),
  });
};

/** Tasks send each other messages where services do. */
const groupsOf = (services: readonly Service[], placement: Placement): readonly AbiGroup[] => {
  const names = services.map(({ name }) => name);
  return [
    ...CORE_GROUPS,
    ...SERVED.filter(({ by }) => names.includes(by)).map(({ group }) => group),
    ...(architectureOf(services, placement) === 'monolithic' ? [] : (['ipc'] as const)),
    'modules',
  ];
};

const isOutside = (services: readonly Service[], placement: Placement): boolean =>
  services.some(({ name }) => placement[name] === 'user');

/** All in the kernel, none, or some. */
const architectureOf = (services: readonly Service[], placement: Placement): ArchitectureName => {
  const outside = services.filter(({ name }) => placement[name] === 'user').length;
  if (outside === 0) return 'monolithic';
  return outside === services.length ? 'microkernel' : 'hybrid';
};

/** A kernel all of whose services are processes runs modules as processes, too. */
const homeOf = (services: readonly Service[], placement: Placement): 'kernel' | 'user' =>
  architectureOf(services, placement) === 'microkernel' ? 'user' : 'kernel';

/** What no service drives. */
const freeDevices = (services: readonly Service[]): readonly DeviceName[] =>
  (Object.keys(Device) as DeviceName[]).filter(
    (name) => name !== 'iommu' && !services.some(({ devices }) => devices.includes(name)),
  );

/** Its segment, a page of text and a leaf table; and what a process needs. */
const framesOf = ({ name, pages }: Service, placement: Placement): number =>
  pages + 2 + (placement[name] === 'user' ? PROCESS_FRAMES : 0);

const bootLinked = (
  machine: Machine,
  image: BootImage,
  {
    services,
    placement,
    routines: replaced = {},
    processes = {},
    ipc = {},
    modules = {},
  }: Linkage & { services: readonly Service[] },
  calls: ReturnType<typeof callsServedBy>,
): Routine => {
  let link: Link | undefined;
  const linkOf: LinkOf = (k) => {
    link ??= createLink(k, services, placement, { ...processRoutines, ...processes }, messages);
    return link;
  };
  const messages = throughDoors(linkOf, { ...ipcRoutines, ...ipc });
  const names = services.map(({ name }) => name);
  const plain: Routines = { ...core, ...consoleCall(linkOf, names, replaced), ...replaced };
  const allInside = architectureOf(services, placement) === 'monolithic';
  const base = allInside ? plain : { ...plain, ...withIpc(plain, messages) };
  const further = new Map<number, CallRoutine>([
    ...calls.map(([number, by, operation]) => [number, served(linkOf, by, operation)] as const),
    ...(names.includes('console')
      ? [[INPUT_CALL, served(linkOf, 'console', 1, askPatiently)] as const]
      : []),
    ...(allInside ? [] : serviceCalls(linkOf)),
  ]);
  const linked = linkRoutines(base, linkOf, !allInside);
  if (!image.modules)
    return boot(machine, image, linked, new Map([...further, ...callsWithoutModules]));
  const home = homeOf(services, placement);
  const extended = withModules(linked, { home, devices: freeDevices(services), ...modules });
  return boot(machine, image, { ...linked, ...extended }, further);
};

/** The console service does `write`; but a kernel with its own way to send bytes keeps it. */
const consoleCall = (
  linkOf: LinkOf,
  names: readonly ServiceName[],
  replaced: Partial<Routines>,
): Partial<Routines> =>
  names.includes('console') && !replaced.sendBytes ? { write: served(linkOf, 'console', 0) } : {};

const processOf = (root: Frame, userLeaf: Frame): Process => ({
  task: 0,
  root,
  userLeaf,
  alive: false,
  crashes: 0,
  refusals: 0,
  patience: 0,
  heartbeats: 0,
});

const createLink = (
  k: State,
  list: readonly Service[],
  placement: Placement,
  processes: ProcessRoutines,
  messages: IpcRoutines,
): Link => {
  let next = 0;
  const take = (): Frame => {
    next += 1;
    return wordIn(k.image.serviceFrames, next - 1);
  };
  const services = list.map((service, index): Linked => {
    const linked: Linked = {
      service,
      index,
      segment: Array.from({ length: service.pages }, take),
      text: take(),
      leaf: take(),
      process: placement[service.name] === 'user' ? processOf(take(), take()) : undefined,
      faults: k.image.faults.filter((fault) => fault.service === service.name),
      strike: (fault) => k.machine.strike(k.image.faults.indexOf(fault)),
      install: () => installService(link, linked),
      entry: 0,
      running: undefined,
      holder: undefined,
      queue: [],
      client: undefined,
      requests: 0,
      clients: new Set(),
      pending: new Set(),
      waiters: new Map(),
      patient: [],
    };
    return linked;
  });
  const [hart] = k.machine.harts;
  if (!hart) throw new Error('the machine has no hart');
  const link: Link = {
    k,
    ipc: { k, routines: messages },
    messages: isOutside(list, placement) ? take() : 0,
    services,
    processes,
    byName: new Map(services.map((linked) => [linked.service.name, linked])),
    threads: new Map(),
    ready: [],
    out: new Set(),
    returned: [],
    nextThread: 1,
    busy: 0,
    hart,
    thread: undefined,
  };
  return link;
};
