/** Calls that fail and leave the caller alive: every error of the call table, and calls that do not exist. */
import { DIRECT_MAP, KERNEL_TEXT, USER_END, USER_TEXT } from '../../../spec/layout.ts';
import { Pte, type VirtualAddress, type Word } from '../../../spec/riscv.ts';
import type { Argument } from '../../../spec/workload.ts';
import type { Dice } from '../dice.ts';
import { addressOf, type Slot } from '../pages.ts';
import type { Script } from '../script.ts';
import type { Act } from './act.ts';

const READ_WRITE = 6;
/** Rights that no call grants, mostly W and X at once. */
const BAD_RIGHTS = [14, 14, 14, 14, 14, 12, 0, 1, 3, 4, 8, 15, 0xffff_ffff] as const;
/** Page 0 and the first page that is not user space are where a check is easily one off. */
const BAD_PAGES = [0, 0, 0, USER_END, USER_END, KERNEL_TEXT, DIRECT_MAP, 0xffff_f000] as const;

/** The address of a page that is mapped, or that could be. */
const anyPage = (script: Script, dice: Dice): VirtualAddress => {
  const slot = script.pages.mapped(dice);
  return addressOf(slot >= 0 && dice.percent(70) ? slot : dice.roll(8));
};

const badAddress = (script: Script, dice: Dice): VirtualAddress =>
  dice.percent(75) ? dice.pick(BAD_PAGES) : anyPage(script, dice) + dice.pick([4, 1, 0xffc]);

export const mapRefused: Act = (script, dice) => {
  const choice = dice.roll(8);
  const mapped = script.pages.mapped(dice);
  const free = script.pages.free(dice);
  const prot = dice.pick([2, READ_WRITE]);
  if (choice === 0) script.call('map', USER_TEXT, prot);
  else if (choice < 3 && mapped >= 0) script.call('map', addressOf(mapped), prot);
  else if (choice < 5 && free >= 0) script.call('map', addressOf(free), dice.pick(BAD_RIGHTS));
  else script.call('map', badAddress(script, dice), prot);
};

export const unmapRefused: Act = (script, dice) => {
  const choice = dice.roll(5);
  const gone = script.pages.gone(dice);
  const free = script.pages.free(dice);
  if (choice === 0) script.call('unmap', USER_TEXT);
  else if (choice < 3 && gone >= 0) script.call('unmap', addressOf(gone));
  else if (choice === 3 && free >= 0) script.call('unmap', addressOf(free));
  else script.call('unmap', badAddress(script, dice));
};

export const protectRefused: Act = (script, dice) => {
  const choice = dice.roll(8);
  const mapped = script.pages.mapped(dice);
  const free = script.pages.free(dice);
  if (choice < 4 && mapped >= 0) script.call('protect', addressOf(mapped), dice.pick(BAD_RIGHTS));
  else if (choice < 6) script.call('protect', USER_TEXT, dice.pick([READ_WRITE, 2, 10]));
  else if (choice === 6 && free >= 0) script.call('protect', addressOf(free), READ_WRITE);
  else script.call('protect', badAddress(script, dice), dice.pick([2, READ_WRITE]));
};

export const spawnRefused: Act = (script, dice) => {
  const { programs } = script.scene;
  script.call('spawn', dice.pick([programs, programs, programs + 1, 0x8000_0000, 0xffff_ffff]));
};

/** A tid that is no living child: nobody, a stranger, itself or its parent, a child that has ended. */
const stranger = (script: Script, dice: Dice): Argument => {
  const ended = script.children.find((child) => child.ended)?.register ?? script.forgotten;
  if (ended && dice.percent(50)) return ended;
  return dice.pick([0, 1, 1, 2, 3, 99, 0xffff_ffff]);
};

/** Tid 1 is nobody's child; a child that was waited for is forgotten. */
export const waitRefused: Act = (script, dice) => {
  const { forgotten } = script;
  script.call(
    'wait',
    forgotten && dice.percent(50) ? forgotten : dice.pick([0, 1, 99, 0xffff_ffff]),
  );
};

export const killRefused: Act = (script, dice) => script.call('kill', stranger(script, dice));

/** Rights to a page that it cannot give away: it has not got them, or nobody has. */
const excess = ({ pages }: Script, slot: Slot, dice: Dice): Word =>
  (pages.rights[slot] ?? 0) & Pte.W ? dice.pick(BAD_RIGHTS) : READ_WRITE;

export const shareRefused: Act = (script, dice) => {
  const child = script.livingChild(dice);
  const mapped = script.pages.mapped(dice);
  const page = mapped < 0 ? anyPage(script, dice) : addressOf(mapped);
  if (!child || dice.percent(40)) script.call('share', page, stranger(script, dice), 2);
  else if (child.program < 0) script.call('share', page, child.register, 2);
  else if (dice.percent(50))
    script.call('share', page, child.register, excess(script, mapped, dice));
  else script.call('share', badAddress(script, dice), child.register, 2);
};

export const threadRefused: Act = (script, dice) =>
  script.call('thread', dice.pick([USER_TEXT + 2, USER_END, KERNEL_TEXT, DIRECT_MAP, 0xffff_fffc]));

const UNKNOWN_CALLS: readonly [Word, ...Word[]] = [
  0, 12, 13, 64, 222, 4711, 0x8000_0001, 0xffff_ffff,
];

export const unknownCall: Act = (script, dice) => {
  if (dice.percent(50)) script.call(dice.pick(UNKNOWN_CALLS));
  else script.call(dice.pick(UNKNOWN_CALLS), anyPage(script, dice), READ_WRITE);
};
