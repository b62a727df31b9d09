/** The textbook's claims on monolithic kernels, and on what a kernel is. */
import type { Claim } from './claim.ts';
import { TEXTBOOK } from './textbook.ts';

const {
  definition: [kernel = ''],
} = TEXTBOOK.kernel;
const {
  definition: [monolithic = ''],
  pro: [performance = '', simple = '', noMessages = '', hardware = ''],
  con: [stability = '', footprint = '', codebase = '', security = '', extend = ''],
} = TEXTBOOK.monolithic;

export const KERNEL_CLAIMS: readonly Claim[] = [
  {
    id: 'kernel/always-there',
    about: 'kernel',
    side: 'definition',
    quote: kernel,
    tag: 'by definition',
    checked: 'Its text and tables are reachable from every address space, at every trap.',
    check: {
      kind: 'definition',
      says: 'A kernel is what runs on a trap: it is mapped in every address space, and no instruction of it runs in between. Of code that runs at all times there is none.',
    },
    counter: {
      wanted: 'It does not run all the time: user instructions run between two traps.',
      check: 'unreached',
    },
  },
];

export const MONOLITHIC_CLAIMS: readonly Claim[] = [
  {
    id: 'monolithic/all-in-kernel-space',
    about: 'monolithic',
    side: 'definition',
    quote: monolithic,
    tag: 'by definition',
    checked: 'Every service is placed in the kernel.',
    check: { kind: 'definition', says: 'The placement has no service in user space.' },
  },
  {
    id: 'monolithic/faster',
    about: 'monolithic',
    side: 'pro',
    quote: performance,
    tag: 'empirical',
    checked:
      'A workload that calls a service takes fewer cycles than on the microkernel, whatever events cost, on 1 to 4 harts.',
    check: {
      kind: 'less',
      measure: 'cycles',
      left: 'monolithic',
      right: 'microkernel',
      scope: 'calling',
    },
    reversedBy:
      'services that work on several harts at once, where in a monolithic kernel one lock lets in one hart at a time',
    counter: {
      wanted: 'A task alone, which nothing works beside, is served faster by direct calls.',
      check: {
        kind: 'less',
        measure: 'work',
        left: 'monolithic',
        right: 'microkernel',
        scope: 'alone',
      },
    },
  },
  {
    id: 'monolithic/simpler-design',
    about: 'monolithic',
    side: 'pro',
    quote: simple,
    tag: 'by definition',
    checked: 'One way to reach a service, the direct call: fewer mechanisms than the hybrid has.',
    check: {
      kind: 'definition',
      says: 'One mechanism links the services. What makes a design simple to a person is not measured.',
    },
  },
  {
    id: 'monolithic/no-messages',
    about: 'monolithic',
    side: 'pro',
    quote: noMessages,
    tag: 'by definition',
    checked: 'No message ever reaches a service.',
    check: {
      kind: 'definition',
      never: 'messages',
      says: 'Services are called directly: there is nobody to send to.',
    },
  },
  {
    id: 'monolithic/direct-hardware-access',
    about: 'monolithic',
    side: 'pro',
    quote: hardware,
    tag: 'by definition',
    checked: 'A driver reaches the registers of its device without leaving supervisor mode.',
    check: {
      kind: 'definition',
      says: 'All devices are mapped in supervisor mode, for every component and not only for their drivers.',
    },
    counter: {
      wanted:
        'Access is as direct outside the kernel: a driver in user space loads and stores in its own page of registers, without a trap.',
      check: {
        kind: 'definition',
        says: 'The page of registers is mapped in the driver’s tables.',
      },
    },
  },
  {
    id: 'monolithic/driver-crashes-system',
    about: 'monolithic',
    side: 'con',
    quote: stability,
    tag: 'empirical',
    checked: 'In each driver there is a fault that ends the whole system.',
    check: { kind: 'fatal', architecture: 'monolithic', of: 'drivers' },
    reversedBy:
      'a wild store that hits memory of no one; a kernel that ends the current task and goes on, as Linux does on an oops',
    counter: {
      wanted:
        'A fault that a monolithic kernel survives: Linux’s oops kills the current task and goes on; only in an interrupt, or with panic_on_oops, it panics.',
      check: 'survives',
    },
  },
  {
    id: 'monolithic/larger-footprint',
    about: 'monolithic',
    side: 'con',
    quote: footprint,
    tag: 'empirical',
    checked: 'Services and their tables take more memory than on the microkernel.',
    check: { kind: 'less', measure: 'residentBytes', left: 'microkernel', right: 'monolithic' },
    reversedBy: 'tables, address spaces and stacks of processes; services that are never started',
    counter: {
      wanted: 'Of the memory that runs with full privilege it is true.',
      check: {
        kind: 'less',
        measure: 'privilegedBytes',
        left: 'microkernel',
        right: 'monolithic',
      },
    },
  },
  {
    id: 'monolithic/complex-codebase',
    about: 'monolithic',
    side: 'con',
    quote: codebase,
    tag: 'by definition',
    checked: 'A changed driver is linked with more lines than in the microkernel.',
    check: { kind: 'less', measure: 'touchedLines', left: 'microkernel', right: 'monolithic' },
  },
  {
    id: 'monolithic/full-privileges',
    about: 'monolithic',
    side: 'con',
    quote: security,
    tag: 'by definition',
    checked: 'More source lines run in supervisor mode than in the microkernel.',
    check: { kind: 'less', measure: 'privilegedLines', left: 'microkernel', right: 'monolithic' },
  },
  {
    id: 'monolithic/recompilation',
    about: 'monolithic',
    side: 'con',
    quote: extend,
    tag: 'by definition',
    checked: 'A driver that is added makes more lines link and boot again.',
    check: { kind: 'less', measure: 'rebuiltLines', left: 'microkernel', right: 'monolithic' },
    counter: {
      wanted:
        'Loadable modules extend a monolithic kernel while it runs: nothing is linked or booted again.',
      check: { kind: 'extends', architectures: ['monolithic'], once: true },
    },
  },
];
