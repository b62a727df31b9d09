/**
 * The executor for a kernel from a file. The file is bundled once; each boot evaluates it afresh in a process of its
 * own (`contained.ts`). A run always ends with a log.
 */
import { normalize } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { RunLog } from '../../spec/records.ts';
import type { Workload } from '../../spec/workload.ts';
import { BadInput } from './bad-input.ts';
import { bundleKernel } from './bundle.ts';
import { type Batch, Contained } from './contained.ts';
import type { Executor, KernelFacts, Site, TracedRun } from './executor.ts';
import type { Death } from './launch.ts';
import type { Limits, LoadReport, Mode, Reply } from './protocol.ts';
import { bundleTeller, printable, siteOf, type Tell } from './sites.ts';
import { diedHalt, loadProblem, stoppedProblem } from './verdicts.ts';

export interface FileOptions {
  /** Milliseconds that one run may take; 1000. */
  readonly timeLimit?: number;
  /** Bytes that the kernel may allocate; 512 MiB. */
  readonly memoryLimit?: number;
}

/** Workloads that are sent at once. */
const BATCH = 64;

/** @throws {BadInput} if the file is not a kernel that can be run */
export const fileExecutor = async (file: string, options: FileOptions = {}): Promise<Executor> => {
  const limits = { time: options.timeLimit ?? 1000, memory: options.memoryLimit ?? 512 << 20 };
  const bundle = await bundleKernel(file);
  const tell = bundleTeller(bundle);
  const contained = new Contained(bundle, limits, tell);
  const facts = loaded(await contained.start(), file, limits, tell);
  if (typeof facts !== 'string') return new FileExecutor(contained, facts, tell);
  contained.stop();
  throw new BadInput(file, facts);
};

/** What the kernel says of itself, or why it cannot be run. */
const loaded = (
  reply: Reply | Death,
  file: string,
  limits: Limits,
  tell: Tell,
): KernelFacts | string => {
  if ('died' in reply) return `${file} cannot be loaded: ${diedHalt(reply.died, file).message}.`;
  if (reply.stopped) return stoppedProblem(reply.stopped.reason, file, limits);
  const report = JSON.parse(reply.result) as LoadReport;
  if (report.kind === 'kernel') return { ...report.facts, file };
  return printable(loadProblem(report, file, tell));
};

class FileExecutor implements Executor {
  readonly facts: KernelFacts;
  readonly #contained: Contained;
  readonly #tell: Tell;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(contained: Contained, facts: KernelFacts, tell: Tell) {
    this.#contained = contained;
    this.facts = facts;
    this.#tell = tell;
  }

  get output(): string {
    return this.#contained.output;
  }

  async run(workload: Workload): Promise<RunLog> {
    return first(await this.#one(workload, 'fresh'));
  }

  async runKept(workload: Workload): Promise<RunLog> {
    return first(await this.#one(workload, 'kept'));
  }

  async trace(workload: Workload): Promise<TracedRun> {
    const batch = await this.#one(workload, 'trace');
    const notes = (batch.result === '' ? [] : JSON.parse(batch.result)) as TracedRun['notes'];
    return {
      ...first(batch),
      notes: notes.map((note) =>
        note.kind === 'snapshot' ? note : { ...note, stack: this.#tell(note.stack) },
      ),
    };
  }

  async runAll(
    workloads: readonly Workload[],
    each: (log: RunLog, index: number) => void,
  ): Promise<void> {
    if (workloads.length > 0) await this.#inTurn(() => this.#all(workloads, each));
  }

  site(stack: string): Site | undefined {
    const site = siteOf(stack);
    const own = normalize(this.facts.file ?? '');
    return site && { line: site.line, ...(site.file === own ? {} : { file: site.file }) };
  }

  async close(): Promise<void> {
    await this.#inTurn(async () => this.#contained.stop());
  }

  async #all(
    workloads: readonly Workload[],
    each: (log: RunLog, index: number) => void,
  ): Promise<void> {
    const ask = (at: number): Promise<Batch> =>
      this.#contained.batch(workloads.slice(at, at + BATCH), 'fresh');
    let asked = ask(0);
    try {
      for (let at = 0; at < workloads.length; ) {
        const { logs } = await asked;
        const start = at;
        at += logs.length;
        // The next batch runs while this one is judged; it is sent before this thread is busy.
        if (at < workloads.length) asked = ask(at);
        await setImmediate();
        for (const [i, log] of logs.entries()) each(log, start + i);
      }
    } finally {
      await asked;
    }
  }

  #one(workload: Workload, mode: Mode): Promise<Batch> {
    return this.#inTurn(() => this.#contained.batch([workload], mode));
  }

  /** One after the other, whoever calls. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn;
    return turn;
  }
}

const first = ({ logs }: Batch): RunLog => {
  const [log] = logs;
  if (!log) throw new Error('a batch of one workload has no log');
  return log;
};
