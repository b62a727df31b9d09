/** The textbook's claims on hybrid kernels. */
import type { Claim } from './claim.ts';
import { TEXTBOOK } from './textbook.ts';

const {
  definition: [hybrid = ''],
  pro: [performance = '', stable = '', flexible = '', compromise = '', tailored = ''],
  con: [decisions = '', stability = '', inconsistent = '', boundaries = '', inherit = ''],
} = TEXTBOOK.hybrid;

export const HYBRID_CLAIMS: readonly Claim[] = [
  {
    id: 'hybrid/some-in-the-kernel',
    about: 'hybrid',
    side: 'definition',
    quote: hybrid,
    tag: 'by definition',
    checked: 'Some services are placed in the kernel, others in user space.',
    check: { kind: 'definition', says: 'The placement has services on both sides.' },
  },
  {
    id: 'hybrid/faster-than-microkernels',
    about: 'hybrid',
    side: 'pro',
    quote: performance,
    tag: 'empirical',
    checked: 'The same workload takes no more cycles than on the microkernel.',
    check: { kind: 'less', measure: 'cycles', left: 'hybrid', right: 'microkernel', orEqual: true },
    reversedBy:
      'a service in the kernel that holds the lock, or asks one outside; services that work on several harts at once',
    counter: {
      wanted: 'A hybrid that is slower than the microkernel.',
      check: { kind: 'sometimesLess', measure: 'cycles', left: 'microkernel', right: 'hybrid' },
    },
  },
  {
    id: 'hybrid/more-stable-than-monolithic',
    about: 'hybrid',
    side: 'pro',
    quote: stable,
    tag: 'empirical',
    checked: 'A fault reaches a smaller share of the tasks than in the monolithic kernel.',
    check: { kind: 'less', measure: 'blastRadius', left: 'hybrid', right: 'monolithic' },
    reversedBy: 'faults in the services that stayed in the kernel',
  },
  {
    id: 'hybrid/flexible',
    about: 'hybrid',
    side: 'pro',
    quote: flexible,
    tag: 'empirical',
    checked:
      'Every placement of the services runs every workload to its end, and a task alone gets the same results.',
    check: { kind: 'placement', trait: 'all alike' },
    reversedBy:
      'services that know where the others are; a placement in which two wait for each other',
  },
  {
    id: 'hybrid/compromise',
    about: 'hybrid',
    side: 'pro',
    quote: compromise,
    tag: 'empirical',
    checked:
      'There is a hybrid that no other placement beats in cycles, privileged lines and blast radius at once.',
    check: { kind: 'placement', trait: 'on the front' },
    reversedBy:
      'a microkernel that is as fast as the hybrid, or a hybrid that a fault takes down whole',
  },
  {
    id: 'hybrid/tailored',
    about: 'hybrid',
    side: 'pro',
    quote: tailored,
    tag: 'empirical',
    checked:
      'For two families of workloads, different services are worth moving into the kernel first.',
    check: { kind: 'placement', trait: 'best differs' },
    reversedBy: 'one service that dominates the cost of every workload',
  },
  {
    id: 'hybrid/complex-decisions',
    about: 'hybrid',
    side: 'con',
    quote: decisions,
    tag: 'empirical',
    checked:
      'There is a hybrid that another placement beats on all counts: the choice can be wrong.',
    check: { kind: 'placement', trait: 'dominated' },
    reversedBy: 'placements of which each is the best at something',
  },
  {
    id: 'hybrid/kernel-components-crash',
    about: 'hybrid',
    side: 'con',
    quote: stability,
    tag: 'empirical',
    checked:
      'In each service there is a fault that ends the whole system where it stayed in the kernel.',
    check: { kind: 'fatal', architecture: 'hybrid', of: 'services' },
    reversedBy: 'a kernel that survives faults of its components',
  },
  {
    id: 'hybrid/inconsistent',
    about: 'hybrid',
    side: 'con',
    quote: inconsistent,
    tag: 'by definition',
    checked:
      'Services are reached in two ways, the monolithic kernel and the microkernel have one.',
    check: { kind: 'definition', says: 'Two mechanisms: direct calls inside, messages outside.' },
  },
  {
    id: 'hybrid/unclear-boundaries',
    about: 'hybrid',
    side: 'con',
    quote: boundaries,
    tag: 'by definition',
    checked: 'When a service moves, pairs of services have to be linked another way.',
    check: { kind: 'less', measure: 'mechanisms', left: 'monolithic', right: 'hybrid' },
    counter: {
      wanted: 'The boundary moves, the services do not change: the linker makes the other linkage.',
      check: {
        kind: 'definition',
        says: 'A service declares what it uses and does not know where that is.',
      },
    },
  },
  {
    id: 'hybrid/drawbacks-of-both',
    about: 'hybrid',
    side: 'con',
    quote: inherit,
    tag: 'empirical',
    checked:
      'There is a hybrid that is slower than another placement, and trusts and loses no less.',
    check: { kind: 'placement', trait: 'dominated' },
    reversedBy: 'placements of which each is the best at something',
  },
];
