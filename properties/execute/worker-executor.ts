/**
 * Runs a kernel from a file in a process of its own. Whatever the kernel does, a run ends with a log: where the kernel
 * had to be stopped, its log holds what happened before and a halt record that says why.
 *
 * Rules: after `MAX_STRIKES` stops no workload is run any more; each gets the last halt at once, so that a check ends
 * soon. Nothing that comes from the process is believed but as an event log; texts of it are cut and made printable.
 */
import { normalize } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { RunLog } from '../../spec/records.ts';
import type { Workload } from '../../spec/workload.ts';
import { BadInput } from './bad-input.ts';
import { type Bundle, bundleKernel } from './bundle.ts';
import type { Executor, KernelFacts, Site, TracedRun } from './executor.ts';
import { type Death, type Launched, launch } from './launch.ts';
import { OUTPUT_CHARS } from './mailbox.ts';
import { FORBIDDEN } from './names.ts';
import type { Limits, LoadReport, Mode, Reply } from './protocol.ts';
import { bundleTeller, printable, siteOf, type Tell, tellMessage } from './sites.ts';
import {
  diedHalt,
  forbiddenText,
  type Halt,
  halted,
  loadProblem,
  stoppedHalt,
  stoppedProblem,
} from './verdicts.ts';

export interface FileOptions {
  /** Milliseconds that one run may take; 1000. */
  readonly timeLimit?: number;
  /** Bytes that the kernel may allocate; 512 MiB. */
  readonly memoryLimit?: number;
}

const BATCH = 64;
const MAX_STRIKES = 3;

/** @throws {BadInput} if the file is not a kernel that can be run */
export const fileExecutor = async (file: string, options: FileOptions = {}): Promise<Executor> => {
  const limits = { time: options.timeLimit ?? 1000, memory: options.memoryLimit ?? 512 << 20 };
  const bundle = await bundleKernel(file);
  const tell = bundleTeller(bundle);
  const { launched, reply } = await launch(bundle.code, limits);
  const facts = loaded(reply, bundle.file, limits, tell);
  if (typeof facts !== 'string')
    return new FileExecutor(bundle, limits, facts, tell, launched, reply);
  launched.kill();
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
  const problem = loadProblem(report, file, tell);
  if (problem !== undefined || report.kind !== 'kernel') return printable(problem ?? '');
  return { ...report.facts, file };
};

interface Batch {
  readonly logs: readonly RunLog[];
  /** The notes of a traced run, as JSON. */
  readonly result: string;
}

const logsOf = ({ words, lengths, texts }: Reply): readonly RunLog[] => {
  let at = 0;
  return lengths.map((length, run) => {
    const messages = texts.filter(([of]) => of === run).map(([, text]) => text);
    at += length;
    return { words: words.subarray(at - length, at), length, messages };
  });
};

const first = (logs: readonly RunLog[]): RunLog => {
  const [log] = logs;
  if (!log) throw new Error('a batch of one workload has no log');
  return log;
};

class FileExecutor implements Executor {
  readonly facts: KernelFacts;
  readonly #bundle: Bundle;
  readonly #limits: Limits;
  readonly #tell: Tell;
  /** The kernel's file as a told stack names it. */
  readonly #own: string;
  #launched: Launched | undefined;
  #strikes = 0;
  /** So many workloads more are run one by one. */
  #careful = 0;
  #lastHalt: Halt | undefined;
  #output = '';
  #printed = 0;
  /** What processes that are gone have printed. */
  #earlier = { output: '', printed: 0 };
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    bundle: Bundle,
    limits: Limits,
    facts: KernelFacts,
    tell: Tell,
    launched: Launched,
    reply: Reply | Death,
  ) {
    this.#bundle = bundle;
    this.#limits = limits;
    this.facts = facts;
    this.#tell = tell;
    this.#own = normalize(bundle.file);
    this.#launched = launched;
    if (!('died' in reply)) this.#hear(reply);
  }

  get output(): string {
    const cut = this.#printed > OUTPUT_CHARS;
    return cut ? `${this.#output}\n… (cut: ${this.#printed} characters in all)` : this.#output;
  }

  async run(workload: Workload): Promise<RunLog> {
    return this.#one(workload, 'fresh');
  }

  async runKept(workload: Workload): Promise<RunLog> {
    return this.#one(workload, 'kept');
  }

  async runAll(
    workloads: readonly Workload[],
    each: (log: RunLog, index: number) => void,
  ): Promise<void> {
    if (workloads.length === 0) return;
    await this.#inTurn(async () => {
      let at = 0;
      let asked = this.#batch(workloads.slice(0, BATCH), 'fresh');
      try {
        while (at < workloads.length) {
          const { logs } = await asked;
          const first = at;
          at += logs.length;
          // The next batch runs while this one is judged.
          if (at < workloads.length) {
            asked = this.#batch(workloads.slice(at, at + BATCH), 'fresh');
            await setImmediate(); // it is sent before this thread is busy
          }
          for (const [i, log] of logs.entries()) each(log, first + i);
        }
      } finally {
        await asked;
      }
    });
  }

  async trace(workload: Workload): Promise<TracedRun> {
    const { logs, result } = await this.#inTurn(() => this.#batch([workload], 'trace'));
    const notes = (result === '' ? [] : JSON.parse(result)) as TracedRun['notes'];
    return {
      ...first(logs),
      notes: notes.map((note) =>
        note.kind === 'snapshot' ? note : { ...note, stack: this.#tell(note.stack) },
      ),
    };
  }

  site(stack: string): Site | undefined {
    const site = siteOf(stack);
    return site && { line: site.line, ...(site.file === this.#own ? {} : { file: site.file }) };
  }

  async close(): Promise<void> {
    await this.#inTurn(async () => this.#drop());
  }

  async #one(workload: Workload, mode: Mode): Promise<RunLog> {
    const { logs } = await this.#inTurn(() => this.#batch([workload], mode));
    return first(logs);
  }

  /** One after the other, whoever calls. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work);
    this.#turn = turn;
    return turn;
  }

  /** Logs of the first workloads, at least of one. */
  async #batch(workloads: readonly Workload[], mode: Mode): Promise<Batch> {
    if (this.#strikes >= MAX_STRIKES && this.#lastHalt) {
      const log = halted(undefined, this.#lastHalt);
      return { logs: workloads.map(() => log), result: '' };
    }
    if (this.#careful > 0 && workloads.length > 1) return this.#batch(workloads.slice(0, 1), mode);
    this.#careful = Math.max(0, this.#careful - 1);
    const reply = await this.#ask(workloads, mode);
    if ('died' in reply) return this.#died(reply, workloads, mode);
    this.#hear(reply);
    const logs = logsOf(reply).map((log) => this.#told(log));
    if (reply.stopped) {
      const { reason, phase } = reply.stopped;
      const halt = this.#strike(stoppedHalt(reason, phase, this.#bundle.file, this.#limits));
      // Stopped behind its last run: that one is to blame.
      logs.splice(workloads.length);
      logs.push(halted(logs.pop(), halt));
    }
    return { logs, result: reply.result };
  }

  /** Which workload it was is not known unless there was one: they are run again, one by one. */
  async #died({ died }: Death, workloads: readonly Workload[], mode: Mode): Promise<Batch> {
    this.#drop();
    if (workloads.length > 1) {
      this.#careful = workloads.length;
      return this.#batch(workloads, mode);
    }
    const halt = this.#strike(diedHalt(died, this.#bundle.file));
    return { logs: [halted(undefined, halt)], result: '' };
  }

  async #ask(workloads: readonly Workload[], mode: Mode): Promise<Reply | Death> {
    if (!this.#launched) {
      const { launched, reply } = await launch(this.#bundle.code, this.#limits);
      this.#launched = launched;
      if ('died' in reply || reply.stopped) return reply;
    }
    return this.#launched.ask({ kind: 'run', json: JSON.stringify(workloads), mode });
  }

  #strike(halt: Halt): Halt {
    this.#strikes += 1;
    this.#lastHalt = halt;
    this.#drop();
    this.#earlier = { output: this.#output, printed: this.#printed };
    return halt;
  }

  #drop(): void {
    this.#launched?.kill();
    this.#launched = undefined;
  }

  #hear({ output, printed }: Reply): void {
    this.#output = printable(this.#earlier.output + output).slice(0, OUTPUT_CHARS);
    this.#printed = this.#earlier.printed + printed;
  }

  /** Messages with places in the kernel's source. */
  #told(log: RunLog): RunLog {
    return { ...log, messages: log.messages.map((message) => this.#sentence(message)) };
  }

  #sentence(message: string): string {
    return message.startsWith(FORBIDDEN)
      ? forbiddenText(message.slice(FORBIDDEN.length), this.#tell)
      : tellMessage(message, this.#tell);
  }
}
