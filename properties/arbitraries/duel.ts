/**
 * Two tasks of one address space and one page: one of them takes the page or a right away while the other keeps using
 * it. This is what shows a missing shootdown, so programs with threads do it mostly.
 */
import { Pte } from '../../spec/riscv.ts';
import { mapAt, store, unmapAt, writable } from './acts/memory.ts';
import type { Dice } from './dice.ts';
import { addressOf, type Slot } from './pages.ts';
import type { Script } from './script.ts';

const { R, W } = Pte;

export interface Duel {
  readonly slot: Slot;
  readonly strike: 'unmap' | 'remap' | 'protect';
  /** The thread strikes and its maker watches; otherwise the other way round. */
  readonly byThread: boolean;
  /** Acts of the one that strikes until it does. */
  readonly after: number;
}

/** Chooses the page, which is mapped and used before the thread starts. */
export const prepareDuel = (script: Script, dice: Dice): Duel | undefined => {
  if (!script.has('memory')) return undefined;
  const slot = writable(script, dice);
  if (slot < 0) return undefined;
  store(script, dice, slot);
  const choice = dice.roll(10);
  const strike =
    choice < 2 ? 'remap' : choice < 4 && script.has('protection') ? 'protect' : 'unmap';
  const byThread = strike !== 'remap' && dice.percent(25);
  return { slot, strike, byThread, after: 1 + dice.roll(2) };
};

/** One side of a duel, while its body is being written. Nothing else in that body uses the page. */
export class Duelist {
  readonly #duel: Duel;
  readonly #strikes: boolean;
  #wait: number;

  constructor(script: Script, duel: Duel, strikes: boolean) {
    this.#duel = duel;
    this.#strikes = strikes;
    this.#wait = duel.after;
    script.pages.block(duel.slot);
  }

  /** At the start of a thread: its hart now has the page in its TLB. */
  begin(script: Script, dice: Dice): void {
    watch(script, dice, this.#duel);
  }

  /** Between two acts. */
  goOn(script: Script, dice: Dice): void {
    if (!this.#strikes) {
      if (dice.percent(50)) watch(script, dice, this.#duel);
      return;
    }
    this.#wait -= 1;
    if (this.#wait === 0) strike(script, dice, this.#duel);
  }

  /** Before the last act. */
  finish(script: Script, dice: Dice): void {
    if (this.#strikes && this.#wait > 0) strike(script, dice, this.#duel);
    if (!this.#strikes) for (let i = 0; i < 2; i++) watch(script, dice, this.#duel);
  }
}

/** Uses the page. A store where the right to write is taken away: only that can be refused then. */
const watch = (script: Script, dice: Dice, { slot, strike }: Duel): void => {
  const va = addressOf(slot);
  if (strike === 'protect') script.push({ op: 'store', va, value: script.value() });
  else script.push({ op: 'load', va, rd: script.dataRegister(dice) });
};

const strike = (script: Script, dice: Dice, duel: Duel): void => {
  const { slot } = duel;
  script.pages.unblock(slot, R | W);
  if (duel.strike === 'protect') {
    script.call('protect', addressOf(slot), R);
    script.pages.setRights(slot, R);
    return;
  }
  unmapAt(script, slot);
  if (duel.strike === 'unmap') return;
  mapAt(script, slot, R | W);
  store(script, dice, slot);
};
