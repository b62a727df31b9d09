/** Properties of services in user space: what is outside the kernel has no more power than a task. */
import type { Property } from './property.ts';

export const PRIVILEGE_PROPERTIES: readonly Property[] = [
  {
    id: 'privilege/services-in-user-mode',
    statement:
      'A service that is placed in user space never runs with the privileges of the kernel.',
    formula: '∀ return to a service s placed in user space: mode = U',
    source:
      'The textbook: in a microkernel most system services operate in user space as separate processes',
    clauses: ['service-privileged'],
    groups: [],
    needsServices: true,
    exercise: ['serviceRan'],
    todo: 'Clear sstatus.SPP before each return to a service, as for a task.',
    knownAs: 'An exiting task kept the kernel’s address limit: CVE-2010-4258.',
  },
  {
    id: 'privilege/service-reach',
    statement:
      'A service in user space reaches its own frames and the devices that it was given, and nothing else.',
    formula:
      '∀ return to a service s, ∀ translation with U of its tables and that hart’s TLB: frame ∉ kernel ∪ tables ∪ pages of tasks ∪ frames of other services ∪ devices not given to s',
    source: 'seL4 Reference Manual: frames and devices only through capabilities',
    clauses: ['service-reach'],
    groups: [],
    needsServices: true,
    exercise: ['serviceRan', 'serviceHasDevice'],
    todo: 'Give each service tables of its own, with its segment and the register pages of its devices; fence when a frame changes hands.',
    knownAs:
      'The processor’s TLB was flushed, the IOMMU’s was not: seL4 935714a4c; a mapping outlived its capability: seL4 08b926556.',
  },
  {
    id: 'privilege/dma-within-domain',
    statement:
      'A device whose driver is a service in user space moves data to and from the frames of that service only.',
    formula: '∀ DMA of a device of s to or from a frame f: f ∈ frames that s reaches',
    source:
      'RISC-V IOMMU Architecture, 1: device accesses are confined to the memory that is assigned to the device’s domain',
    clauses: ['dma-outside'],
    groups: [],
    needsServices: true,
    exercise: ['dmaMoved', 'dmaRefused'],
    todo: 'Turn the IOMMU on for each device before its driver runs, with the driver’s own tables, and invalidate it when they change.',
    knownAs: 'The processor’s TLB was flushed, the IOMMU’s was not: seL4 935714a4c.',
  },
];
