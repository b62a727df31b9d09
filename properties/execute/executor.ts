/**
 * The one boundary behind which a kernel runs (DESIGN section 10): `workload → event log`. Whoever judges stays on
 * this side and looks at nothing but the log.
 */
import type { ArchitectureName, ServicePlacement } from '../../hardware/contract.ts';
import type { TraceNote } from '../../hardware/trace.ts';
import type { AbiGroup } from '../../spec/abi.ts';
import type { Discipline, LayerClaim } from '../../spec/layering.ts';
import type { RunLog } from '../../spec/records.ts';
import type { Workload } from '../../spec/workload.ts';

/** What a kernel says about itself. */
export interface KernelFacts {
  readonly name: string;
  readonly architecture: ArchitectureName;
  readonly implements: readonly AbiGroup[];
  readonly fairness?: number;
  readonly ipiDelay?: number;
  /** Its services and where they are, if it is linked of services. */
  readonly services?: readonly ServicePlacement[];
  readonly serviceFrames?: number;
  /** Where loadable modules run. */
  readonly modules?: 'kernel' | 'user';
  /** Layers 1 to N−2, and what is promised of the calls between them, if it is layered. */
  readonly layers?: readonly LayerClaim[];
  readonly discipline?: Discipline;
  /** The file it came from, as the user gave it. */
  readonly file?: string;
}

/** A log with the machine's side of the story: which line wrote which entry, what each TLB held. */
export interface TracedRun extends RunLog {
  readonly notes: readonly TraceNote[];
}

/** A place in a kernel's source; no file means the kernel's own. */
export interface Site {
  readonly file?: string;
  readonly line: number;
}

export interface Executor {
  readonly facts: KernelFacts;
  /** Runs the workload on a fresh boot. The log is valid until the next call. */
  run(workload: Workload): Promise<RunLog>;
  /** Many at once, in order; the callback gets each log before the next may overwrite it. */
  runAll(workloads: readonly Workload[], each: (log: RunLog, index: number) => void): Promise<void>;
  /** One more boot of one kept instance, to find state that outlives a boot. */
  runKept(workload: Workload): Promise<RunLog>;
  /** A run that is to be explained. */
  trace(workload: Workload): Promise<TracedRun>;
  /** The line of the kernel's source that a stack text of a traced run leads to. */
  site(stack: string): Site | undefined;
  /** What the kernel has printed so far (at most a few KiB). */
  readonly output: string;
  close(): Promise<void>;
}
