/**
 * A kernel in a process of its own: batches of workloads go in, one log for each comes out, whatever the kernel does.
 * Where it had to be stopped, its log holds what happened before and a halt record that says why, and the next batch
 * finds a new process.
 *
 * Rules: after `MAX_STRIKES` stops nothing is run any more; every workload gets the last halt at once, so that a check
 * ends soon. A workload that was stopped is not run twice: its log is kept. Texts that come from the process are cut
 * and made printable; nothing else of it is believed but the event log.
 */
import type { RunLog } from '../../spec/records.ts';
import type { Workload } from '../../spec/workload.ts';
import type { Bundle } from './bundle.ts';
import { type Death, type Launched, launch } from './launch.ts';
import { OUTPUT_CHARS } from './mailbox.ts';
import { FORBIDDEN } from './names.ts';
import type { Limits, Mode, Reply } from './protocol.ts';
import { printable, type Tell, tellMessage } from './sites.ts';
import { diedHalt, forbiddenText, type Halt, halted, stoppedHalt } from './verdicts.ts';

const MAX_STRIKES = 3;

export interface Batch {
  /** Of the first workloads; at least of one. */
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

export class Contained {
  readonly #bundle: Bundle;
  readonly #limits: Limits;
  readonly #tell: Tell;
  #launched: Launched | undefined;
  #strikes = 0;
  #lastHalt: Halt | undefined;
  /** Logs of stopped runs by workload, as JSON. */
  readonly #stopped = new Map<string, RunLog>();
  /** So many workloads more are run one by one. */
  #careful = 0;
  #output = '';
  #printed = 0;
  /** What processes that are gone have printed. */
  #earlier = { output: '', printed: 0 };

  /** @param tell for stack texts of this bundle */
  constructor(bundle: Bundle, limits: Limits, tell: Tell) {
    this.#bundle = bundle;
    this.#limits = limits;
    this.#tell = tell;
  }

  get output(): string {
    const cut = this.#printed > OUTPUT_CHARS;
    return cut ? `${this.#output}\n… (cut: ${this.#printed} characters in all)` : this.#output;
  }

  /** Starts the process and has it load the kernel. */
  async start(): Promise<Reply | Death> {
    const { launched, reply } = await launch(this.#bundle.code, this.#limits);
    this.#launched = launched;
    if (!('died' in reply)) this.#hear(reply);
    return reply;
  }

  stop(): void {
    this.#launched?.kill();
    this.#launched = undefined;
  }

  /** One batch at a time. */
  async batch(workloads: readonly Workload[], mode: Mode): Promise<Batch> {
    const known = this.#known(workloads, mode);
    if (known) return { logs: known, result: '' };
    if (this.#careful > 0 && workloads.length > 1) return this.batch(workloads.slice(0, 1), mode);
    this.#careful = Math.max(0, this.#careful - 1);
    const reply = await this.#ask(workloads, mode);
    if ('died' in reply) return this.#died(reply, workloads, mode);
    this.#hear(reply);
    const logs = logsOf(reply).map((log) => this.#told(log));
    if (reply.stopped) {
      const { reason, phase } = reply.stopped;
      // Stopped behind its last run: that one is to blame.
      logs.splice(workloads.length);
      const log = logs.pop();
      const halt = stoppedHalt(reason, phase, this.#bundle.file, this.#limits);
      logs.push(this.#strike(halt, log, workloads[logs.length], mode));
    }
    return { logs, result: reply.result };
  }

  /** Logs that are known without a run. */
  #known(workloads: readonly Workload[], mode: Mode): readonly RunLog[] | undefined {
    if (this.#stopped.size > 0 && workloads.length === 1 && mode !== 'kept') {
      const log = this.#stopped.get(JSON.stringify(workloads[0]));
      if (log) return [log];
    }
    if (this.#strikes < MAX_STRIKES || !this.#lastHalt) return undefined;
    const log = halted(undefined, this.#lastHalt);
    return workloads.map(() => log);
  }

  async #ask(workloads: readonly Workload[], mode: Mode): Promise<Reply | Death> {
    if (!this.#launched) {
      const reply = await this.start();
      if ('died' in reply || reply.stopped) return reply;
    }
    const json = JSON.stringify(workloads);
    return this.#launched?.ask({ kind: 'run', json, mode }) ?? { died: 'it was closed' };
  }

  /** Which workload it was is not known unless there was one: they are run again, one by one. */
  #died({ died }: Death, workloads: readonly Workload[], mode: Mode): Promise<Batch> | Batch {
    this.stop();
    if (workloads.length > 1) {
      this.#careful = workloads.length;
      return this.batch(workloads, mode);
    }
    const log = this.#strike(diedHalt(died, this.#bundle.file), undefined, workloads[0], mode);
    return { logs: [log], result: '' };
  }

  #strike(
    halt: Halt,
    soFar: RunLog | undefined,
    workload: Workload | undefined,
    mode: Mode,
  ): RunLog {
    const log = halted(soFar, halt);
    if (mode !== 'kept') this.#stopped.set(JSON.stringify(workload), log);
    this.#strikes += 1;
    this.#lastHalt = halt;
    this.stop();
    this.#earlier = { output: this.#output, printed: this.#printed };
    return log;
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
