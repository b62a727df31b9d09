/** Workloads about files and datagrams in which one service goes wrong, once or twice, at a request of its own. */
import fc from 'fast-check';
import { DIRECT_MAP, KERNEL_TEXT, serviceSegment } from '../../spec/layout.ts';
import {
  FAULT_KINDS,
  type FaultKind,
  type ServiceFault,
  type Workload,
} from '../../spec/workload.ts';
import { besideBystander } from './bystanders.ts';
import type { WorkloadConstraints } from './constraints.ts';
import { fileWorkloadArbitrary } from './files/workload.ts';
import { syncedWorkloadArbitrary } from './synced-faults.ts';

/** Where wild stores go: null, pages of tasks, the kernel, its tables, and each other service. */
const TARGETS = [
  0,
  0x2000,
  0x3000,
  KERNEL_TEXT,
  DIRECT_MAP + 0x1000,
  DIRECT_MAP + 0x8000,
  ...[0, 1, 2, 3, 4].map(serviceSegment),
];

/** Requests at which a fault may be: the first ones, for most runs have few. */
const LAST_REQUEST = 6;

/** Where wild DMA goes: physical addresses of the kernel, its tables and the first free frames; no address of a driver. */
const DMA_TARGETS = [0, 0x1000, 0x5000, 0x8000];

/** Services whose devices move data themselves. */
const DMA_DRIVERS: readonly string[] = ['disk', 'network'];
const OTHER_KINDS = FAULT_KINDS.filter((kind) => kind !== 'wild dma');

/** Two in five faults of a driver is that its device does what it is told. */
const kindOf = (service: string): fc.Arbitrary<FaultKind> =>
  DMA_DRIVERS.includes(service)
    ? fc.oneof(
        { weight: 2, arbitrary: fc.constant<FaultKind>('wild dma') },
        { weight: 3, arbitrary: fc.constantFrom(...OTHER_KINDS) },
      )
    : fc.constantFrom(...OTHER_KINDS);

const faultOf = (services: readonly string[]): fc.Arbitrary<ServiceFault> =>
  fc
    .constantFrom(...services)
    .chain((service) =>
      fc.record({
        service: fc.constant(service),
        request: fc.oneof(fc.nat({ max: 1 }), fc.nat({ max: LAST_REQUEST })),
        kind: kindOf(service),
      }),
    )
    .chain((fault) =>
      fc.record({
        service: fc.constant(fault.service),
        request: fc.constant(fault.request),
        kind: fc.constant(fault.kind),
        va: fc.constantFrom(...(fault.kind === 'wild dma' ? DMA_TARGETS : TARGETS)),
        value: fc.constantFrom(0, 1, 0xffff_ffff),
      }),
    );

/** Commands after which the disk is stuck, at most. It is in one of six runs: where it is, other faults show little. */
const STUCK_AFTER = 5;
const stuckArbitrary = fc.oneof(
  { weight: 5, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.nat({ max: STUCK_AFTER }) },
);

/** @param services those that may go wrong */
export const faultyWorkloadArbitrary = (
  constraints: Partial<WorkloadConstraints>,
  services: readonly string[],
): fc.Arbitrary<Workload> => {
  const alone = anywhereArbitrary(constraints, services);
  const anywhere = fc.oneof(
    { weight: 1, arbitrary: alone },
    { weight: 1, arbitrary: besideBystander(alone, constraints) },
  );
  if (!services.includes('files') || constraints.groups?.includes('files') === false)
    return anywhere;
  const afterSync = syncedWorkloadArbitrary(fileWorkloadArbitrary(constraints));
  return fc.oneof({ weight: 9, arbitrary: anywhere }, { weight: 1, arbitrary: afterSync });
};

/** A fault of any kind, at any request. */
const anywhereArbitrary = (
  constraints: Partial<WorkloadConstraints>,
  services: readonly string[],
): fc.Arbitrary<Workload> =>
  fc
    .record({
      workload: fileWorkloadArbitrary(constraints),
      faults: fc.array(faultOf(services), { minLength: 1, maxLength: 2 }),
      stuck: stuckArbitrary,
    })
    .map(({ workload, faults, stuck }) => ({
      ...workload,
      faults,
      ...(stuck !== undefined &&
        services.includes('disk') && {
          devices: {
            diskLatency: 1,
            networkLatency: 1,
            ...workload.devices,
            diskStuckAfter: stuck,
          },
        }),
    }));
