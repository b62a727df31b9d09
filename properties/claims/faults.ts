/**
 * What a fault of one service does to the tasks: a client of that service, one of another service, and one that only
 * computes. Each of them ends as it does without the fault, or it is hit.
 */
import fc from 'fast-check';
import { Control } from '../../kernels/core/layout.ts';
import { DIRECT_MAP, FIRST_TEXT_FRAME, KERNEL_TEXT, serviceSegment } from '../../spec/layout.ts';
import { PAGE_SIZE } from '../../spec/riscv.ts';
import {
  FAULT_KINDS,
  type FaultKind,
  type ServiceFault,
  type Workload,
} from '../../spec/workload.ts';
import { type FamilyName, type Shape, shapeOf, workloadOfShapes } from './families.ts';
import { type Fate, type Observed, observe } from './measure.ts';
import { shrinkWitness } from './shrink.ts';
import type { Part, Subject } from './subject.ts';

/** The family whose tasks use a service. */
const FAMILY_OF: Readonly<Record<string, FamilyName>> = {
  files: 'file',
  disk: 'file',
  console: 'console',
  network: 'datagram',
  memory: 'memory',
};

/** Words of RAM that a wild store hits: of nobody, where the kernel keeps which task runs, of its text (not writable). */
const inFrame = (frame: number, word: number): number => DIRECT_MAP + frame * PAGE_SIZE + word * 4;
const NOBODYS = inFrame(120, 0);
const RUNNING = inFrame(FIRST_TEXT_FRAME + 3, Control.harts);
const WILD_STORES = [NOBODYS, RUNNING, KERNEL_TEXT] as const;

/** A run that came to its fault, of a workload whose tasks all end without it. */
export interface FaultRun {
  readonly service: string;
  readonly placement: Part['placement'];
  readonly driver: boolean;
  readonly fault: ServiceFault;
  readonly workload: Workload;
  /** Tids by how they fared; who uses the service, directly or not, is a client. */
  readonly clientsHit: number;
  readonly bystandersHit: number;
  readonly tasks: number;
  /** The whole system is lost: no hart goes on. */
  readonly fatal: boolean;
  readonly lastWords: string;
}

const shape = (family: FamilyName): Shape => ({
  family,
  tasks: 1,
  rounds: 3,
  bytes: 16,
  harts: 1,
  tlbEntries: 16,
});

/**
 * Families that do not use a service, not even through another one, and whose results do not depend on when things
 * happen. Pages come from the memory service: what maps any uses it.
 */
const SPARED: Readonly<Record<string, readonly FamilyName[]>> = {
  files: ['console', 'memory', 'compute'],
  disk: ['console', 'memory', 'compute'],
  console: ['file', 'memory', 'compute'],
  network: ['file', 'console', 'memory', 'compute'],
  memory: ['compute'],
};

/** The physical address of the kernel's text, where no driver's tables lead. */
const WILD_DMA = 0;
/** Services whose devices move data themselves. */
const DMA_DRIVERS: readonly string[] = ['disk', 'network'];

/** Where generated wild stores go: null, pages of tasks, the kernel, and the other services. */
const TARGETS = [0, 0x2000, 0x3000, ...WILD_STORES, ...[0, 1, 2, 3, 4].map(serviceSegment)];

export interface FaultPlan {
  readonly fault: ServiceFault;
  readonly workload: Workload;
}

/** A fault of one of these services, beside tasks that do not use it, on 1 to 4 harts. The first task is its client. */
export const faultPlans = (services: readonly string[]): fc.Arbitrary<FaultPlan> =>
  fc.constantFrom(...services).chain((service) =>
    fc
      .record({
        kind: fc.constantFrom(...FAULT_KINDS),
        request: fc.nat({ max: 4 }),
        va: fc.constantFrom(...TARGETS),
        value: fc.constantFrom(0, 1, 0xffff_ffff),
        client: shapeOf(FAMILY_OF[service] ?? 'compute'),
        others: fc
          .array(fc.constantFrom(...(SPARED[service] ?? ['compute'])), {
            minLength: 1,
            maxLength: 2,
          })
          .chain((families) => fc.tuple(...families.map((family) => shapeOf(family)))),
      })
      .map(({ client, others, va, value, kind, request }) => {
        const where = kind === 'wild dma' ? { va: WILD_DMA } : {};
        const store = kind === 'wild store' ? { va, value } : where;
        const fault: ServiceFault = { service, kind, request, ...store };
        const shapes = [client, ...others].map((one) => ({ ...one, tasks: 1 }));
        return { fault, workload: workloadOfShapes(shapes, { faults: [fault] }) };
      }),
  );

/** The tasks: first the client of the service, then those that do not use it. */
const tasksFor = (service: string): readonly FamilyName[] => {
  const client = FAMILY_OF[service] ?? 'compute';
  const other = service === 'console' || service === 'memory' ? 'compute' : 'console';
  return [client, other, 'compute'];
};

const faultWorkload = (fault: ServiceFault): Workload =>
  workloadOfShapes(tasksFor(fault.service).map(shape), { faults: [fault] });

/** Every kind of fault of every service, at some of its requests; wild stores to each target. */
const faultsOf = ({ parts }: Subject): readonly ServiceFault[] =>
  parts.flatMap(({ name }) =>
    FAULT_KINDS.flatMap((kind) =>
      requestsFor(kind).flatMap((request) => faultsOfKind(name, kind, request)),
    ),
  );

/** The first and the third; the first only of a loop, which takes until the kernel's fuel is burnt. */
const requestsFor = (kind: FaultKind): readonly number[] =>
  kind === 'endless loop' ? [0] : [0, 2];

const faultsOfKind = (service: string, kind: FaultKind, request: number): ServiceFault[] => {
  if (kind === 'wild store')
    return WILD_STORES.map((va) => ({ service, kind, request, va, value: 0 }));
  if (kind === 'wild dma')
    return DMA_DRIVERS.includes(service) ? [{ service, kind, request, va: WILD_DMA }] : [];
  return [{ service, kind, request }];
};

const sound = ({ faults: _, ...workload }: Workload): Workload => workload;

/** The same faults for every kernel with these services. */
export const runFaults = (subject: Subject): readonly FaultRun[] => {
  const before = new Map<string, Observed>();
  return faultsOf(subject).flatMap((fault) => {
    const workload = faultWorkload(fault);
    const known = before.get(fault.service) ?? observe(subject.kernel, sound(workload));
    before.set(fault.service, known);
    return runFault(subject, fault, workload, known) ?? [];
  });
};

/** `undefined`: it never came to the fault, for that leaves a record; or the tasks do not end without it either. */
export const runFault = (
  subject: Subject,
  fault: ServiceFault,
  workload: Workload = faultWorkload(fault),
  before: Observed = observe(subject.kernel, sound(workload)),
): FaultRun | undefined => {
  const after = observe(subject.kernel, workload);
  if (!before.completed || before.digest === after.digest) return undefined;
  const part = subject.parts.find(({ name }) => name === fault.service);
  const hit = workload.start.map((_, index) => !sameFate(before.fates, after.fates, index + 1));
  return {
    service: fault.service,
    placement: part?.placement ?? 'kernel',
    driver: part?.driver ?? false,
    fault,
    workload,
    clientsHit: hit[0] ? 1 : 0,
    bystandersHit: hit.slice(1).filter(Boolean).length,
    tasks: hit.length,
    fatal: after.halted,
    lastWords: after.lastWords,
  };
};

/** The same fault in a workload as simple as can be, in which it does the same. */
export const simplest = (subject: Subject, run: FaultRun): FaultRun => {
  const again = (workload: Workload): FaultRun | undefined => {
    const [fault = run.fault] = workload.faults ?? [];
    const simpler = runFault(subject, fault, workload);
    const same =
      simpler !== undefined &&
      simpler.fatal === run.fatal &&
      simpler.clientsHit === run.clientsHit &&
      simpler.bystandersHit > 0 === run.bystandersHit > 0;
    return same ? simpler : undefined;
  };
  const workload = shrinkWitness(run.workload, (simpler) => again(simpler) !== undefined);
  return again(workload) ?? run;
};

export const sameFate = (
  before: ReadonlyMap<number, Fate>,
  after: ReadonlyMap<number, Fate>,
  tid: number,
): boolean => {
  const [one, other] = [before.get(tid), after.get(tid)];
  return (
    one !== undefined &&
    other !== undefined &&
    one.exited === other.exited &&
    one.results.length === other.results.length &&
    one.results.every((result, index) => result === other.results[index])
  );
};

/** Share of tasks that are hit, on average over faults. */
export const blastRadius = (
  runs: readonly Pick<FaultRun, 'clientsHit' | 'bystandersHit' | 'tasks'>[],
): number =>
  runs.length === 0
    ? 0
    : runs.reduce((all, run) => all + (run.clientsHit + run.bystandersHit) / run.tasks, 0) /
      runs.length;
