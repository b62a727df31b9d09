/** For tests: runs told by hand, event by event, as an honest kernel's hardware would show them. */
import { ABI_GROUPS } from '../../spec/abi.ts';
import type { Event, Translation } from '../../spec/events.ts';
import type { Clause } from '../../spec/properties.ts';
import { A0, Cause, Pte, type Word } from '../../spec/riscv.ts';
import type { Operation, Workload } from '../../spec/workload.ts';
import { Judge } from './judge.ts';
import { initialState, type OsState } from './state.ts';
import type { Violation } from './violation.ts';

const RW = Pte.R | Pte.W;

export const workload = (harts: number, bodies: Operation[][], start = [0]): Workload => ({
  format: 1,
  harts,
  frames: 40,
  tlbEntries: 8,
  ipiDelay: 0,
  programs: [{ bodies }],
  start,
  schedule: [],
  interrupts: [],
  steps: 100,
});

export const call = (name: string, ...args: (Word | 'a0' | 's2')[]): Operation =>
  ({ op: 'call', call: name, args }) as Operation;

/** Each method shows the model one event. */
export class Run {
  readonly judge: Judge;
  violation: Violation | undefined;

  constructor(given: Workload, fairness?: number) {
    const claims = {
      implements: ABI_GROUPS,
      ...(fairness !== undefined && { fairness }),
    };
    this.judge = new Judge(initialState(given, claims));
  }

  get state(): OsState {
    return this.judge.state;
  }

  show(event: Event): this {
    this.violation ??= this.judge.accept(event);
    return this;
  }

  /** The kernel returns to a task; its registers as they must be, but for what is overridden. */
  back(
    tid: number,
    over: {
      a0?: Word;
      hart?: number;
      mode?: 'U' | 'S';
      view?: Translation[];
      pc?: Word;
      registers?: Record<number, Word>;
    } = {},
  ): this {
    const task = this.state.tasks.get(tid);
    const registers = [...(task?.registers ?? new Array<Word>(32).fill(0))];
    if (over.a0 !== undefined) registers[A0] = over.a0 >>> 0;
    for (const [index, value] of Object.entries(over.registers ?? {}))
      registers[Number(index)] = value;
    const pc = over.pc ?? (task?.call ? task.pc + 4 : (task?.pc ?? 0));
    registers[0] = pc;
    return this.show({
      kind: 'return',
      hart: over.hart ?? 0,
      tid,
      mode: over.mode ?? 'U',
      pc,
      root: 9,
      asid: 0,
      registers,
      view: over.view ?? [],
      kernel: [],
      tables: [9, 10],
    });
  }

  trap(tid: number, cause: Word, tval = 0, hart = 0): this {
    const pc = this.state.tasks.get(tid)?.pc ?? 0;
    return this.show({ kind: 'trap', hart, tid, mode: 'U', cause, pc, tval });
  }

  wake(hart = 0): this {
    return this.show({
      kind: 'trap',
      hart,
      tid: 0,
      mode: 'S',
      cause: Cause.softwareInterrupt,
      pc: 0,
      tval: 0,
    });
  }

  /** The task makes its next system call. */
  calls(tid: number, hart = 0): this {
    return this.trap(tid, Cause.userEcall, 0, hart);
  }

  retires(
    tid: number,
    over: { va?: Word; value?: Word; frame?: number; word?: Word; hart?: number } = {},
  ): this {
    const task = this.state.tasks.get(tid);
    const pc = task?.pc ?? 0;
    const word =
      over.word ?? this.state.setting.layout.texts[0]?.words.get((pc & 0xfff) >>> 2) ?? 0;
    return this.show({
      kind: 'retire',
      hart: over.hart ?? 0,
      tid,
      pc,
      word,
      va: over.va ?? 0,
      frame: over.frame ?? -1,
      value: over.value ?? 0,
    });
  }

  idle(hart = 0): this {
    return this.show({ kind: 'idle', hart, tid: 0 });
  }

  end(reason: 'quiescent' | 'budget' = 'quiescent'): this {
    return this.show({ kind: 'end', hart: 0, tid: 0, reason });
  }

  get clause(): Clause | undefined {
    return this.violation?.clause;
  }
}

export const page = (over: Partial<Translation> = {}): Translation => ({
  vpn: 2,
  frame: 12,
  rights: RW,
  source: 'table',
  version: 1,
  words: new Map(),
  ...over,
});

export const started = (bodies: Operation[][], harts = 1, fairness?: number): Run =>
  new Run(workload(harts, bodies), fairness).wake().back(1);
