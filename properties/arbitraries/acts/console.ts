/** Acts on the console: bytes of pages, and pointers that no kernel may believe. */
import { DIRECT_MAP, KERNEL_TEXT, USER_END, USER_TEXT } from '../../../spec/layout.ts';
import { PAGE_SIZE, Pte, type VirtualAddress, type Word } from '../../../spec/riscv.ts';
import type { Dice } from '../dice.ts';
import { addressOf } from '../pages.ts';
import type { Script } from '../script.ts';
import type { Act } from './act.ts';
import { keep, mapFresh, store, writable } from './memory.ts';

/** Up to 24 bytes of a page that was mostly written just now. */
export const write: Act = (script, dice) => {
  if (script.scene.silent) return keep(script, dice);
  const slot = dice.percent(70) ? writable(script, dice) : script.pages.mapped(dice);
  if (slot < 0) return mapFresh(script, dice);
  if ((script.pages.rights[slot] ?? 0) & Pte.W) store(script, dice, slot);
  const stored = script.pages.stored[slot] ?? 0;
  const offset = stored >= 0 && dice.percent(60) ? stored : dice.roll(64);
  script.call('write', addressOf(slot) + offset, Math.min(1 + dice.roll(24), PAGE_SIZE - offset));
};

type Range = readonly [va: VirtualAddress, length: Word];

const WILD: readonly [Range, ...Range[]] = [
  [0xffff_fff0, 0x20],
  [0xffff_ffff, 1],
  [0xffff_f000, 0x1010],
  [KERNEL_TEXT, 4],
  [DIRECT_MAP, 8],
  [0, 4],
  [USER_END - 4, 8],
  [USER_END, 0],
  [0xffff_fffc, 0],
];

/** Around the edge of a page that is readable, or with a length that wraps round. */
const atEdge = (script: Script, dice: Dice): Range => {
  const slot = script.pages.mapped(dice);
  const page = slot < 0 ? USER_TEXT : addressOf(slot);
  const edge = page + PAGE_SIZE - dice.pick([1, 2, 4, 16, 31]);
  const neighbourIsMapped = script.pages.rights.some(
    (rights, other) => rights !== 0 && addressOf(other) === page + PAGE_SIZE,
  );
  if (!neighbourIsMapped && dice.percent(30)) return [edge, dice.pick([0xffff_ffff, 0xffff_f000])];
  return [edge, dice.pick([1, 4, 8, 16, 40])];
};

export const wildWrite: Act = (script, dice) => {
  if (script.scene.silent) return mapFresh(script, dice);
  const [va, length] = dice.percent(40) ? atEdge(script, dice) : dice.pick(WILD);
  script.call('write', va, length);
};
