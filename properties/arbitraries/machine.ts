/** The machine of a workload: harts, TLB, RAM, the order in which harts take steps, and interrupts. */
import { FRAME_BUDGET } from '../../spec/abi.ts';
import { FIRST_TEXT_FRAME } from '../../spec/layout.ts';
import type { HartId } from '../../spec/riscv.ts';
import type { Interrupt } from '../../spec/workload.ts';
import { Dice } from './dice.ts';

/** Of a hundred workloads, how many have so many harts at most; the rest has more. */
const HARTS = [18, 70, 86, 100] as const;
const TLB_SIZES = [8, 16, 8, 16, 8, 16, 4, 32, 8, 16, 8, 16, 64, 8, 2, 1] as const;
const DELAYED = 20;
const MIN_FRAMES = 16;
const MAX_FRAMES = 4096;

export const hartsOf = (dice: Dice, max: number): number => {
  const at = dice.roll(100);
  return Math.min(max, HARTS.findIndex((share) => at < share) + 1);
};

export const tlbEntriesOf = (dice: Dice): number => dice.pick(TLB_SIZES);

export const ipiDelayOf = (dice: Dice): number => (dice.percent(DELAYED) ? 1 + dice.roll(8) : 0);

/**
 * Frames that are just enough, by the frame budget, for everything that may be in use at once: so frames are soon used
 * again, and lost ones soon missed. Where RAM is `short`, calls fail for want of memory.
 */
export const framesOf = (programs: number, peak: number, dice: Dice, short: boolean): number => {
  const enough = FRAME_BUDGET.kernel + peak + dice.roll(2);
  const frames = FIRST_TEXT_FRAME + programs + (short ? Math.ceil(enough * 0.55) : enough);
  return Math.min(MAX_FRAMES, Math.max(MIN_FRAMES, frames));
};

/** Stretches of fine interleaving, of bursts, and of one hart alone. */
export const scheduleOf = (choices: readonly number[], harts: number): readonly HartId[] => {
  const schedule: HartId[] = [];
  if (harts === 1) return schedule;
  for (const choice of choices) {
    const dice = new Dice(choice);
    const kind = dice.roll(8);
    const turns = kind < 5 ? 4 + dice.roll(8) : kind < 7 ? 3 : 1;
    let hart = dice.roll(harts);
    for (let turn = 0; turn < turns; turn++) {
      const length = kind < 5 ? 1 + (dice.roll(4) >> 1) : kind < 7 ? 4 + dice.roll(9) : 12;
      for (let i = 0; i < length; i++) schedule.push(hart);
      hart = (hart + 1 + dice.roll(harts - 1)) % harts;
    }
  }
  return schedule;
};

const LATEST_INTERRUPT = 60;

export const interruptsOf = (choices: readonly number[], harts: number): readonly Interrupt[] =>
  choices.map((choice) => {
    const dice = new Dice(choice);
    return { hart: dice.roll(harts), after: 1 + dice.roll(LATEST_INTERRUPT) };
  });
