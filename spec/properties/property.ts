/**
 * The properties that a kernel is held to. A clause is one rule that the model can find broken; a property is what a
 * person reads: one or more clauses, where the sentence comes from, and when a pass means something.
 */
import type { AbiGroup } from '../calls/call.ts';
import type { Transition } from '../transitions.ts';

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
  'wrong-result-modules',
  'module-state-differs',
  'module-answer-differs',
  'module-gone-in-use',
  'module-writable-and-executable',
  'module-privileged',
  'module-reach',
  'file-contents-differ',
  'datagram-differs',
  'wrong-descriptor',
  'call-never-returns',
  'message-invented',
  'message-lost',
  'message-differs',
  'message-out-of-order',
  'capability-forged',
  'rights-grew',
  'used-after-revoke',
  'reply-differs',
  'wrong-peer-death',
  'wrong-deadlock',
  'wake-up-lost',
  'service-privileged',
  'service-reach',
  'dma-outside',
  'console-differs',
  'fault-spreads',
  'fault-observed',
  'smuggled',
  'layer-skipped',
  'wrong-door',
  'upcall',
  'hardware-above-one',
  'interrupt-above-one',
  'foreign-data',
  'waits-upward',
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
  /** Judged only for kernels that place services in user space: a promise of these architectures. */
  readonly needsServices?: true;
  /** Judged only for kernels that run modules in user space. */
  readonly needsModulesOutside?: true;
  /**
   * Judged only for layered kernels: for all, for those that promise strict layers, or for those that have an operation
   * that waits at a semaphore.
   */
  readonly needsLayers?: 'any' | 'strict' | 'waiting';
  /** Judged only for kernels that claim `fairness`. */
  readonly needsFairness?: true;
  /** Each must be taken in at least 5 % of the workloads, or the verdict is inconclusive. */
  readonly exercise: readonly Transition[];
  /** What a kernel must do. */
  readonly todo: string;
  /** The bug in the wild. */
  readonly knownAs: string;
}
