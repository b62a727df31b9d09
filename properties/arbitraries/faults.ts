/** Workloads about files and datagrams in which one service goes wrong, once or twice, at a request of its own. */
import fc from 'fast-check';
import { DIRECT_MAP, KERNEL_TEXT, serviceSegment } from '../../spec/layout.ts';
import { FAULT_KINDS, type ServiceFault, type Workload } from '../../spec/workload.ts';
import type { WorkloadConstraints } from './constraints.ts';
import { fileWorkloadArbitrary } from './files/workload.ts';

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

const faultOf = (services: readonly string[]): fc.Arbitrary<ServiceFault> =>
  fc.record({
    service: fc.constantFrom(...services),
    request: fc.nat({ max: LAST_REQUEST }),
    kind: fc.constantFrom(...FAULT_KINDS),
    va: fc.constantFrom(...TARGETS),
    value: fc.constantFrom(0, 1, 0xffff_ffff),
  });

/** Commands after which the disk is stuck, in one of so many runs whose driver may fail. */
const STUCK_AFTER = 5;

/** @param services those that may go wrong */
export const faultyWorkloadArbitrary = (
  constraints: Partial<WorkloadConstraints>,
  services: readonly string[],
): fc.Arbitrary<Workload> =>
  fc
    .record({
      workload: fileWorkloadArbitrary(constraints),
      faults: fc.array(faultOf(services), { minLength: 1, maxLength: 2 }),
      stuck: fc.option(fc.nat({ max: STUCK_AFTER }), { freq: 6, nil: undefined }),
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
