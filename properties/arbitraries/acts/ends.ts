/** The last act of a body: exit, or something that nothing can repair, so that the fault kills nobody too early. */
import { DIRECT_MAP, KERNEL_TEXT, USER_END, USER_TEXT } from '../../../spec/layout.ts';
import { PAGE_SIZE, Pte, type VirtualAddress } from '../../../spec/riscv.ts';
import { PRIVILEGED } from '../../../spec/workload.ts';
import type { Dice } from '../dice.ts';
import { addressOf } from '../pages.ts';
import type { Script } from '../script.ts';
import type { Act, WeightedAct } from './act.ts';
import { load, mapAt, unmapAt, writable } from './memory.ts';

const { R, W } = Pte;

const exit: Act = (script, dice) => script.call('exit', dice.pick([0, 1, 7, 0x1ff]));

/** A load, a store or a jump. */
const access = (script: Script, dice: Dice, va: VirtualAddress): void => {
  const how = dice.roll(8);
  if (how < 4) load(script, dice, va);
  else if (how < 6) script.push({ op: 'store', va, value: script.value() });
  else script.push({ op: 'jump', va });
};

/** Behind the last operation there is nothing but zeros. */
const runOff: Act = (script, dice) => {
  if (dice.percent(50)) script.push({ op: 'jump', va: USER_TEXT + PAGE_SIZE - 4 });
};

const privileged: Act = (script, dice) => {
  const instruction = PRIVILEGED[dice.roll(PRIVILEGED.length)] ?? 'sret';
  script.push({ op: 'privileged', instruction });
};

/** The neighbour of one of its pages, address 0, or anything else that was never mapped. */
const unmapped: Act = (script, dice) => {
  const slot = script.pages.mapped(dice);
  const choices = [0, USER_END - PAGE_SIZE, addressOf(script.pages.free(dice)) + 4] as const;
  if (slot >= 0 && dice.percent(40))
    access(script, dice, addressOf(slot) + dice.pick([-4, PAGE_SIZE]));
  else access(script, dice, dice.pick(choices));
};

const kernelAddress: Act = (script, dice) =>
  access(
    script,
    dice,
    dice.pick([
      KERNEL_TEXT,
      KERNEL_TEXT,
      DIRECT_MAP,
      DIRECT_MAP + PAGE_SIZE,
      USER_END,
      0xffff_fffc,
    ]),
  );

/** What was just unmapped; a page is mapped, used and unmapped for it if there is none. */
const afterUnmap: Act = (script, dice) => {
  let gone = script.pages.gone(dice);
  if (gone < 0) {
    gone = writable(script, dice);
    if (gone < 0) return runOff(script, dice);
    load(script, dice, addressOf(gone));
    unmapAt(script, gone);
  }
  access(script, dice, addressOf(gone));
};

const storeToReadOnly: Act = (script, dice) => {
  if (dice.percent(15)) return script.push({ op: 'store', va: USER_TEXT, value: script.value() });
  let slot = script.pages.rights.indexOf(R);
  if (slot < 0) {
    slot = writable(script, dice);
    if (slot < 0 || !script.has('protection')) {
      slot = script.pages.free(dice);
      if (slot < 0) return runOff(script, dice);
      mapAt(script, slot, R);
    } else script.call('protect', addressOf(slot), R);
  }
  script.push({ op: 'store', va: addressOf(slot), value: script.value() });
};

/** Data is no text, even if it looks like it. */
const jumpToData: Act = (script, dice) => {
  const slot = writable(script, dice);
  if (slot < 0) return runOff(script, dice);
  const rd = script.dataRegister(dice);
  load(script, dice, addressOf(slot));
  script.push({ op: 'load', va: USER_TEXT, rd });
  script.push({ op: 'store', va: addressOf(slot), value: rd });
  script.push({ op: 'jump', va: addressOf(slot) });
};

const misaligned: Act = (script, dice) => {
  const slot = script.pages.mapped(dice, R | W);
  access(script, dice, (slot < 0 ? USER_TEXT : addressOf(slot)) + dice.pick([1, 2, 3]));
};

export const loop: Act = (script) => script.push({ op: 'loop' });

export const ENDS: readonly WeightedAct[] = [
  { weight: 30, groups: ['tasks'], act: exit },
  { weight: 4, groups: [], act: runOff },
  { weight: 8, groups: [], act: privileged },
  { weight: 8, groups: [], act: unmapped },
  { weight: 8, groups: [], act: kernelAddress },
  { weight: 8, groups: [], act: misaligned },
  { weight: 9, groups: ['memory'], act: afterUnmap },
  { weight: 9, groups: ['memory'], act: storeToReadOnly },
  { weight: 9, groups: ['memory'], act: jumpToData },
];
