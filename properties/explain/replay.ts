/**
 * Replays a minimal failure with everything watched: the rows of the story, and for each row what the kernel's side
 * of it was (an interval of the log) and what the model's state was after it.
 */
import { Decoder } from '../../model/abstraction/decode.ts';
import type { WaitingCalls } from '../../model/layering/path.ts';
import { wordAt } from '../../model/os/access.ts';
import { Judge } from '../../model/os/judge.ts';
import { initialState, type OsState } from '../../model/os/state.ts';
import type { Violation } from '../../model/os/violation.ts';
import type { Event } from '../../spec/events.ts';
import { indexOfText, kindOfText, SERVICE_TID, TextKind } from '../../spec/layout.ts';
import { A0, Cause, causeName, type HartId, type Tid } from '../../spec/riscv.ts';
import type { Operation, Workload } from '../../spec/workload.ts';
import { judgeLayers, judgeRun } from '../checker/judge-run.ts';
import type { Executor, TracedRun } from '../execute/executor.ts';
import { turnsOf } from '../minimise/turns.ts';
import { hex, type Meanings, operationText, resultText, retiredText } from './text.ts';

/** A row in the making. Offsets are words of the log. */
export interface Row {
  readonly task: Tid;
  readonly hart: HartId;
  text: string;
  readonly devices: string[];
  /** The record that began it, and the one that ended it. */
  readonly from: number;
  until: number;
  /** Events of the kernel activation that belongs to it. */
  readonly kernel: Event[];
  /** What a user instruction did, where one was retired. */
  readonly retired?: Extract<Event, { kind: 'retire' }>;
  /** The trap that it was. */
  readonly trap?: Extract<Event, { kind: 'trap' }>;
  /** It shows the result of a call: where the record of the return is. */
  answered?: number;
  /** Of a row that shows only the result: the one in which the call was made. */
  readonly callIn?: Row;
  /** What went wrong in a service: `files: silence`. */
  readonly struck?: string;
  /** The model's state after it. */
  state: OsState;
}

export interface Replay {
  readonly workload: Workload;
  readonly run: TracedRun;
  readonly rows: readonly Row[];
  readonly violation: Violation | undefined;
  /** The state that the violating event met. */
  readonly state: OsState;
  readonly event: Event | undefined;
  /** In a layered kernel: the calls that wait at the end of the run. */
  readonly waiting: readonly WaitingCalls[];
  /** Names of its layers; [0] is layer 1. */
  readonly layers: readonly string[];
  /** The task that returned with each root table. */
  readonly roots: ReadonlyMap<number, Tid>;
}

const NO_EVENTS: readonly Event[] = [];

/** Machine steps that are watched behind the violation: while nobody moves, time skips some. */
const MARGIN = 8;

/** To watch a run costs much: what comes behind the violation is left out. */
export const replayRun = async (executor: Executor, workload: Workload): Promise<Replay> => {
  const log = await executor.run(workload);
  const { violation, at, programOf } = judgeRun(log, workload, executor.facts);
  if (violation) {
    const steps = turnsOf(log, workload, programOf, at).length + MARGIN;
    const short = { ...workload, steps: Math.min(steps, workload.steps) };
    const replay = new Replayer(executor, workload, await executor.trace(short)).all();
    if (replay.violation?.clause === violation.clause) return replay;
  }
  return new Replayer(executor, workload, await executor.trace(workload)).all();
};

class Replayer {
  readonly #workload: Workload;
  readonly #run: TracedRun;
  readonly #decoder: Decoder;
  readonly #judge: Judge;
  readonly #rows: Row[] = [];
  /** The row that each task's unfinished step began. */
  readonly #open = new Map<Tid, Row>();
  /** The row whose kernel activation runs on each hart. */
  readonly #active = new Map<HartId, Row>();
  readonly #roots = new Map<number, Tid>();
  #loops = 1;
  #faults = 1;
  #before: OsState;
  readonly #operations: readonly Operation[];
  /** In a layered kernel: what broke a rule of layering, and where in the log. */
  readonly #layers: readonly string[];
  readonly #layering: ReturnType<typeof judgeLayers>;

  constructor(executor: Executor, workload: Workload, run: TracedRun) {
    const initial = initialState(workload, executor.facts);
    this.#layering = judgeLayers(run, workload, executor.facts);
    this.#layers = (executor.facts.layers ?? []).map(({ name }) => name);
    this.#workload = workload;
    this.#run = run;
    this.#operations = initial.setting.operations;
    this.#decoder = new Decoder(run, initial.setting.layout, initial.setting.frames);
    this.#judge = new Judge(initial, true);
    this.#before = initial;
  }

  all(): Replay {
    let violation: Violation | undefined;
    let state = this.#judge.state;
    let event = this.#decoder.read();
    const layering = this.#layering?.violation && this.#layering;
    const end = layering?.at ?? this.#run.length;
    for (; event && this.#decoder.at < end; event = this.#decoder.read()) {
      state = this.#judge.state;
      this.#before = state;
      violation = this.#judge.accept(event);
      this.#row(event);
      if (violation) break;
    }
    const last = this.#rows.at(-1);
    const byService = (event?.tid ?? 0) >= SERVICE_TID;
    const rows = this.#rows.filter(
      (row) => worthARow(row) || (row === last && (byService || row.task < SERVICE_TID)),
    );
    return {
      workload: this.#workload,
      run: this.#run,
      rows,
      violation: violation ?? layering?.violation,
      state,
      event,
      waiting: this.#layering?.waiting ?? [],
      layers: this.#layers,
      roots: this.#roots,
    };
  }

  #operation(word: number): Operation | undefined {
    return kindOfText(word) === TextKind.script ? this.#operations[indexOfText(word)] : undefined;
  }

  #add(
    row: Omit<Row, 'devices' | 'from' | 'until' | 'kernel' | 'state'> & { devices?: string[] },
  ): Row {
    const { at } = this.#decoder;
    const full: Row = {
      devices: [],
      ...row,
      from: at,
      until: at,
      kernel: [...NO_EVENTS],
      state: this.#judge.state,
    };
    this.#rows.push(full);
    return full;
  }

  #row(event: Event): void {
    const { at } = this.#decoder;
    if (event.kind === 'retire') this.#retired(event);
    else if (event.kind === 'trap') this.#trapped(event);
    else if (event.kind === 'strike') this.#struck(event);
    else {
      const row = this.#active.get(event.hart);
      row?.kernel.push(event);
      if (event.kind === 'return') this.#returned(event);
      if (event.kind === 'return' || event.kind === 'idle' || event.kind === 'halt') {
        this.#active.delete(event.hart);
      }
      if (row) {
        row.until = Math.max(row.until, at);
        row.state = this.#judge.state;
      }
    }
  }

  #retired(event: Extract<Event, { kind: 'retire' }>): void {
    const operation = this.#operation(event.word);
    const text = operation ? retiredText(operation, event.value) : 'an unknown instruction';
    const open = this.#open.get(event.tid);
    this.#open.delete(event.tid);
    if (open && open === this.#rows.at(-1)) {
      // A fault that the kernel repaired: one step, whose instruction has now been executed.
      this.#rows.pop();
      this.#rows.push({
        ...open,
        text,
        retired: event,
        until: this.#decoder.at,
        state: this.#judge.state,
      });
      return;
    }
    const last = this.#rows.at(-1);
    if (operation?.op === 'loop' && last?.retired?.pc === event.pc && last.task === event.tid) {
      // An endless loop is one row, however long it runs.
      this.#loops += 1;
      last.text = `loop, ${this.#loops} times`;
      last.until = this.#decoder.at;
      last.state = this.#judge.state;
      return;
    }
    this.#loops = 1;
    this.#add({ task: event.tid, hart: event.hart, text, retired: event });
  }

  #trapped(event: Extract<Event, { kind: 'trap' }>): void {
    const { hart, tid, cause } = event;
    if (event.mode === 'S') {
      const known = this.#active.get(hart);
      if (known) known.kernel.push(event);
      else this.#active.set(hart, this.#add({ task: 0, hart, text: '', trap: event }));
      return;
    }
    if (cause & Cause.interrupt) {
      const device = interruptText(cause, hart);
      const row = this.#add({
        task: 0,
        hart,
        text: '',
        devices: device ? [device] : [],
        trap: event,
      });
      this.#active.set(hart, row);
      return;
    }
    const word = this.#wordAt(event);
    const operation = word === undefined ? undefined : this.#operation(word);
    const again = this.#open.get(tid);
    if (again && again === this.#rows.at(-1) && again.trap?.pc === event.pc) {
      // The same instruction faults again: one step, however often.
      this.#faults += 1;
      again.text = `${trapText(event, operation, this.#meaningsOf(tid))}, ${this.#faults} times`;
      again.until = this.#decoder.at;
      this.#active.set(hart, again);
      return;
    }
    this.#faults = 1;
    const row = this.#add({
      task: tid,
      hart,
      text: trapText(event, operation, this.#meaningsOf(tid)),
      trap: event,
    });
    this.#open.set(tid, row);
    this.#active.set(hart, row);
  }

  #struck({ hart, fault }: Extract<Event, { kind: 'strike' }>): void {
    const { service, kind } = this.#workload.faults?.[fault] ?? {};
    const struck = service === undefined ? 'disk: stuck' : `${service}: ${kind}`;
    this.#add({ task: 0, hart, text: '', struck, devices: [struck] });
  }

  #meaningsOf(tid: Tid): Meanings {
    const program = this.#before.tasks.get(tid)?.program;
    const texts = program === undefined ? undefined : this.#workload.programs[program]?.texts;
    const modules = this.#workload.modules?.files.map(({ name }) => name);
    return { ...(texts && { texts }), ...(modules && { modules }) };
  }

  /** The word that the model knows at pc: asked of the state before the event, since its task may be gone after it. */
  #wordAt({ tid, pc }: { tid: Tid; pc: number }): number | undefined {
    const task = this.#before.tasks.get(tid);
    return task && wordAt(this.#before, task, pc);
  }

  #returned(event: Extract<Event, { kind: 'return' }>): void {
    if (!this.#roots.has(event.root)) this.#roots.set(event.root, event.tid);
    const open = this.#open.get(event.tid);
    if (open?.trap?.cause !== Cause.userEcall) return;
    this.#open.delete(event.tid);
    const text = `${open.text} = ${resultText(event.registers[A0] ?? 0)}`;
    const later = this.#rows.slice(this.#rows.indexOf(open) + 1).filter(worthARow);
    const answered = this.#decoder.at;
    if (later.length === 0) Object.assign(open, { text, answered });
    else {
      const { tid: task, hart } = event;
      this.#add({ task, hart, text: `… ${text}`, answered, callIn: open });
    }
  }
}

/** Index of the row that shows what a task saw; −1: none does. */
export const rowSeen = ({ rows }: Replay, tid: Tid, { at }: { readonly at: number }): number => {
  const answer = rows.findIndex(({ answered }) => answered === at);
  if (answer >= 0) return answer;
  return rows.findIndex(({ task, from, until }) => task === tid && at >= from && at <= until);
};

/** What came to a hart; nothing for what harts send each other. */
const interruptText = (cause: number, hart: HartId): string => {
  if (cause === Cause.timerInterrupt) return `timer interrupts hart ${hart}`;
  return cause === Cause.externalInterrupt ? `a device interrupts hart ${hart}` : '';
};

const trapText = (
  event: { cause: number; tval: number },
  operation: Operation | undefined,
  meanings: Meanings,
): string => {
  if (!operation && event.cause === Cause.illegalInstruction) return 'runs off its end';
  if (!operation) return `${causeName(event.cause)} at ${hex(event.tval)}`;
  if (event.cause === Cause.userEcall) return operationText(operation, meanings);
  return `${operationText(operation, meanings)}: ${causeName(event.cause)}`;
};

/** Rows of the kernel alone, and of services, are shown only if something happened in them. */
const worthARow = ({ task, devices, kernel, trap }: Row): boolean =>
  (task !== 0 && task < SERVICE_TID) ||
  devices.length > 0 ||
  (trap?.mode === 'U' && trap.tid < SERVICE_TID) ||
  kernel.some(({ kind }) => kind === 'halt' || kind === 'wait');
