/**
 * Large steps towards a small workload: whole tasks and bodies, halves of bodies, then ever smaller parts (delta
 * debugging, Zeller and Hildebrandt 2002). What they leave is close to minimal; neighbours.ts does the rest.
 */
import type { Operation, Workload } from '../../spec/workload.ts';
import type { Descent } from './descent.ts';
import { withoutUnusedTexts } from './neighbours/texts.ts';

/** Sizes of RAM that are tried, the smallest first. */
const FRAMES = [16, 17, 18, 19, 20, 21, 22, 24, 28, 32];

/** Everything but the operations: harts, memory, interrupts, tasks. */
export const shrinkSurroundings = async (descent: Descent): Promise<void> => {
  const now = (): Workload => descent.workload;
  await descent.attempt({ ...now(), interrupts: [] });
  await descent.attempt({ ...now(), ipiDelay: 0 });
  await descent.attempt(withoutUnusedTexts(now()));
  const { devices, faults, ...bare } = now();
  if (faults) await descent.attempt({ ...bare, ...(devices && { devices }) });
  if (devices) await descent.attempt(withoutDevices(now()));
  if (now().harts === 1) await descent.attempt({ ...now(), schedule: [] });
  while (now().harts > 1 && (await descent.attempt(withoutLastHart(now()))));
  for (const frames of FRAMES) {
    if (frames < now().frames && (await descent.attempt({ ...now(), frames }))) break;
  }
  for (let index = now().start.length - 1; index >= 0 && now().start.length > 1; index--) {
    const start = now().start.filter((_, other) => other !== index);
    await descent.attempt({ ...now(), start });
  }
};

const withoutDevices = ({ devices, ...rest }: Workload): Workload => rest;

const withoutLastHart = (workload: Workload): Workload => {
  const harts = workload.harts - 1;
  return {
    ...workload,
    harts,
    schedule: workload.schedule.map((hart) => hart % harts),
    interrupts: workload.interrupts.filter(({ hart }) => hart < harts),
  };
};

/** What the failing run has not come to is not needed. */
export const dropUnexecuted = async (descent: Descent): Promise<void> => {
  const executed = await descent.executed();
  if (!executed) return;
  const all = bodiesOf(descent.workload).flat();
  const gone = new Set(all.filter((operation) => !executed.has(operation)));
  if (gone.size > 0) await descent.attemptWithout(gone);
};

/** Drops parts of bodies, the first first: the last operation that was executed is often the one that failed. */
export const dropOperations = async (descent: Descent): Promise<void> => {
  const programs = descent.workload.programs.length;
  for (let program = programs - 1; program >= 0; program--) {
    const bodies = descent.workload.programs[program]?.bodies.length ?? 0;
    for (let body = bodies - 1; body >= 0; body--) {
      await shrinkList(
        () => descent.workload.programs[program]?.bodies[body] ?? [],
        (part) => descent.attemptWithout(new Set(part)),
      );
    }
  }
};

export const dropInterrupts = (descent: Descent): Promise<void> =>
  shrinkList(
    () => descent.workload.interrupts,
    (part) => {
      const interrupts = descent.workload.interrupts.filter((one) => !part.includes(one));
      return descent.attempt({ ...descent.workload, interrupts });
    },
  );

export const shortenSchedule = (descent: Descent): Promise<void> =>
  shrinkList(
    () => [...descent.workload.schedule.keys()],
    (part) => {
      const gone = new Set(part);
      const schedule = descent.workload.schedule.filter((_, turn) => !gone.has(turn));
      return descent.attempt({ ...descent.workload, schedule });
    },
  );

const bodiesOf = (workload: Workload): readonly (readonly Operation[])[] =>
  workload.programs.flatMap(({ bodies }) => bodies);

/** Tries to do without parts of a list: all of it at first, then halves, and so on down to single items. */
const shrinkList = async <T>(
  read: () => readonly T[],
  attemptWithout: (part: readonly T[]) => Promise<boolean>,
): Promise<void> => {
  for (let size = read().length; size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < read().length; ) {
      const part = read().slice(from, from + size);
      if (!(await attemptWithout(part))) from += size;
    }
  }
};
