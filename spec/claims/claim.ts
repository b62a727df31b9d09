/**
 * What a claim is: a sentence of the textbook on an architecture, and how it is made checkable. A pro that is a property
 * must hold for all workloads; a con is shown by one workload; whatever is a matter of figures is a comparison.
 *
 * Only empirical claims are evidence. What follows from the definition of an architecture is said to, and what follows
 * from one count of events containing another is derived: it holds for every table of costs that is not negative.
 */

import type { ModuleUse } from '../module-uses.ts';
import type { Clause } from '../properties.ts';

/** What claims are made about: architectures, loadable modules, and `kernel`: every kernel. */
export const CLAIM_SUBJECTS = [
  'kernel',
  'monolithic',
  'microkernel',
  'hybrid',
  'layered',
  'modules',
] as const;
export type ClaimSubject = (typeof CLAIM_SUBJECTS)[number];

/** Where in the textbook's section a sentence stands. */
export const CLAIM_SIDES = ['definition', 'pro', 'con', 'use', 'example'] as const;
export type ClaimSide = (typeof CLAIM_SIDES)[number];

export const CLAIM_TAGS = ['by definition', 'derived', 'empirical'] as const;
export type ClaimTag = (typeof CLAIM_TAGS)[number];

export const CLAIM_VERDICTS = ['passed', 'failed', 'shown', 'not shown', 'by definition'] as const;
export type ClaimVerdict = (typeof CLAIM_VERDICTS)[number];

/** What can be measured, each with its definition; less is better for all of them. */
export const MEASURES = {
  cycles:
    'cycles of what is busy longest, which bounds throughput: a hart, the kernel, in which one hart is at a time, or a service, which handles one request at a time; until every task has ended, services starting included. What the kernel does to its own tables is not counted, so messages seem cheaper than they are',
  work: 'cycles of all harts together: how long a task waits where nothing runs beside it',
  messages: 'messages that reach a process: requests, replies and notifications',
  modeSwitches: 'traps out of user mode and returns to it',
  spaceSwitches: 'writes of satp that change the root table of a hart',
  addressSpaces: 'root tables that harts were switched to',
  tableFrames: 'frames of those root tables and of the leaf tables that they point to',
  residentBytes:
    'bytes of frames that services and their tables take, wherever they are (4096 a frame)',
  privilegedBytes: 'bytes of text and segments of services that supervisor mode runs on',
  privilegedLines:
    'source lines, without blanks and comments, that run in supervisor mode: core, messages, linker and the loader of modules in every kernel',
  rebuiltLines:
    'source lines of the image that has to be linked again, and booted, when a driver is added',
  mechanisms: 'ways in which a call reaches a service: direct call, message',
  connections:
    'pairs of a service and what it uses that cross from one protection domain to another',
  touchedLines:
    'source lines linked into one image with a driver that is changed: those that the change may break',
  blastRadius:
    'share of tasks that do not end as they do without the fault, on average over services and faults',
} as const;
export type Measure = keyof typeof MEASURES;

/** Those that follow from the placement of the services alone: what is said of them is true by definition, or wrong. */
export const STATIC_MEASURES: readonly Measure[] = [
  'privilegedBytes',
  'privilegedLines',
  'rebuiltLines',
  'mechanisms',
  'connections',
  'touchedLines',
];

/** Of which workloads something is said. */
export type Scope =
  /** Those that call a service: there is a message on at least one of the two kernels. */
  | 'calling'
  /** Those of them that are of one task: its calls have nothing beside them to wait for. */
  | 'alone';

/** How a claim is made checkable. */
export type ClaimCheck =
  /** Nothing to run: it is how the word is used. What is counted all the same must be 0. */
  | { readonly kind: 'definition'; readonly never?: Measure; readonly says: string }
  /** ∀ workloads, tables of costs and harts: `left` has less of the measure than `right` (≤ where it may be equal). */
  | {
      readonly kind: 'less';
      readonly measure: Measure;
      readonly left: ClaimSubject;
      readonly right: ClaimSubject;
      readonly orEqual?: true;
      /** All of them, if not given. */
      readonly scope?: Scope;
    }
  /** ∃ workload and table of costs in which `left` has less of the measure than `right`. */
  | {
      readonly kind: 'sometimesLess';
      readonly measure: Measure;
      readonly left: ClaimSubject;
      readonly right: ClaimSubject;
      readonly scope?: Scope;
    }
  /**
   * ∀ faults of a service or module in user space: every task that does not use it ends as it does without the fault.
   * Of modules also: who uses it goes on, and the first thing that is told differently is an error.
   */
  | {
      readonly kind: 'contained';
      readonly architecture: ClaimSubject;
      readonly of: 'services' | 'modules';
    }
  /** For each service in the kernel (each driver, each routine of modules there) ∃ fault that ends the whole system. */
  | {
      readonly kind: 'fatal';
      readonly architecture: ClaimSubject;
      readonly of: 'drivers' | 'services' | 'modules';
    }
  /** ∃ placement with the trait, among all placements, judged on cycles, privileged lines and blast radius. */
  | {
      readonly kind: 'placement';
      readonly trait: 'all alike' | 'on the front' | 'best differs' | 'dominated';
    }
  /** ∀ workloads: the layered kernel breaks none of these clauses. */
  | { readonly kind: 'kept'; readonly clauses: readonly Clause[] }
  /**
   * ∀ workloads in which a module is loaded and unloaded, or with `once` ∃ one: in one run, without a boot, what is asked
   * of it is answered by nobody before, as its code says while it is there, and by nobody after.
   */
  | {
      readonly kind: 'extends';
      readonly architectures: readonly ClaimSubject[];
      readonly once?: true;
    }
  /** Fewer source lines are linked and booted again where a driver is a module than where it is linked in. */
  | { readonly kind: 'rebuilt'; readonly architecture: ClaimSubject }
  /** For each program of the use ∃ workload that it extends a kernel in, in the kernel and in a process. */
  | { readonly kind: 'use'; readonly use: ModuleUse }
  /** Of modules of a real kernel's tree, by name. */
  | {
      readonly kind: 'tree';
      readonly modules: readonly string[];
      readonly trait: TreeTrait;
      /** Of what it lacks: though it has these. */
      readonly though?: readonly string[];
    };

export type TreeTrait =
  /** None is among its modules. */
  | 'lacks'
  /** With what each needs it can be loaded, and unloaded again, so that nothing is left. */
  | 'comes and goes'
  /** While a module that imports from it is loaded, unloading it is refused. */
  | 'stays while used';

/** How a claim that is only partly true is contradicted. */
export interface CounterWitness {
  /** What contradicts it, in a sentence. */
  readonly wanted: string;
  readonly check: ClaimCheck | 'survives' | 'unreached';
}

export interface Claim {
  /** subject/name. */
  readonly id: string;
  readonly about: ClaimSubject;
  readonly side: ClaimSide;
  /** The sentence of the textbook, word for word. */
  readonly quote: string;
  readonly tag: ClaimTag;
  /** The claim as it is checked, in a sentence. */
  readonly checked: string;
  readonly check: ClaimCheck;
  /** What in the machine can make it come out the other way; only and always for empirical claims. */
  readonly reversedBy?: string;
  /** Where it is true only in part. */
  readonly counter?: CounterWitness;
}
