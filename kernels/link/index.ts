/**
 * The linker: makes a kernel of services and of where each of them is.
 *
 * All in the kernel: a monolithic kernel. All in user space: a microkernel. Anything between: a hybrid. The services do
 * not know; what differs is how a request gets to them and what they can reach.
 *
 * Left out: moving a service while the system runs.
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
import { type Frame, wordIn } from '../../spec/riscv.ts';
import { boot } from '../core/boot.ts';
import type { Routines, State } from '../core/kernel.ts';
import { routines as core } from '../core/routines.ts';
import { SERVICE_NAMES, type Service, type ServiceName } from '../services/contract.ts';
import { SERVICES } from '../services/index.ts';
import { installService } from './install.ts';
import type { Link, Linked } from './linkage.ts';
import { LinkError, type Place, type Placement, problemsOf } from './problems.ts';
import { callsServedBy, type LinkOf, linkRoutines, SERVED, served } from './routines.ts';

export { LinkError, type Place, type Placement } from './problems.ts';

/** A task that is ready waits for at most so many dispatches of others, while no more than so many tasks are ready. */
const FAIRNESS = 64;

/** Shootdowns wait for their acknowledgement, however late the interrupt comes. */
const LATEST_IPI = 8;

export interface Linkage {
  readonly name: string;
  /** Where each service is. */
  readonly placement: Placement;
  /** The five of this project, unless given. */
  readonly services?: readonly Service[];
  /** Routines that take the place of the reference kernel's. */
  readonly routines?: Partial<Routines>;
  /** False: makes no claim of fairness. */
  readonly fairness?: number | false;
}

const ALL: readonly Service[] = SERVICE_NAMES.map((name) => SERVICES[name]);

/** @throws {LinkError} if these services cannot be linked this way */
export const linkKernel = (linkage: Linkage): Kernel => {
  const { name, placement, services = ALL, routines = {}, fairness = FAIRNESS } = linkage;
  const problems = problemsOf(services, placement);
  if (problems.length > 0) throw new LinkError(problems);
  const placed = services.map(
    (service): Placed => ({ service, place: placement[service.name] ?? 'kernel' }),
  );
  const calls = callsServedBy(services.map((service) => service.name));
  return defineKernel({
    name,
    architecture: architectureOf(placed),
    implements: groupsOf(placed),
    ...(fairness === false ? {} : { fairness }),
    ipiDelay: LATEST_IPI,
    serviceFrames: placed.reduce((sum, one) => sum + framesOf(one), 0),
    services: placed.map(({ service, place }) => ({
      name: service.name,
      placement: place,
      devices: service.devices,
    })),
    boot: (machine, image) => bootLinked(machine, image, placed, calls, routines),
  });
};

interface Placed {
  readonly service: Service;
  readonly place: Place;
}

const architectureOf = (placed: readonly Placed[]): ArchitectureName => {
  const inKernel = placed.filter(({ place }) => place === 'kernel').length;
  if (inKernel === placed.length) return 'monolithic';
  return inKernel === 0 ? 'microkernel' : 'hybrid';
};

const groupsOf = (placed: readonly Placed[]): readonly AbiGroup[] => {
  const names = placed.map(({ service }) => service.name);
  return [
    ...CORE_GROUPS,
    ...SERVED.filter(({ by }) => names.includes(by)).map(({ group }) => group),
  ];
};

/** Its segment, a page of text and a leaf table. */
const framesOf = ({ service }: Placed): number => service.pages + 2;

const bootLinked = (
  machine: Machine,
  image: BootImage,
  placed: readonly Placed[],
  calls: ReturnType<typeof callsServedBy>,
  replaced: Partial<Routines>,
): Routine => {
  let link: Link | undefined;
  const linkOf: LinkOf = (k) => {
    link ??= createLink(k, placed);
    return link;
  };
  const names = placed.map(({ service }) => service.name);
  const base: Routines = { ...core, ...consoleCall(linkOf, names, replaced), ...replaced };
  const further = new Map(
    calls.map(([number, by, operation]) => [number, served(linkOf, by, operation)]),
  );
  return boot(machine, image, linkRoutines(base, linkOf), further);
};

/** The console service does `write`; but a kernel with its own way to send bytes keeps it. */
const consoleCall = (
  linkOf: LinkOf,
  names: readonly ServiceName[],
  replaced: Partial<Routines>,
): Partial<Routines> =>
  names.includes('console') && !replaced.sendBytes ? { write: served(linkOf, 'console', 0) } : {};

const createLink = (k: State, placed: readonly Placed[]): Link => {
  let next = 0;
  const take = (): Frame => {
    next += 1;
    return wordIn(k.image.serviceFrames, next - 1);
  };
  const services = placed.map(({ service, place }, index): Linked => {
    const linked: Linked = {
      service,
      index,
      place,
      segment: Array.from({ length: service.pages }, take),
      text: take(),
      leaf: take(),
      faults: k.image.faults.filter((fault) => fault.service === service.name),
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
    };
    return linked;
  });
  const [hart] = k.machine.harts;
  if (!hart) throw new Error('the machine has no hart');
  const link: Link = {
    k,
    services,
    byName: new Map(services.map((linked) => [linked.service.name, linked])),
    threads: new Map(),
    ready: [],
    out: new Set(),
    returned: [],
    nextThread: 1,
    hart,
    thread: undefined,
  };
  return link;
};
