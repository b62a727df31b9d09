/**
 * How often each event that costs cycles came: on each hart, in the kernel, and in each service that is a process.
 * Events are counted once and priced with any table of costs.
 *
 * Cycles are a sum over a table of costs, so running with a table in which one cost is 1 and all others are 0 counts
 * that event; a run does not depend on its costs (tested). In the kernel is one hart at a time, and a service handles
 * one request at a time, so what they do adds up over the harts: nothing can be over earlier than that.
 *
 * Not counted: what the kernel does to its own tables beside loads and stores through the MMU, and waiting.
 */
import type { Hart, Kernel, Routine } from '../../hardware/contract.ts';
import { type Costs, DEFAULT_COSTS } from '../../hardware/costs.ts';
import { type Arena, assemble, boot } from '../../hardware/run.ts';
import { SERVICE_TID } from '../../spec/layout.ts';
import type { Workload } from '../../spec/workload.ts';

export type CostName = keyof Costs;
export const COST_NAMES = Object.keys(DEFAULT_COSTS) as readonly CostName[];
/** How often each event that costs came. */
export type Counts = Readonly<Record<CostName, number>>;

const NOTHING = Object.fromEntries(COST_NAMES.map((name) => [name, 0])) as Record<CostName, number>;

export interface Counted {
  /** By hart. */
  readonly counts: readonly Counts[];
  /** On all harts, of what does one thing at a time: the kernel, from a trap to the return; each service outside. */
  readonly serial: readonly Counts[];
}

const cost = (counts: Counts, costs: Costs): number =>
  COST_NAMES.reduce((all, name) => all + counts[name] * costs[name], 0);

/** Cycles of the hart that is busy longest. */
export const busiestHart = ({ counts }: Pick<Counted, 'counts'>, costs: Costs): number =>
  Math.max(...counts.map((one) => cost(one, costs)));

/** Cycles of what is busy longest: a hart, the kernel, or a service. */
export const price = (run: Counted, costs: Costs): number =>
  Math.max(busiestHart(run, costs), ...run.serial.map((one) => cost(one, costs)));

/** The counts that the price is of: those of what is busy longest. */
export const busiest = ({ counts, serial }: Counted, costs: Costs): Counts =>
  [...counts, ...serial].reduce((most, one) => (cost(one, costs) > cost(most, costs) ? one : most));

/** The counts of all harts together. */
export const total = ({ counts }: Pick<Counted, 'counts'>): Counts => {
  const all = { ...NOTHING };
  for (const name of COST_NAMES) for (const one of counts) all[name] += one[name];
  return all;
};

/** Cycles of all harts together: how long it takes where nothing runs beside anything. */
export const work = ({ counts }: Pick<Counted, 'counts'>, costs: Costs): number =>
  counts.reduce((all, one) => all + cost(one, costs), 0);

/** Whether every event that costs came at most as often, on one hart: then it is as cheap whatever the costs. */
export const isContained = (less: Counted, more: Counted): boolean =>
  less.counts.length === 1 &&
  COST_NAMES.every((name) => (less.counts[0]?.[name] ?? 0) <= (more.counts[0]?.[name] ?? 0));

/** Two events are counted in one run: the second in units of this many cycles, more than any run has of the first. */
const SECOND = 2 ** 26;

export const countEvents = (kernel: Kernel, workload: Workload, arena: Arena): Counted => {
  const counts = Array.from({ length: workload.harts }, () => ({ ...NOTHING }));
  const serial = new Map([[KERNEL, { ...NOTHING }]]);
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
    const clock = new Clock((hart) => run.core.harts[hart]?.cycle ?? 0);
    boot(run.core, clock.watch(kernel), run.machine, run.image);
    run.core.run();
    for (const [hart, count] of counts.entries()) add(count, run.core.harts[hart]?.cycle ?? 0);
    for (const [who, cycles] of clock.cycles) {
      const count = serial.get(who) ?? { ...NOTHING };
      serial.set(who, count);
      add(count, cycles);
    }
  }
  // A trap is where the kernel begins, a return where it ends: both are its own.
  for (const [who, count] of serial) {
    for (const name of ['trap', 'return'] as const)
      count[name] = who === KERNEL ? counts.reduce((all, one) => all + one[name], 0) : 0;
  }
  return { counts, serial: [...serial.values()] };
};

/** Stands for the kernel among the ids of services. */
const KERNEL = 0;

/** Adds up cycles by who spends them: the kernel, from a trap to the end of its handler, and services. */
class Clock {
  readonly cycles = new Map<number, number>();
  readonly #cycleOf: (hart: number) => number;
  /** Harts in the kernel: a fault of the kernel itself traps again. */
  readonly #inside = new Set<number>();
  /** When a hart last left the kernel, and for whom. */
  readonly #left = new Map<number, { readonly cycle: number; readonly context: number }>();

  constructor(cycleOf: (hart: number) => number) {
    this.#cycleOf = cycleOf;
  }

  watch(kernel: Kernel): Kernel {
    return {
      ...kernel,
      boot: (machine, image) => {
        const handler = kernel.boot(machine, image);
        return (hart) => this.#handle(handler, hart);
      },
    };
  }

  #handle(handler: Routine, hart: Hart): ReturnType<Routine> {
    if (this.#inside.has(hart.id)) return handler(hart);
    const left = this.#left.get(hart.id);
    if (left && left.context >= SERVICE_TID)
      this.#add(left.context, this.#cycleOf(hart.id) - left.cycle);
    const waiting = this.#during(hart, () => handler(hart));
    return waiting ? this.#waits(waiting, hart) : undefined;
  }

  /** The handler waits where it yields; others may be in the kernel meanwhile. */
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
      const cycle = this.#cycleOf(hart.id);
      this.#add(KERNEL, cycle - before);
      this.#left.set(hart.id, { cycle, context: hart.scontext });
    }
  }

  #add(who: number, cycles: number): void {
    this.cycles.set(who, (this.cycles.get(who) ?? 0) + cycles);
  }
}
