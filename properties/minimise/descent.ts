/**
 * The state of a minimisation: the simplest workload so far that fails, every run that was made, and whose turn it was
 * in the run that is being simplified.
 */
import type { Operation, Workload } from '../../spec/workload.ts';
import { withoutOperations } from './dropping.ts';
import { interruptsOf, scheduleOf, type Turn } from './turns.ts';

export type Fails = (workload: Workload) => Promise<boolean>;
/** The turns of a failing run up to its failure. */
export type Turns = (workload: Workload) => Promise<readonly Turn[]>;

export class Descent {
  workload: Workload;
  readonly #fails: Fails;
  readonly #turns: Turns | undefined;
  readonly #budget: number;
  readonly #known = new Map<string, boolean>();
  /** The turns of the simplest one, while schedule and interrupts spell them out. */
  #spelledOut: readonly Turn[] = [];

  constructor(failing: Workload, fails: Fails, turns: Turns | undefined, budget: number) {
    this.workload = failing;
    this.#fails = fails;
    this.#turns = turns;
    this.#budget = budget;
  }

  /** Workloads run so far; none is run twice. */
  get runs(): number {
    return this.#known.size;
  }

  get exhausted(): boolean {
    return this.runs >= this.#budget;
  }

  /** Operations that the programs have. */
  get operations(): number {
    let operations = 0;
    for (const { bodies } of this.workload.programs) {
      for (const body of bodies) operations += body.length;
    }
    return operations;
  }

  /** What a story tells: operations and interrupts. */
  get size(): number {
    return this.operations + this.workload.interrupts.length;
  }

  /** Does it fail? If so it is the simplest from now on. */
  async attempt(simpler: Workload): Promise<boolean> {
    if (!(await this.#test(simpler))) return false;
    const { schedule, interrupts } = this.workload;
    if (simpler.schedule !== schedule || simpler.interrupts !== interrupts) this.#spelledOut = [];
    this.workload = simpler;
    return true;
  }

  /** The same without these operations, and without the turns spent on them where these are known; or with them. */
  async attemptWithout(gone: ReadonlySet<Operation>): Promise<boolean> {
    const fewer = withoutOperations(this.workload, gone);
    if (this.#spelledOut.length === 0) return this.attempt(fewer);
    const turns = this.#spelledOut.filter(
      ({ operation }) => operation === undefined || !gone.has(operation),
    );
    const simpler = withTurns(fewer, turns);
    if (!(await this.#test(simpler))) return this.attempt(fewer);
    this.#spelledOut = turns;
    this.workload = simpler;
    return true;
  }

  /**
   * Puts the turns of its run in place of the schedule. `timers`: also the timer interrupts that the run took, those of
   * the workload and those that the kernel asked for (so it does where the workload has any).
   */
  async spellOut(timers: boolean): Promise<void> {
    if (!this.#turns) return;
    const taken = await this.#turns(this.workload);
    const all = timers || this.workload.interrupts.length > 0;
    const turns = all ? taken : taken.map((turn) => ({ ...turn, timer: false }));
    const exact = withTurns(this.workload, turns);
    if (!(await this.#test(exact))) return;
    this.workload = exact;
    this.#spelledOut = turns;
  }

  /** Operations that the failing run has come to; `undefined` where nobody knows. */
  async executed(): Promise<ReadonlySet<Operation> | undefined> {
    if (!this.#turns) return undefined;
    const turns = await this.#turns(this.workload);
    return new Set(turns.flatMap(({ operation }) => operation ?? []));
  }

  async #test(workload: Workload): Promise<boolean> {
    const key = JSON.stringify(workload);
    const before = this.#known.get(key);
    if (before !== undefined) return before;
    if (this.exhausted) return false;
    const fails = await this.#fails(workload);
    this.#known.set(key, fails);
    return fails;
  }
}

/** One hart alone needs no schedule. */
const withTurns = (workload: Workload, turns: readonly Turn[]): Workload => ({
  ...workload,
  schedule: workload.harts > 1 ? scheduleOf(turns) : [],
  interrupts: interruptsOf(turns),
});
