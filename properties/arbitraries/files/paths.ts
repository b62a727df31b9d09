/** How calls on files name paths: as texts of the program, in one of several ways that mean the same. */
import { USER_TEXT } from '../../../spec/layout.ts';
import type { VirtualAddress } from '../../../spec/riscv.ts';
import type { Dice } from '../dice.ts';
import type { Script } from '../script.ts';
import type { Path } from './names.ts';

/** Shares in percent of the ways to write a path that are not the plain one. */
const ODD = 22;

/** The same place, written in another way. */
const odd = (script: Script, dice: Dice, path: Path): string => {
  const { names } = script.filing;
  const isDirectory = names.at(path)?.kind === 'directory';
  switch (dice.roll(isDirectory ? 6 : 4)) {
    case 0:
      return path.slice(1);
    case 1:
      return `/${path}`;
    case 2:
      return `/..${path}`;
    case 3:
      return path.replace(/\/(?=[^/]*$)/, '/./');
    case 4:
      return `${path}/`;
    default:
      return `${path}/.`;
  }
};

/** The address of a text that names the path; any text where there is no room for another. */
export const addressOfPath = (script: Script, dice: Dice, path: Path): VirtualAddress => {
  const { texts } = script.filing;
  const plain = path === '' ? '/' : path;
  const written = path !== '' && dice.percent(ODD) ? odd(script, dice, path) : plain;
  return texts.addressOf(written) ?? texts.addressOf(plain) ?? USER_TEXT;
};

/** The address of a text as it stands. */
export const addressOfText = (script: Script, text: string): VirtualAddress =>
  script.filing.texts.addressOf(text) ?? USER_TEXT;
