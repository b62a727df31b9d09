/**
 * Shrinks a failing workload until it is 1-minimal: no neighbour fails in the same way, and all of them were run.
 *
 * First in large strides (tasks, halves of bodies), then neighbour by neighbour to a fixed point. No workload
 * is run twice. What fast-check's own shrinking leaves (idle steps, whole tasks) is gone after the strides, and letting
 * it go first was slower than the strides alone; so it is left out.
 */
import type { Operation, Workload } from '../../spec/workload.ts';
import { fewerSteps, type Neighbour, neighbours, withBody } from './neighbours.ts';

export interface Minimal {
  readonly workload: Workload;
  /** All neighbours were run, and none fails. */
  readonly verified: boolean;
  /** How many neighbours the result has. */
  readonly neighbours: number;
  /** Workloads run altogether. */
  readonly runs: number;
}

export type Fails = (workload: Workload) => Promise<boolean>;

export interface MinimiseOptions {
  /** Runs at most. */
  readonly budget?: number;
  /**
   * The harts that took the steps of the failing run, in order. With it in place of the schedule a step can be dropped
   * together with its turn, and need not be replaced by something idle.
   */
  readonly turns?: readonly number[];
}

/** A workload of usual size needs a few hundred runs. */
const MOST_RUNS = 6000;

export const minimise = async (
  failing: Workload,
  fails: Fails,
  options: MinimiseOptions = {},
): Promise<Minimal> => {
  const budget = options.budget ?? MOST_RUNS;
  const known = new Map<string, boolean>();
  const stillFails = async (workload: Workload): Promise<boolean> => {
    const key = JSON.stringify(workload);
    const before = known.get(key);
    if (before !== undefined) return before;
    if (known.size >= budget) return false;
    const result = await fails(workload);
    known.set(key, result);
    return result;
  };
  const exact =
    options.turns && failing.harts > 1 ? { ...failing, schedule: options.turns } : failing;
  const strided = await stride((await stillFails(exact)) ? exact : failing, stillFails);
  // Steps go before turns: without its schedule a run needs idle steps to keep its order.
  let workload = await descend(strided, stillFails, fewerSteps);
  workload = await shortenSchedule(workload, stillFails);
  workload = await descend(workload, stillFails, neighbours);
  const distinct = new Set([...neighbours(workload)].map((one) => JSON.stringify(one.workload)));
  distinct.delete(JSON.stringify(workload));
  return { workload, verified: known.size < budget, neighbours: distinct.size, runs: known.size };
};

type Neighbours = (workload: Workload) => Iterable<Neighbour>;

/** From neighbour to neighbour, until none fails. */
const descend = async (failing: Workload, fails: Fails, ways: Neighbours): Promise<Workload> => {
  let workload = failing;
  for (let simpler: Workload | undefined = workload; simpler; ) {
    workload = simpler;
    simpler = await firstFailing(workload, fails, ways);
  }
  return workload;
};

const firstFailing = async (
  workload: Workload,
  fails: Fails,
  ways: Neighbours,
): Promise<Workload | undefined> => {
  const key = JSON.stringify(workload);
  for (const neighbour of ways(workload)) {
    if (JSON.stringify(neighbour.workload) !== key && (await fails(neighbour.workload))) {
      return neighbour.workload;
    }
  }
  return undefined;
};

/** Drops large parts while the failure stays. */
const stride = async (failing: Workload, fails: Fails): Promise<Workload> => {
  let workload = failing;
  const attempt = async (simpler: Workload): Promise<boolean> => {
    if (!(await fails(simpler))) return false;
    workload = simpler;
    return true;
  };
  await attempt({ ...workload, interrupts: [] });
  if (workload.harts === 1) await attempt({ ...workload, schedule: [] });
  while (workload.harts > 1 && (await attempt(withHarts(workload, workload.harts - 1))));
  for (const frames of [16, 20, 24, 32]) {
    if (frames < workload.frames && (await attempt({ ...workload, frames }))) break;
  }
  for (const program of [...workload.start]) {
    if (workload.start.length > 1)
      await attempt({ ...workload, start: workload.start.filter((one) => one !== program) });
  }
  for (const [program, { bodies }] of workload.programs.entries()) {
    for (const body of bodies.keys()) await shrinkBody(program, body, () => workload, attempt);
  }
  return workload;
};

const withHarts = (workload: Workload, harts: number): Workload => ({
  ...workload,
  harts,
  schedule: workload.schedule.map((hart) => hart % harts),
  interrupts: workload.interrupts.filter(({ hart }) => hart < harts),
});

type Attempt = (simpler: Workload) => Promise<boolean>;

/** Drops runs of a list, half of it at first, then ever smaller ones. */
const shrinkList = async <T>(
  read: () => readonly T[],
  attempt: (list: readonly T[]) => Promise<boolean>,
): Promise<void> => {
  for (
    let size = Math.ceil(read().length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let from = Math.max(0, read().length - size); ; from -= size) {
      const list = read();
      const start = Math.max(0, from);
      await attempt([...list.slice(0, start), ...list.slice(start + size)]);
      if (start === 0) break;
    }
  }
};

const shrinkBody = (
  program: number,
  body: number,
  now: () => Workload,
  attempt: Attempt,
): Promise<void> =>
  shrinkList<Operation>(
    () => now().programs[program]?.bodies[body] ?? [],
    (operations) => attempt(withBody(now(), program, body, operations)),
  );

const shortenSchedule = async (failing: Workload, fails: Fails): Promise<Workload> => {
  let workload = failing;
  await shrinkList(
    () => workload.schedule,
    async (schedule) => {
      const shorter = { ...workload, schedule };
      if (!(await fails(shorter))) return false;
      workload = shorter;
      return true;
    },
  );
  return workload;
};
