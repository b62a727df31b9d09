/** Acts on pages that are meant to succeed: map, touch, unmap, map again, change rights, execute. */
import { BODY_STRIDE } from '../../../spec/layout.ts';
import { Pte, type VirtualAddress } from '../../../spec/riscv.ts';
import type { Dice } from '../dice.ts';
import { addressOf, type Slot } from '../pages.ts';
import type { Script } from '../script.ts';
import type { Act } from './act.ts';

const { R, W, X } = Pte;

/** The offset of a word of a page: its first, its last, or any of a few. */
const wordOffset = (dice: Dice): number => {
  const at = dice.roll(8);
  if (at < 4) return 0;
  return at < 6 ? 0xffc : dice.roll(16) * 4;
};

export const load = (script: Script, dice: Dice, va: VirtualAddress): void =>
  script.push({ op: 'load', va, rd: script.dataRegister(dice) });

export const store = (script: Script, dice: Dice, slot: Slot): void => {
  const offset = wordOffset(dice);
  const value = dice.roll(6) === 0 ? script.dataRegister(dice) : script.value();
  script.push({ op: 'store', va: addressOf(slot) + offset, value });
  script.pages.stored[slot] = offset;
};

/** Loads what was stored last, or another word. */
export const loadBack = (script: Script, dice: Dice, slot: Slot): void => {
  const stored = script.pages.stored[slot] ?? -1;
  load(
    script,
    dice,
    addressOf(slot) + (stored >= 0 && dice.percent(70) ? stored : wordOffset(dice)),
  );
};

/** Maps a page that is to be there afterwards. */
export const mapAt = (script: Script, slot: Slot, rights: number): void => {
  script.call('map', addressOf(slot), rights);
  script.pages.map(slot, rights);
  script.hold(1);
};

export const unmapAt = (script: Script, slot: Slot): void => {
  script.call('unmap', addressOf(slot));
  script.pages.unmap(slot);
  script.frames -= 1;
};

export const mapFresh: Act = (script, dice) => {
  if (!script.has('memory')) return script.fill(dice, 1);
  const slot = script.pages.free(dice);
  if (slot < 0) return touch(script, dice);
  const rights = dice.percent(80) ? R | W : R;
  mapAt(script, slot, rights);
  if (dice.percent(60)) load(script, dice, addressOf(slot) + wordOffset(dice));
  if (rights & W && dice.percent(70)) store(script, dice, slot);
};

/** A page that this body can write, mapped first if there is none. */
export const writable = (script: Script, dice: Dice): Slot => {
  const found = script.pages.own(dice, R | W);
  if (found >= 0) return found;
  const slot = script.pages.free(dice);
  if (slot < 0) return -1;
  mapAt(script, slot, R | W);
  return slot;
};

export const touch: Act = (script, dice) => {
  const slot = script.pages.mapped(dice);
  if (slot < 0) return mapFresh(script, dice);
  if ((script.pages.rights[slot] ?? 0) & W && dice.percent(50)) store(script, dice, slot);
  else loadBack(script, dice, slot);
};

/** Stores, does something else in between, and loads again. */
export const keep: Act = (script, dice) => {
  const slot = writable(script, dice);
  if (slot < 0) return touch(script, dice);
  store(script, dice, slot);
  if (script.has('tasks')) script.call('yield');
  loadBack(script, dice, slot);
};

export const unmap: Act = (script, dice) => {
  const slot = script.pages.own(dice);
  if (slot < 0) return mapFresh(script, dice);
  unmapAt(script, slot);
};

/** The same address gets a new page: what the old one held must not be seen. */
export const remap: Act = (script, dice) => {
  const slot = writable(script, dice);
  if (slot < 0) return;
  store(script, dice, slot);
  unmapAt(script, slot);
  if (dice.percent(40)) touch(script, dice);
  mapAt(script, slot, dice.percent(70) ? R | W : R);
  load(script, dice, addressOf(slot) + wordOffset(dice));
};

export const protect: Act = (script, dice) => {
  const slot = script.pages.own(dice);
  if (slot < 0) return mapFresh(script, dice);
  const rights = dice.percent(60) ? R : R | W;
  if (rights === R && dice.percent(50) && (script.pages.rights[slot] ?? 0) & W)
    store(script, dice, slot);
  script.call('protect', addressOf(slot), rights);
  script.pages.setRights(slot, rights);
  if (rights & W) store(script, dice, slot);
  else loadBack(script, dice, slot);
};

/**
 * Copies two operations of this body into a page, makes the page executable and jumps there; the second one jumps
 * back. Half of the time only the rights change.
 */
export const execute: Act = (script, dice) => {
  if (script.scene.silent || !script.fits(10)) return keep(script, dice);
  const slot = writable(script, dice);
  if (slot < 0) return;
  const page = addressOf(slot);
  const register = script.dataRegister(dice);
  const runs = dice.percent(60);
  if (runs) {
    const copied = script.here(6);
    for (const offset of [0, 4]) {
      script.push({ op: 'load', va: copied + offset, rd: register });
      script.push({ op: 'store', va: page + offset, value: register });
    }
  }
  script.call('protect', page, R | X);
  script.pages.setRights(slot, R | X);
  script.pages.stored[slot] = -1;
  if (!runs) return;
  script.push({ op: 'jump', va: page });
  script.fill(dice, 1);
  script.push({ op: 'jump', va: script.here(1) });
};

/** Goes on behind itself, or reads its own text. */
export const ownText: Act = (script, dice) => {
  if (dice.percent(50)) script.push({ op: 'jump', va: script.here(1) });
  else load(script, dice, (script.here() & ~(BODY_STRIDE - 1)) + 4 * dice.roll(4));
};
