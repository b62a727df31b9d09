/**
 * The properties that a kernel is held to. A clause is one rule that the model can find broken; a property is what a
 * person reads: one or more clauses, where the sentence comes from, and when a pass means something.
 */
import type { AbiGroup } from './abi.ts';
import type { Transition } from './transitions.ts';

/** Every rule that a run can break. The first one broken ends the judgement of that run. */
export const CLAUSES = [
  'load-is-last-store',
  'contents-survive',
  'fresh-page-is-zero',
  'stale-after-unmap',
  'rights-exceeded',
  'writable-and-executable',
  'reachable-without-map',
  'kernel-reachable',
  'frame-shared',
  'registers-differ',
  'unknown-context',
  'stopped-task-runs',
  'task-on-two-harts',
  'unrepairable-fault-returned',
  'allowed-access-refused',
  'bystander-lost',
  'enomem-too-early',
  'secret-observed',
  'not-preempted',
  'privileged-mode',
  'idle-while-runnable',
  'unfair',
  'kernel-fault',
  'handler-threw',
  'handler-hangs',
  'forbidden-host-call',
  'wrong-result-tasks',
  'wrong-result-children',
  'wrong-result-memory',
  'wrong-result-protection',
  'wrong-result-sharing',
  'wrong-result-threads',
  'wrong-result-console',
  'wrong-result-files',
  'wrong-result-datagrams',
  'wrong-result-ipc',
  'file-contents-differ',
  'datagram-differs',
  'call-never-returns',
  'console-differs',
  'unknown-call-accepted',
  'runs-differ',
  'state-kept',
] as const;
export type Clause = (typeof CLAUSES)[number];

export interface Property {
  /** family/name. */
  readonly id: string;
  /** One sentence that a student understands. */
  readonly statement: string;
  /** The same, exactly. Over all runs; t task, p page, e event. */
  readonly formula: string;
  /** The theorem, specification or textbook sentence that it comes from. */
  readonly source: string;
  readonly clauses: readonly Clause[];
  /** Judged only for kernels that claim all of these groups. */
  readonly groups: readonly AbiGroup[];
  /** Judged only for kernels that claim `fairness`. */
  readonly needsFairness?: true;
  /** Each must be taken in at least 5 % of the workloads, or the verdict is inconclusive. */
  readonly exercise: readonly Transition[];
  /** What a kernel must do. */
  readonly todo: string;
  /** The bug in the wild. */
  readonly knownAs: string;
}

const textbookIsolation =
  'Textbook, microkernel: “Better isolation between components”; seL4 integrity theorem';
const abiSource = 'The call table (spec/abi.ts)';

export const PROPERTIES: readonly Property[] = [
  {
    id: 'isolation/integrity',
    statement: 'What a task stores is what it loads, and nobody else changes it.',
    formula:
      '∀ load(t, a) = v: v is the last word stored to page(t, a) by a task that has it, in run order',
    source: textbookIsolation,
    clauses: ['load-is-last-store', 'contents-survive', 'frame-shared'],
    groups: ['memory'],
    exercise: ['load', 'store', 'loadAfterOther', 'recycledFrame'],
    todo:
      'Give a frame to one page only, until the last mapping of that page is gone and every hart has fenced it. Keep ' +
      'the kernel’s own data out of frames that users have.',
    knownAs:
      'A double free of a frame; Linux let a reused pipe slot keep its old flags and overwrite files (CVE-2022-0847, Dirty Pipe).',
  },
  {
    id: 'isolation/fresh-pages-are-zero',
    statement: 'A page that is newly mapped reads as zero, whatever its frame held before.',
    formula: '∀ map(t, a) = 0, load(t, a + i) before any store there: = 0',
    source:
      'POSIX mmap: anonymous memory is initialised to zero; seL4: memory is zeroed before it is reused',
    clauses: ['fresh-page-is-zero'],
    groups: ['memory'],
    exercise: ['freshLoad', 'recycledFrame'],
    todo:
      'Clear a frame before another task can see it: when it is freed, when it is allocated, or at the first touch. ' +
      'Choose one place for all frames; page tables are frames too.',
    knownAs: 'Object reuse. Linux let out part of a siginfo in CVE-2013-2141.',
  },
  {
    id: 'isolation/no-access-after-unmap',
    statement: 'Once unmap has returned, nobody reaches the page, on any hart.',
    formula:
      '∀ unmap(t, a) = 0 at e, access at e′ > e by a task of t’s space to a, no map between: e′ faults',
    source: 'RISC-V Privileged, 4.2.1: sfence.vma orders table writes on the local hart only',
    clauses: ['stale-after-unmap'],
    groups: ['memory'],
    exercise: ['unmap', 'refusedAfterUnmap'],
    todo:
      'Before unmap returns, and before the frame is given to anyone, every hart that may hold the entry must fence: ' +
      'send the others an inter-processor interrupt and fence in their handlers.',
    knownAs: 'TLB shootdown. Linux flushed too late in CVE-2018-18281 (mremap).',
  },
  {
    id: 'isolation/protection-bits',
    statement: 'A task does with a page only what the page’s rights allow.',
    formula: '∀ access(t, a, r): r ∈ rights(t, a), for every translation in tables and TLB',
    source: 'RISC-V Privileged, 4.3.2; textbook, kernel: isolation between components',
    clauses: ['rights-exceeded'],
    groups: ['memory'],
    exercise: ['refusedStore', 'refusedExecute'],
    todo: 'Build each table entry from the rights that were asked for. When rights shrink, fence every hart that may hold the old entry.',
    knownAs: 'Dirty COW: a retry forgot that the page was read-only (CVE-2016-5195).',
  },
  {
    id: 'isolation/write-xor-execute',
    statement: 'No page is writable and executable at once.',
    formula: '∀ translation τ that user mode can use: ¬(W ∈ τ ∧ X ∈ τ)',
    source: 'W^X, OpenBSD 3.3 (2003)',
    clauses: ['writable-and-executable'],
    groups: ['protection'],
    exercise: ['refusedWriteExecute', 'executable'],
    todo: 'Refuse requests for W and X together; when a page becomes executable take W from every translation of it.',
    knownAs: 'Code injection; Linux modules refuse a section that is writable and executable.',
  },
  {
    id: 'isolation/no-access-without-map',
    statement: 'A task reaches only pages that it was given; address 0 is never one.',
    formula: '∀ translation τ of space s that user mode can use: vpn(τ) ∈ pages(s)',
    source: 'Integrity and authority confinement (seL4, l4v)',
    clauses: ['reachable-without-map'],
    groups: [],
    exercise: ['refusedUnmapped'],
    todo: 'Start from empty tables, clear table frames before use, and check the address range in every call that maps.',
    knownAs: 'Mapping page 0 turned null dereferences into exploits: CVE-2019-9213, CVE-2009-2692.',
  },
  {
    id: 'isolation/kernel-memory',
    statement: 'No frame of the kernel, and no page table, is reachable from user mode.',
    formula: '∀ translation τ that user mode can use: frame(τ) ∉ kernel ∪ tables, va(τ) < userEnd',
    source: 'RISC-V Privileged, 4.3.1: the U bit',
    clauses: ['kernel-reachable'],
    groups: [],
    exercise: ['refusedKernel'],
    todo: 'Map the kernel without the U bit, and never hand out a frame that still serves as a table.',
    knownAs: 'Meltdown showed what kernel mappings in user tables risk (CVE-2017-5754).',
  },
  {
    id: 'isolation/registers-survive',
    statement:
      'Registers and pc of a task survive every trap and every switch; a call changes a0 only.',
    formula: '∀ return(t): pc = expected pc(t) ∧ ∀ r ≠ a0 after a call: x[r] = expected x[r]',
    source: 'RISC-V psABI; context switch in every textbook',
    clauses: ['registers-differ', 'unknown-context', 'task-on-two-harts'],
    groups: [],
    exercise: ['switchWithRegisters', 'preempted'],
    todo:
      'Save all 31 registers and pc when the task leaves the hart, restore the same ones, and write the task’s id to ' +
      'scontext before the return.',
    knownAs: 'seL4 on ARM missed one register on a switch (PAR_EL1).',
  },
  {
    id: 'isolation/stopped-stays-stopped',
    statement: 'A task that exited, was killed, or did what cannot be repaired, never runs again.',
    formula: '∀ t ended at e: no return(t) after e',
    source: 'UNIX: exit, kill',
    clauses: ['stopped-task-runs', 'unrepairable-fault-returned'],
    groups: [],
    exercise: ['endedAmongOthers', 'faultAmongOthers'],
    todo: 'Take an ended task out of every queue; on a kill also stop it where it runs now.',
    knownAs: 'seL4 d5133b860: an inactive thread stayed in the ready queue.',
  },
  {
    id: 'isolation/allowed-access-succeeds',
    statement: 'An access that the rights allow succeeds, after at most 8 page faults.',
    formula: '∀ fault(t, a) with access ∈ rights(t, a): the same pc retires within 8 retries',
    source: 'Demand paging; RISC-V Privileged, 4.3.2',
    clauses: ['allowed-access-refused'],
    groups: ['memory'],
    exercise: ['load', 'store'],
    todo: 'In the fault handler look up what the task was given before deciding that the fault is its own.',
    knownAs: 'Linux CVE-2018-18281’s fix and others turn on telling stale faults from real ones.',
  },
  {
    id: 'isolation/faults-stay-local',
    statement: 'Killing a task, or its fault, changes nothing for the others.',
    formula: '∀ t, u of different spaces, end(t): u goes on as in the run in which t goes on',
    source:
      'Textbook, monolithic: “a bug in any driver can crash the entire system”; here for tasks',
    clauses: ['bystander-lost'],
    groups: [],
    exercise: ['faultAmongOthers'],
    todo: 'On a fault end exactly the task that faulted, and dispatch another.',
    knownAs: 'Linux kills the current task on an oops and leaks what it held.',
  },
  {
    id: 'isolation/frames-are-not-lost',
    statement:
      'Frames come back: what is unmapped or ended can be used again, so memory runs out only when it is really in use.',
    formula: '∀ call = −ENOMEM: live pages + frame budget > free frames at boot',
    source: 'Reference counts exact (bugs: CVE-2016-0728, CVE-2019-11487)',
    clauses: ['enomem-too-early'],
    groups: ['memory'],
    exercise: ['churn'],
    todo: 'Give every frame back exactly once: pages, page tables and contexts, on unmap, exit, kill, fault and every error path.',
    knownAs: 'A leak on an error path: Linux keyrings, CVE-2016-0728; FreeBSD aio, CVE-2022-23090.',
  },
  {
    id: 'isolation/confidentiality',
    statement: 'What one task computes with, no other task can find out.',
    formula:
      '∀ runs A, B that differ only in words that t stores: every other task observes the same in A and B',
    source: 'Noninterference (Goguen & Meseguer 1982); seL4 nonleakage',
    clauses: ['secret-observed'],
    groups: ['memory'],
    exercise: ['store', 'recycledFrame'],
    todo: 'Let no result, no identifier and no choice of the kernel depend on what is in a task’s pages, nor on what is left in a frame.',
    knownAs: 'Linux let out part of a siginfo in CVE-2013-2141; FreeBSD kldstat in CVE-2017-1088.',
  },
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
  {
    id: 'abi/tasks',
    statement: 'spawn, exit and yield do what the call table says.',
    formula: '∀ return(t) from spawn, yield: a0 ∈ results(state, call)',
    source: abiSource,
    clauses: ['wrong-result-tasks'],
    groups: ['tasks'],
    exercise: ['spawn', 'spawnRefused', 'yield', 'exit'],
    todo: 'Return what the call table allows in this state; check every argument.',
    knownAs: 'A reused identifier is taken for the old one: Linux vmacache, CVE-2018-17182.',
  },
  {
    id: 'abi/children',
    statement: 'wait and kill do what the call table says, for own children only.',
    formula: '∀ return(t) from wait, kill: a0 ∈ results(state, call)',
    source: abiSource,
    clauses: ['wrong-result-children'],
    groups: ['children'],
    exercise: ['wait', 'waitRefused', 'kill', 'killRefused'],
    todo: 'Keep for each task who its parent is, how it ended, and whether it was waited for.',
    knownAs: 'The check was made on the wrong process: CVE-2012-0056.',
  },
  {
    id: 'abi/memory',
    statement: 'map and unmap do what the call table says.',
    formula: '∀ return(t) from map, unmap: a0 ∈ results(state, call)',
    source: abiSource,
    clauses: ['wrong-result-memory'],
    groups: ['memory'],
    exercise: ['map', 'mapRefused', 'unmap', 'unmapRefused'],
    todo: 'Check alignment, range and what is mapped there already before changing anything.',
    knownAs: 'The minimum address was checked for the wrong task: CVE-2019-9213.',
  },
  {
    id: 'abi/protection',
    statement: 'protect does what the call table says.',
    formula: '∀ return(t) from protect: a0 ∈ results(state, call)',
    source: abiSource,
    clauses: ['wrong-result-protection'],
    groups: ['protection'],
    exercise: ['protect', 'protectRefused'],
    todo: 'Allow R, R | W and R | X only, and never on the program’s text.',
    knownAs: 'FreeBSD’s debugger writes skipped the maximum protection: CVE-2013-2171.',
  },
  {
    id: 'abi/sharing',
    statement: 'share does what the call table says, and both tasks see the same page.',
    formula: '∀ return(t) from share: a0 ∈ results(state, call)',
    source: abiSource,
    clauses: ['wrong-result-sharing'],
    groups: ['sharing'],
    exercise: ['share', 'shareRefused', 'sharedLoad'],
    todo: 'Count the mappings of a frame; give it back with the last one.',
    knownAs: 'Page reference counts overflowed: CVE-2019-11487.',
  },
  {
    id: 'abi/threads',
    statement: 'thread does what the call table says.',
    formula: '∀ return(t) from thread: a0 ∈ results(state, call)',
    source: abiSource,
    clauses: ['wrong-result-threads'],
    groups: ['threads'],
    exercise: ['thread', 'threadRefused', 'twoHarts'],
    todo: 'Start the thread with all registers 0 in the caller’s address space, and count the tasks of a space.',
    knownAs: 'Credentials of the wrong thread: CVE-2019-13272.',
  },
  {
    id: 'abi/console',
    statement: 'write sends exactly the bytes that the caller can read, in order.',
    formula:
      '∀ write(t, a, n) = k: the k bytes sent are those at a, and a + k … is unreadable or k < n by choice',
    source: abiSource,
    clauses: ['wrong-result-console', 'console-differs'],
    groups: ['console'],
    exercise: ['write', 'writeRefused', 'wildPointer'],
    todo: 'Translate each page of the range through the caller’s own tables; stop at the first that it cannot read. Mind lengths that pass 2^32.',
    knownAs: 'The range check was dropped in waitid: CVE-2017-5123.',
  },
  {
    id: 'abi/unknown-calls',
    statement: 'A call that does not exist fails with ENOSYS and changes nothing.',
    formula: '∀ call ∉ table: a0 = −ENOSYS',
    source: abiSource,
    clauses: ['unknown-call-accepted'],
    groups: [],
    exercise: ['unknownCall'],
    todo: 'Look the number up before using it; everything else is ENOSYS.',
    knownAs: 'An empty slot of an operation table was callable: CVE-2009-2692 (sendpage).',
  },
  {
    id: 'determinism/same-run-twice',
    statement: 'Two runs of the same workload are the same, event by event.',
    formula: '∀ w: log(w) = log(w)',
    source: 'Replay: without it a counterexample cannot be shown again',
    clauses: ['runs-differ'],
    groups: [],
    exercise: ['returned'],
    todo: 'Use no clock and no random source of the host; seed your own generator.',
    knownAs: 'Heisenbugs.',
  },
  {
    id: 'determinism/no-state-between-boots',
    statement: 'A boot starts from nothing: what happened before it does not matter.',
    formula: '∀ w: log(w after other boots) = log(w in a fresh kernel)',
    source: 'A reboot forgets',
    clauses: ['state-kept'],
    groups: [],
    exercise: ['returned'],
    todo: 'Create all state inside boot, none at the top of the file.',
    knownAs: 'Warm-boot bugs.',
  },
];

export const propertyOfClause = (clause: Clause): Property | undefined =>
  PROPERTIES.find(({ clauses }) => clauses.includes(clause));
