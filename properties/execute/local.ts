/**
 * Runs a kernel that ships with this package, on this thread. It is trusted to end: only the machine's fuel stops it.
 */
import type { Kernel } from '../../hardware/contract.ts';
import { Arena, type RunOptions, runWorkload } from '../../hardware/run.ts';
import type { RunLog } from '../../spec/records.ts';
import type { Workload } from '../../spec/workload.ts';
import type { Executor, KernelFacts, Site, TracedRun } from './executor.ts';
import { factsOf } from './facts.ts';
import { shippedTeller, siteOf, tellMessage } from './sites.ts';

class LocalExecutor implements Executor {
  readonly facts: KernelFacts;
  readonly output = '';
  readonly #kernel: Kernel;
  readonly #fresh: () => Kernel;
  readonly #arena = new Arena();
  readonly #tell = shippedTeller();

  constructor(kernel: Kernel, fresh: () => Kernel) {
    this.#kernel = kernel;
    this.#fresh = fresh;
    this.facts = factsOf(kernel);
  }

  #run(kernel: Kernel, workload: Workload, options: RunOptions): TracedRun {
    const run = runWorkload(kernel, workload, options);
    const messages = run.messages.map((message) => tellMessage(message, this.#tell));
    return { words: run.words, length: run.length, messages, notes: run.notes };
  }

  async run(workload: Workload): Promise<RunLog> {
    return this.#run(this.#fresh(), workload, { arena: this.#arena });
  }

  async runAll(
    workloads: readonly Workload[],
    each: (log: RunLog, index: number) => void,
  ): Promise<void> {
    for (const [index, workload] of workloads.entries()) {
      each(this.#run(this.#fresh(), workload, { arena: this.#arena }), index);
    }
  }

  async runKept(workload: Workload): Promise<RunLog> {
    return this.#run(this.#kernel, workload, { arena: this.#arena });
  }

  async trace(workload: Workload): Promise<TracedRun> {
    return this.#run(this.#fresh(), workload, { arena: new Arena(), trace: true });
  }

  /** Shipped kernels have many files: each place names its own. */
  site(stack: string): Site | undefined {
    return siteOf(this.#tell(stack));
  }

  async close(): Promise<void> {}
}

/** @param fresh another instance of the kernel, for each boot that is to start from nothing; without: the same object */
export const localExecutor = (kernel: Kernel, fresh: () => Kernel = () => kernel): Executor =>
  new LocalExecutor(kernel, fresh);
