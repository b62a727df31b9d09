/** Memory that calls on files move bytes to and from: good, at edges, and such as no kernel may believe. */
import { DIRECT_MAP, KERNEL_TEXT, USER_END, USER_TEXT } from '../../../spec/layout.ts';
import { PAGE_SIZE, Pte, type VirtualAddress } from '../../../spec/riscv.ts';
import { mapAt, store, writable } from '../acts/memory.ts';
import type { Dice } from '../dice.ts';
import { addressOf, type Slot } from '../pages.ts';
import type { Script } from '../script.ts';

const { R, W } = Pte;

export interface Buffer {
  readonly va: VirtualAddress;
  /** Bytes from there to the end of the page. */
  readonly room: number;
}

const OFFSETS = [0, 0, 0, 4, 8, 1, 2, 100, 0x400] as const;

/** In a page that this body can write; `undefined` where there is none and no room for one. */
export const bufferFor = (script: Script, dice: Dice): Buffer | undefined => {
  const slot = script.has('memory') ? writable(script, dice) : -1;
  if (slot < 0) return undefined;
  const offset = dice.pick(OFFSETS);
  return { va: addressOf(slot) + offset, room: PAGE_SIZE - offset };
};

/** Bytes to write: words that were just stored, or the program’s own text. */
export const sourceFor = (script: Script, dice: Dice): Buffer => {
  const slot = script.has('memory') && dice.percent(70) ? writable(script, dice) : -1;
  if (slot < 0) return { va: USER_TEXT + dice.roll(64), room: PAGE_SIZE - 64 };
  if ((script.pages.stored[slot] ?? -1) < 0 || dice.percent(60)) store(script, dice, slot);
  const offset = Math.max(0, (script.pages.stored[slot] ?? 0) - dice.pick([0, 0, 1, 8]));
  return { va: addressOf(slot) + offset, room: PAGE_SIZE - offset };
};

/** Two neighbouring slots of a main body: the end of the first one is an edge. */
const EDGE: Slot = 4;

/** So many bytes before the end of a page that has no neighbour. */
export const edgeBuffer = (script: Script, dice: Dice): VirtualAddress | undefined => {
  const { pages } = script;
  if (!script.has('memory') || script.body !== 0 || pages.rights[EDGE] !== 0) return undefined;
  mapAt(script, EDGE, R | W);
  return addressOf(EDGE) + PAGE_SIZE - dice.pick([1, 3, 4, 16]);
};

const WILD = [0, KERNEL_TEXT, DIRECT_MAP, USER_END, 0xffff_fffc, 0xffff_f000] as const;

/** Memory that the caller has not, or may not store to. */
export const badBuffer = (script: Script, dice: Dice): VirtualAddress => {
  const gone = script.pages.gone(dice);
  const choice = dice.roll(4);
  if (choice === 0 && gone >= 0) return addressOf(gone);
  const free = script.pages.free(dice);
  if (choice === 1 && free >= 0) return addressOf(free) + 4;
  if (choice === 2) return USER_TEXT + PAGE_SIZE - 64;
  return dice.pick(WILD);
};

const LENGTHS = [1, 2, 3, 4, 4, 5, 8, 8, 12, 16, 24, 100, 300, 512, 513, 600, 1024] as const;
/** Bytes to move: mostly few, so that what is moved can be told apart. */
export const lengthFor = (dice: Dice, room: number): number =>
  dice.percent(4) ? dice.pick([0, 4096, 5000, 0xffff_ffff]) : Math.min(room, dice.pick(LENGTHS));
