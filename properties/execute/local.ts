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
  readonly #arena = new Arena();
  readonly #tell = shippedTeller();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.facts = factsOf(kernel);
  }

  #run(workload: Workload, options: RunOptions): TracedRun {
    const run = runWorkload(this.#kernel, workload, options);
    const messages = run.messages.map((message) => tellMessage(message, this.#tell));
    return { words: run.words, length: run.length, messages, notes: run.notes };
  }

  async run(workload: Workload): Promise<RunLog> {
    return this.#run(workload, { arena: this.#arena });
  }

  async runAll(
    workloads: readonly Workload[],
    each: (log: RunLog, index: number) => void,
  ): Promise<void> {
    for (const [index, workload] of workloads.entries()) {
      each(this.#run(workload, { arena: this.#arena }), index);
    }
  }

  /** Every run is one more boot of the same object. */
  runKept(workload: Workload): Promise<RunLog> {
    return this.run(workload);
  }

  async trace(workload: Workload): Promise<TracedRun> {
    const run = this.#run(workload, { arena: new Arena(), trace: true });
    const notes = run.notes.map((note) =>
      note.kind === 'snapshot' ? note : { ...note, stack: this.#tell(note.stack) },
    );
    return { ...run, notes };
  }

  /** Shipped kernels have many files: each place names its own. */
  site(stack: string): Site | undefined {
    return siteOf(stack);
  }

  async close(): Promise<void> {}
}

export const localExecutor = (kernel: Kernel): Executor => new LocalExecutor(kernel);
