/**
 * What a check finds out, as plain data: the report on a kernel and the counterexample of a failure. Everything that
 * is shown (terminal, JSON, files) is a rendering of these values. The stored form is described by schema/.
 */
import type { Clause } from '../spec/properties.ts';
import type { Transition } from '../spec/transitions.ts';
import type { FailureKind, Workload } from '../spec/workload.ts';

export type Verdict = 'passed' | 'failed' | 'inconclusive' | 'not claimed';

/** Version of the stored counterexample. */
export const COUNTEREXAMPLE_FORMAT = 1;

/** Something that the kernel did within a step, seen by the hardware. */
export interface KernelNote {
  /** `0x2000 → frame 12`, `fences hart 0`. */
  readonly text: string;
  /** Line of the kernel's source, where known. */
  readonly line?: number;
  /** Its file, where it is not the kernel's own. */
  readonly file?: string;
}

/** One row of a story: one thing that a task (or a device, or the kernel alone) did, and what the kernel did about it. */
export interface Step {
  /** From 1; what other texts mean by “step 3”. */
  readonly number: number;
  /** Tid, or 0 where no task acts. */
  readonly task: number;
  readonly hart: number;
  /** `map(0x2000, rw) = 0`. Two-run stories show both values as `0|1`. */
  readonly text: string;
  readonly kernel: readonly KernelNote[];
  /** What devices did: `timer fires on hart 0`. */
  readonly devices: readonly string[];
  /** True on the step that broke the clause (always the last). */
  readonly violates: boolean;
}

/** A table of the “why”: a caption row and rows of cells, already short enough for 76 columns. */
export interface Explanation {
  /** Small table of machine facts, first row is the head; may be empty. */
  readonly table: readonly (readonly string[])[];
  /** Index of the row to mark, and of the cell in it (otherwise behind the row), and the mark (`← stale`). */
  readonly mark?: { readonly row: number; readonly column?: number; readonly text: string };
  /** Sentences that follow from the table. */
  readonly text: string;
}

export interface Counterexample {
  readonly format: typeof COUNTEREXAMPLE_FORMAT;
  readonly kernel: string;
  /** Path as given, for kernels in files. */
  readonly file?: string;
  readonly property: string;
  readonly clause: Clause;
  readonly statement: string;
  readonly seed: number;
  readonly workload: Workload;
  /** For two-run properties: the second workload. */
  readonly other?: Workload;
  /** Columns of the table: tids in order of appearance, with the hart that each started on. */
  readonly tasks: readonly {
    readonly tid: number;
    readonly hart: number;
    readonly thread: boolean;
  }[];
  readonly steps: readonly Step[];
  readonly expected: string;
  readonly observed: string;
  readonly explanation: Explanation;
  readonly todo: string;
  readonly knownAs: string;
  /** The neighbours that were run, none of which fails the same clause. */
  readonly minimal: {
    readonly verified: boolean;
    readonly neighbours: number;
    readonly runs: number;
  };
  /** Other properties that the same cause breaks. */
  readonly also: readonly string[];
  /** A command that shows it again. */
  readonly replay: string;
}

export interface PropertyReport {
  readonly id: string;
  readonly statement: string;
  readonly source: string;
  readonly verdict: Verdict;
  /** Why it is inconclusive or not claimed, or which failure it shares. */
  readonly reason?: string;
  readonly workloads: number;
  readonly events: number;
  /** For each exercise condition: the share of workloads (0 to 1) in which it was met. */
  readonly exercised: Partial<Record<Transition, number>>;
  readonly counterexample?: Counterexample;
}

export interface Struck {
  readonly kind: FailureKind;
  readonly times: number;
}

/** Minimum, 5th percentile, median, 95th percentile, maximum. */
export type Distribution = readonly [number, number, number, number, number];

export interface Report {
  readonly kernel: string;
  readonly architecture: string;
  readonly file?: string;
  readonly seed: number;
  readonly verdict: 'passed' | 'failed' | 'inconclusive';
  readonly workloads: number;
  readonly events: number;
  /** Events per workload. */
  readonly eventsPerWorkload: Distribution;
  /** Groups of the ABI that the kernel does not claim. */
  readonly notClaimed: readonly string[];
  readonly properties: readonly PropertyReport[];
  /** Where services are in user space: how often each kind of fault struck in the workloads about them. */
  readonly faults?: { readonly workloads: number; readonly struck: readonly Struck[] };
  /** What the kernel printed with console.log and the like, cut to a few lines. */
  readonly output?: string;
}
