/** A smaller machine: harts, frames, interrupts, and a simpler schedule. */
import type { Workload } from '../../../spec/workload.ts';
import { type Neighbour, replaced, without } from './neighbour.ts';

/** Harts above the one that goes move down by one; its own turns and interrupts go to hart 0. */
const withoutHart = (workload: Workload, gone: number): Workload => {
  const renumber = (hart: number): number => (hart === gone ? 0 : hart > gone ? hart - 1 : hart);
  return {
    ...workload,
    harts: workload.harts - 1,
    schedule: workload.schedule.map(renumber),
    interrupts: workload.interrupts.map(({ hart, after }) => ({ hart: renumber(hart), after })),
  };
};

export function* fewerHarts(workload: Workload): Generator<Neighbour> {
  if (workload.harts === 1) return;
  for (let hart = workload.harts - 1; hart >= 0; hart--) {
    yield { change: `without hart ${hart}`, workload: withoutHart(workload, hart) };
  }
}

/** Programs, kernel and tables need some. */
const LEAST_FRAMES = 16;

export function* fewerFrames(workload: Workload): Generator<Neighbour> {
  const frames = workload.frames - 1;
  if (frames >= LEAST_FRAMES)
    yield { change: 'with one frame less', workload: { ...workload, frames } };
}

export function* fewerInterrupts(workload: Workload): Generator<Neighbour> {
  for (const [index, { hart, after }] of workload.interrupts.entries()) {
    yield {
      change: 'without an interrupt',
      workload: { ...workload, interrupts: without(workload.interrupts, index) },
    };
    for (const earlier of new Set([0, 1, after >>> 1, after - 1])) {
      if (earlier < 0 || earlier >= after) continue;
      const interrupts = replaced(workload.interrupts, index, { hart, after: earlier });
      yield { change: 'with an earlier interrupt', workload: { ...workload, interrupts } };
    }
  }
  for (const ipiDelay of new Set([0, 1, workload.ipiDelay - 1])) {
    if (ipiDelay >= 0 && ipiDelay < workload.ipiDelay) {
      yield { change: `interrupts ${ipiDelay} steps late`, workload: { ...workload, ipiDelay } };
    }
  }
}

export function* simplerSchedule(workload: Workload): Generator<Neighbour> {
  const { schedule } = workload;
  if (schedule.length > 1)
    yield { change: 'without a schedule', workload: { ...workload, schedule: [] } };
  for (let i = schedule.length - 1; i >= 0; i--) {
    yield {
      change: `without turn ${i + 1}`,
      workload: { ...workload, schedule: without(schedule, i) },
    };
  }
  for (let i = 1; i < schedule.length; i++) {
    const before = schedule[i - 1];
    if (before === undefined || before === schedule[i]) continue;
    yield {
      change: `turn ${i + 1} to the hart before`,
      workload: { ...workload, schedule: replaced(schedule, i, before) },
    };
  }
}
