/** The calls on tasks, children, memory, protection, sharing, threads and the console. */
import type { AbiGroup, CallDescription } from './call.ts';

/** The groups that need no service. */
export const CORE_GROUPS = [
  'tasks',
  'children',
  'memory',
  'protection',
  'sharing',
  'threads',
  'console',
] as const satisfies readonly AbiGroup[];
export type CoreCallName =
  | 'spawn'
  | 'exit'
  | 'yield'
  | 'wait'
  | 'kill'
  | 'map'
  | 'unmap'
  | 'protect'
  | 'share'
  | 'thread'
  | 'write';

interface CoreCall extends CallDescription {
  readonly name: CoreCallName;
}

const unaligned = 'va is not a multiple of 4096, is 0, or is not below userEnd';
const outOfMemory = 'the frames needed exceed those of the machine (see frame budget)';

export const CORE_CALLS: readonly CoreCall[] = [
  {
    name: 'spawn',
    group: 'tasks',
    args: ['program'],
    effect:
      'Starts programs[program] as a new task, a child of the caller, in an address space of its own that holds only ' +
      'its text (read and execute) at 0x1000. All registers are 0, pc is the entry. Returns its tid: 1 or more, never ' +
      'used before in this run.',
    errors: { ENOENT: 'there is no such program', ENOMEM: outOfMemory },
  },
  {
    name: 'exit',
    group: 'tasks',
    args: ['code'],
    effect:
      'Ends the caller; never returns. The last task of an address space takes its pages along.',
    errors: {},
  },
  {
    name: 'yield',
    group: 'tasks',
    args: [],
    effect: 'Lets other tasks run. Returns 0.',
    errors: {},
  },
  {
    name: 'wait',
    group: 'children',
    args: ['tid'],
    effect:
      'Waits until the child has ended and forgets it. Returns code & 0xff after exit(code), 256 + scause after a ' +
      'fault, 512 after kill.',
    errors: { ECHILD: 'tid is not a child of the caller, or was waited for already' },
  },
  {
    name: 'kill',
    group: 'children',
    args: ['tid'],
    effect:
      'Ends a child of the caller. Returns 0. A child that runs on another hart may go on until its next trap.',
    errors: {
      EPERM: 'tid is a task that runs, but not a child of the caller',
      ESRCH: 'no task tid, or it has ended already',
    },
  },
  {
    name: 'map',
    group: 'memory',
    args: ['va', 'prot'],
    effect:
      'Gives the caller’s address space a page of zeros at va. prot is R (2) or R | W (6). Returns 0.',
    errors: {
      EINVAL: `${unaligned}; or prot is neither 2 nor 6`,
      EEXIST: 'a page is mapped there already',
      ENOMEM: outOfMemory,
    },
  },
  {
    name: 'unmap',
    group: 'memory',
    args: ['va'],
    effect:
      'Takes the page at va out of the caller’s address space: once it has returned no task of it reaches the page, ' +
      'on any hart. Returns 0.',
    errors: { EINVAL: `${unaligned}; or no page is mapped there; or it is the program’s text` },
  },
  {
    name: 'protect',
    group: 'protection',
    args: ['va', 'prot'],
    effect: 'Changes the rights of the page at va to R (2), R | W (6) or R | X (10). Returns 0.',
    errors: {
      EINVAL: `${unaligned}; or no page is mapped there; or it is the program’s text; or prot is none of 2, 6, 10`,
    },
  },
  {
    name: 'share',
    group: 'sharing',
    args: ['va', 'tid', 'prot'],
    effect:
      'Maps the caller’s page at va into the address space of a child, at the same address, with prot: R (2) or ' +
      'R | W (6), at most the caller’s own rights. Both see the same words from then on. Returns 0.',
    errors: {
      EINVAL: `${unaligned}; or no page is mapped there; or it is the program’s text; or prot is neither 2 nor 6 or exceeds the caller’s`,
      ESRCH: 'no task tid, or it has ended',
      EPERM: 'tid is a task, but not a child of the caller',
      EEXIST: 'the child has a page there already',
      ENOMEM: outOfMemory,
    },
  },
  {
    name: 'thread',
    group: 'threads',
    args: ['pc'],
    effect:
      'Starts a new task, a child of the caller, in the caller’s address space at pc. All registers are 0. Returns its ' +
      'tid. The address space dies with its last task.',
    errors: {
      EINVAL: 'pc is not a multiple of 4, or not below userEnd',
      ENOMEM: outOfMemory,
    },
  },
  {
    name: 'write',
    group: 'console',
    args: ['va', 'length'],
    buffers: [{ address: 0, length: 1 }],
    effect:
      'Sends length bytes from va to the console, in order. Returns how many were sent; fewer than length only ' +
      'where the next byte cannot be read, or by the kernel’s choice after at least one.',
    errors: {
      EFAULT:
        'some byte of the range cannot be read by the caller (then none or a readable prefix was sent)',
    },
  },
];
