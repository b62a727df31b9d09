/** Properties of isolation: what is one task’s stays its own. */
import type { Property } from './property.ts';

const textbookIsolation =
  'Textbook, microkernel: “Better isolation between components”; seL4 integrity theorem';

export const ISOLATION_PROPERTIES: readonly Property[] = [
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
];
