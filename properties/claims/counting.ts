/**
 * How often each event that costs cycles came: on each hart, and in the kernel. Events are counted once and priced with
 * any table of costs.
 *
 * Cycles are a sum over a table of costs, so running with a table in which one cost is 1 and all others are 0 counts
 * that event; a run does not depend on its costs (tested). The kernel is in one hart at a time, so what is done there
 * adds up over the harts: no run can be over earlier than that.
 *
 * Not counted: what the kernel does to its own tables beside loads and stores through the MMU, and waiting.
 */
import type { Hart, Kernel, Routine } from '../../hardware/contract.ts';
import { type Costs, DEFAULT_COSTS } from '../../hardware/costs.ts';
import { type Arena, assemble, boot } from '../../hardware/run.ts';
import type { Workload } from '../../spec/workload.ts';

export type CostName = keyof Costs;
export const COST_NAMES = Object.keys(DEFAULT_COSTS) as readonly CostName[];
/** How often each event that costs came. */
export type Counts = Readonly<Record<CostName, number>>;

export interface Counted {
  /** By hart. */
  readonly counts: readonly Counts[];
  /** In the kernel, on all harts: from a trap to the return. */
  readonly kernel: Counts;
}

const cost = (counts: Counts, costs: Costs): number =>
  COST_NAMES.reduce((all, name) => all + counts[name] * costs[name], 0);

/** Cycles of the hart that is busy longest. */
export const busiestHart = ({ counts }: Pick<Counted, 'counts'>, costs: Costs): number =>
  Math.max(...counts.map((one) => cost(one, costs)));

/** Cycles of the hart, or of the kernel with its one lock, that is busy longest. */
export const price = (run: Counted, costs: Costs): number =>
  Math.max(busiestHart(run, costs), cost(run.kernel, costs));

/** Cycles of all harts together: how long it takes where nothing runs beside anything. */
export const work = ({ counts }: Pick<Counted, 'counts'>, costs: Costs): number =>
  counts.reduce((all, one) => all + cost(one, costs), 0);

/** Whether every event that costs came at most as often, on one hart: then it is as cheap whatever the costs. */
export const isContained = (less: Counted, more: Counted): boolean =>
  less.counts.length === 1 &&
  COST_NAMES.every((name) => (less.counts[0]?.[name] ?? 0) <= (more.counts[0]?.[name] ?? 0));

const NOTHING = Object.fromEntries(COST_NAMES.map((name) => [name, 0])) as Record<CostName, number>;

/** Two events are counted in one run: the second in units of this many cycles, more than any run has of the first. */
const SECOND = 2 ** 26;

export const countEvents = (kernel: Kernel, workload: Workload, arena: Arena): Counted => {
  const counts = Array.from({ length: workload.harts }, () => ({ ...NOTHING }));
  const inKernel = { ...NOTHING };
  for (let index = 0; index < COST_NAMES.length; index += 2) {
    const [first, second] = [COST_NAMES[index], COST_NAMES[index + 1]];
    const costs = { ...NOTHING };
    if (first) costs[first] = 1;
    if (second) costs[second] = SECOND;
    const add = (count: Record<CostName, number>, cycles: number): void => {
      if (first) count[first] = cycles % SECOND;
      if (second) count[second] = Math.floor(cycles / SECOND);
    };
    const run = assemble(workload, { arena, observe: false, costs }, kernel.serviceFrames);
    const clock = new KernelClock((hart) => run.core.harts[hart]?.cycle ?? 0);
    boot(run.core, clock.watch(kernel), run.machine, run.image);
    run.core.run();
    for (const [hart, count] of counts.entries()) add(count, run.core.harts[hart]?.cycle ?? 0);
    add(inKernel, clock.cycles);
  }
  // A trap is where the kernel begins, a return where it ends: both are its own.
  for (const name of ['trap', 'return'] as const)
    inKernel[name] = counts.reduce((all, one) => all + one[name], 0);
  return { counts, kernel: inKernel };
};

/** Adds up the cycles between a trap and the end of its handler, also where the handler waits in between. */
class KernelClock {
  cycles = 0;
  readonly #cycleOf: (hart: number) => number;
  /** Harts in the kernel: a fault of the kernel itself traps again. */
  readonly #inside = new Set<number>();

  constructor(cycleOf: (hart: number) => number) {
    this.#cycleOf = cycleOf;
  }

  watch(kernel: Kernel): Kernel {
    return {
      ...kernel,
      boot: (machine, image) => {
        const handler = kernel.boot(machine, image);
        return (hart) => this.#timed(handler, hart);
      },
    };
  }

  #timed(handler: Routine, hart: Hart): ReturnType<Routine> {
    if (this.#inside.has(hart.id)) return handler(hart);
    const waiting = this.#during(hart, () => handler(hart));
    return waiting ? this.#waits(waiting, hart) : undefined;
  }

  *#waits(
    waiting: Exclude<ReturnType<Routine>, void>,
    hart: Hart,
  ): Exclude<ReturnType<Routine>, void> {
    for (;;) {
      const step = this.#during(hart, () => waiting.next());
      if (step.done) return;
      yield step.value;
    }
  }

  #during<T>(hart: Hart, act: () => T): T {
    const before = this.#cycleOf(hart.id);
    this.#inside.add(hart.id);
    try {
      return act();
    } finally {
      this.#inside.delete(hart.id);
      this.cycles += this.#cycleOf(hart.id) - before;
    }
  }
}
