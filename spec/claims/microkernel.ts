/** The textbook's claims on microkernels. */
import type { Claim } from './claim.ts';
import { TEXTBOOK } from './textbook.ts';

const {
  definition: [microkernel = ''],
  pro: [stability = '', secure = '', extend = '', modular = '', isolation = ''],
  con: [switching = '', communication = '', latency = '', efficient = '', resources = ''],
} = TEXTBOOK.microkernel;

export const MICROKERNEL_CLAIMS: readonly Claim[] = [
  {
    id: 'microkernel/services-in-user-space',
    about: 'microkernel',
    side: 'definition',
    quote: microkernel,
    tag: 'by definition',
    checked:
      'Every service is a process of its own; the kernel has messages, tables and the ready queue.',
    check: { kind: 'definition', says: 'The placement has no service in the kernel.' },
  },
  {
    id: 'microkernel/driver-crash-contained',
    about: 'microkernel',
    side: 'pro',
    quote: stability,
    tag: 'empirical',
    checked:
      'Whatever goes wrong in a service, every task that does not use it ends as it would have.',
    check: { kind: 'contained', architecture: 'microkernel', of: 'services' },
    reversedBy: 'a service that holds what others wait for; a kernel that waits for a service; DMA',
    counter: {
      wanted: 'The system does not go down, but tasks that use the service are hurt by its crash.',
      check: { kind: 'less', measure: 'blastRadius', left: 'microkernel', right: 'monolithic' },
    },
  },
  {
    id: 'microkernel/less-privileged-code',
    about: 'microkernel',
    side: 'pro',
    quote: secure,
    tag: 'by definition',
    checked: 'Fewer source lines run in supervisor mode than in the monolithic kernel.',
    check: { kind: 'less', measure: 'privilegedLines', left: 'microkernel', right: 'monolithic' },
  },
  {
    id: 'microkernel/easier-to-extend',
    about: 'microkernel',
    side: 'pro',
    quote: extend,
    tag: 'by definition',
    checked: 'A driver is added without linking or booting anything again.',
    check: { kind: 'less', measure: 'rebuiltLines', left: 'microkernel', right: 'monolithic' },
  },
  {
    id: 'microkernel/modular',
    about: 'microkernel',
    side: 'pro',
    quote: modular,
    tag: 'by definition',
    checked: 'A change of a driver may break fewer lines than in the monolithic kernel.',
    check: { kind: 'less', measure: 'touchedLines', left: 'microkernel', right: 'monolithic' },
    counter: {
      wanted:
        'The parts are the same ones: these services are written once, with the same declared uses, wherever they are placed.',
      check: { kind: 'definition', says: 'Modularity of sources does not depend on placement.' },
    },
  },
  {
    id: 'microkernel/isolation',
    about: 'microkernel',
    side: 'pro',
    quote: isolation,
    tag: 'empirical',
    checked: 'A fault reaches a smaller share of the tasks than in the monolithic kernel.',
    check: { kind: 'less', measure: 'blastRadius', left: 'microkernel', right: 'monolithic' },
    reversedBy:
      'tasks that all use the service that crashes; a service that hangs and is not noticed',
  },
  {
    id: 'microkernel/context-switching',
    about: 'microkernel',
    side: 'con',
    quote: switching,
    tag: 'empirical',
    checked:
      'A workload that calls a service changes the address space more often than on the monolithic kernel.',
    check: {
      kind: 'less',
      measure: 'spaceSwitches',
      left: 'monolithic',
      right: 'microkernel',
      scope: 'calling',
    },
    reversedBy: 'services on harts of their own, whose tables stay loaded',
  },
  {
    id: 'microkernel/complex-communication',
    about: 'microkernel',
    side: 'con',
    quote: communication,
    tag: 'by definition',
    checked: 'More pairs of services cross from one protection domain to another.',
    check: { kind: 'less', measure: 'connections', left: 'monolithic', right: 'microkernel' },
  },
  {
    id: 'microkernel/message-latency',
    about: 'microkernel',
    side: 'con',
    quote: latency,
    tag: 'empirical',
    checked:
      'A task alone that calls a service waits longer than on the monolithic kernel, whatever events cost.',
    check: {
      kind: 'less',
      measure: 'work',
      left: 'monolithic',
      right: 'microkernel',
      scope: 'alone',
    },
    reversedBy:
      'page walks that cost more than traps: which pages push each other out of a TLB depends on who accesses them, and through which tables',
    counter: {
      wanted: 'Where several tasks work at once, more latency need not mean less throughput.',
      check: { kind: 'sometimesLess', measure: 'cycles', left: 'microkernel', right: 'monolithic' },
    },
  },
  {
    id: 'microkernel/harder-to-make-fast',
    about: 'microkernel',
    side: 'con',
    quote: efficient,
    tag: 'empirical',
    checked: 'There is a workload that takes more cycles than on the monolithic kernel.',
    check: { kind: 'sometimesLess', measure: 'cycles', left: 'monolithic', right: 'microkernel' },
    reversedBy: 'a fast path on which a message costs no more than a direct call',
    counter: {
      wanted: 'A workload that takes no more cycles on the microkernel.',
      check: { kind: 'sometimesLess', measure: 'cycles', left: 'microkernel', right: 'monolithic' },
    },
  },
  {
    id: 'microkernel/more-resources',
    about: 'microkernel',
    side: 'con',
    quote: resources,
    tag: 'empirical',
    checked: 'There is a workload for which services and tables take more memory.',
    check: {
      kind: 'sometimesLess',
      measure: 'residentBytes',
      left: 'monolithic',
      right: 'microkernel',
    },
    reversedBy: 'services that nobody asks, and that are not started',
  },
];
