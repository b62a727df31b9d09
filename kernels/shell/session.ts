/**
 * A session at the console of a simulated machine: a kernel with its shell as the first program, that goes on whenever
 * something was typed.
 *
 * The machine runs in slices and pauses where nothing can move. A session is a function of the kernel, the seed and the
 * lines that are typed while the shell waits for one. Lines are bytes: UTF-8 passes through.
 */
import type { Kernel } from '../../hardware/contract.ts';
import { Arena, type Assembly, assemble, boot } from '../../hardware/run.ts';
import { userCode } from '../../hardware/text.ts';
import { FIRST_TEXT_FRAME } from '../../spec/layout.ts';
import { RECORD_WORDS, RecordKind } from '../../spec/records.ts';
import { type Program, WORKLOAD_FORMAT, type Workload } from '../../spec/workload.ts';
import { type CommandTrace, Crossings } from './crossings.ts';
import { OPERATOR_PROGRAMS, routineOf } from './programs.ts';
import { shell } from './shell.ts';
import { ROOT_PATH } from './system.ts';

const FRAMES = 256;
const HARTS = 2;
/** Turns that the seed decides; after them harts take turns. */
const SCHEDULED = 4096;
/** Component of programs in user mode, in the log, where the kernel has no layers. */
const USER_COMPONENT = 0x7fff;

export type SessionState =
  /** Something moves: it wants another slice. */
  | 'running'
  /** The shell waits for a line. */
  | 'waiting'
  /** The shell waits for a line, and nothing else can move before it comes. */
  | 'resting'
  /** The shell waits for something that never comes. */
  | 'stuck'
  /** The shell has ended. */
  | 'over'
  /** The kernel has stopped. */
  | 'halted';

export class Session {
  readonly #assembly: Assembly;
  readonly #crossings: Crossings;
  #state: SessionState = 'running';
  #waiting = false;
  #over = false;
  #bytes: number[] = [];
  readonly #decoder = new TextDecoder();

  constructor(kernel: Kernel, seed = 0) {
    const arena = new Arena();
    this.#assembly = assemble(workloadOf(seed), { arena }, kernel.serviceFrames);
    this.#crossings = new Crossings(kernel);
    const component = kernel.layers ? kernel.layers.length + 1 : USER_COMPONENT;
    this.#install(component);
    const { core, machine, image } = this.#assembly;
    boot(core, kernel, machine, image);
  }

  /** Programs are in their text before the kernel sees it. */
  #install(component: number): void {
    const { core } = this.#assembly;
    const session = this;
    const routines = [
      routineOf(
        function* (system) {
          yield* shell(system);
          session.#over = true;
        },
        (call) => {
          this.#waiting = call === 'input';
          this.#crossings.called(call);
        },
      ),
      ...OPERATOR_PROGRAMS.map(({ code }) =>
        typeof code === 'function' ? routineOf(code) : undefined,
      ),
    ];
    for (const [program, routine] of routines.entries()) {
      if (routine) core.install(userCode(routine, component), FIRST_TEXT_FRAME + program);
    }
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Why the kernel has stopped. */
  get reason(): string {
    return this.#assembly.core.log?.messages.at(-1)?.split('\n')[0] ?? '';
  }

  /** Somebody types a line. */
  type(line: string): void {
    const { core } = this.#assembly;
    const text = [...new TextEncoder().encode(`${line}\n`)];
    core.devices.type(String.fromCharCode(...text), core.steps);
    this.#waiting = false;
    this.#state = 'running';
  }

  /**
   * The machine runs on.
   * @param slice machine steps at most
   * @returns what came to the console meanwhile
   */
  proceed(slice: number): string {
    const { core } = this.#assembly;
    const end = core.run(slice);
    this.#drain();
    this.#state = this.#after(end === 'quiescent');
    return this.#text();
  }

  #after(quiescent: boolean): SessionState {
    if (this.#assembly.core.halted) return 'halted';
    if (this.#over) return 'over';
    if (!quiescent) return this.#waiting ? 'waiting' : 'running';
    return this.#waiting ? 'resting' : 'stuck';
  }

  /** What the last commands did, since this was asked last. */
  trace(): CommandTrace {
    return this.#crossings.take();
  }

  /** Reads the log, and makes room in it. */
  #drain(): void {
    const { log, halted } = this.#assembly.core;
    if (!log) return;
    const { words, length } = log;
    for (let at = 0; at < length; at += RECORD_WORDS) {
      const kind = (words[at] ?? 0) & 0xff;
      if (kind === RecordKind.console) this.#received(words, at);
      this.#crossings.saw(words, at);
      if (kind === RecordKind.return) at += 4 * RECORD_WORDS;
    }
    if (!halted) log.clear();
  }

  #received(words: Uint32Array, at: number): void {
    const count = words[at + 3] ?? 0;
    for (let index = 0; index < count; index++) {
      this.#bytes.push(((words[at + 4 + (index >>> 2)] ?? 0) >>> ((index & 3) * 8)) & 0xff);
    }
  }

  /** All but the beginning of a character whose rest has not come. */
  #text(): string {
    const bytes = this.#bytes;
    this.#bytes = [];
    return this.#decoder.decode(new Uint8Array(bytes), { stream: true });
  }
}

const textsOf = (program: Program): Program => ({ ...program, texts: [ROOT_PATH] });

/** The machine of a session. */
const workloadOf = (seed: number): Workload => ({
  format: WORKLOAD_FORMAT,
  harts: HARTS,
  frames: FRAMES,
  tlbEntries: 16,
  ipiDelay: 0,
  programs: [
    { bodies: [[]] },
    ...OPERATOR_PROGRAMS.map(({ code }) => ({ bodies: [typeof code === 'function' ? [] : code] })),
  ].map(textsOf),
  start: [0],
  schedule: scheduleOf(seed),
  interrupts: [],
  devices: { diskLatency: 1 + (seed % 64), networkLatency: 1 },
  steps: Number.MAX_SAFE_INTEGER,
});

/** Seed 0: harts take turns. Another: a linear congruential generator says whose turn it is. */
const scheduleOf = (seed: number): readonly number[] => {
  let state = seed >>> 0;
  return Array.from({ length: seed === 0 ? 0 : SCHEDULED }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 31;
  });
};
