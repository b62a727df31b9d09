/** Properties of control: the kernel keeps the machine, and gives it to who can use it. */
import type { Property } from './property.ts';

export const CONTROL_PROPERTIES: readonly Property[] = [
  {
    id: 'control/no-privilege',
    statement: 'User programs run in user mode only; privileged instructions never succeed there.',
    formula: '∀ return to user text: mode = U ∧ ∀ privileged instruction in U: illegal instruction',
    source: 'RISC-V Privileged, 1.2 and 4.1.1',
    clauses: ['privileged-mode'],
    groups: [],
    exercise: ['privilegedRefused'],
    todo: 'Set sstatus.SPP to U before every return to a task.',
    knownAs: 'SYSRET with an unchecked return address ran user code privileged (CVE-2012-0217).',
  },
  {
    id: 'control/regains-control',
    statement: 'The kernel takes the hart back from any program, endless loops included.',
    formula: '∀ t on a hart, u runnable: t traps within 256 instructions',
    source: 'Textbook: the kernel handles CPU scheduling; preemption by timer',
    clauses: ['not-preempted'],
    groups: [],
    exercise: ['loopInterrupted', 'illegalInstruction', 'misaligned'],
    todo: 'Set stimecmp before every return to a task: a slice of at most 256 instructions.',
    knownAs: 'Cooperative systems (MS-DOS, early Windows and Mac OS) hang with one program.',
  },
  {
    id: 'control/work-conservation',
    statement: 'No hart idles while a task stays runnable.',
    formula:
      '∀ hart h idle, t runnable on no hart: within 256 instructions elsewhere t runs or h is woken',
    source: 'Work conservation, any operating-systems textbook',
    clauses: ['idle-while-runnable'],
    groups: [],
    exercise: ['wokenHart'],
    todo: 'When a task becomes runnable, wake a hart that waits: send it an inter-processor interrupt. Before idling look at the queue once more.',
    knownAs:
      'The Linux scheduler left cores idle for years (Lozi et al. 2016); CVE-2021-20317 lost wake-ups.',
  },
  {
    id: 'control/fairness',
    statement: 'A runnable task waits for at most N dispatches of others, N as the kernel claims.',
    formula: '∀ t runnable from e: at most N dispatches of others before t’s',
    source: 'Round robin: bounded waiting',
    clauses: ['unfair'],
    groups: [],
    needsFairness: true,
    exercise: ['waitedForTask'],
    todo: 'Queue at the tail, take from the head.',
    knownAs: 'Mars Pathfinder reset because a task never got its turn (priority inversion).',
  },
  {
    id: 'control/kernel-stays-up',
    statement: 'Nothing that a program does makes the kernel fault, throw or hang.',
    formula: '∀ runs: no fault of S mode on a kernel address, no halt, every handler returns',
    source: 'Textbook, monolithic: “Less stability”',
    clauses: ['kernel-fault', 'handler-threw', 'handler-hangs', 'forbidden-host-call'],
    groups: [],
    exercise: ['returned', 'illegalInstruction'],
    todo: 'Check every number that comes from a program before using it: call numbers, addresses, lengths, indices, tids.',
    knownAs: 'User pointers used unchecked: CVE-2017-5123 (waitid), CVE-2014-0038 (recvmmsg).',
  },
];
