/** Acts that use up what a disk has: names, and bytes. Each takes most of a body. */
import { MAX_TRANSFER, OpenFlag } from '../../../spec/files.ts';
import { MAX_BODY, MAX_TEXTS, USER_TEXT } from '../../../spec/layout.ts';
import type { Dice } from '../dice.ts';
import type { Script } from '../script.ts';
import { bufferFor } from './buffers.ts';
import { addressOfText } from './paths.ts';

const { create, readWrite } = OpenFlag;

/** Operations that are kept free for what comes after it. */
const REST = 12;
const fits = (script: Script, count: number): boolean =>
  script.operations.length + count <= MAX_BODY - REST;

/** Ends of one text are names of their own: `bcd` is the end of `abcd`. */
const ALPHABET = 'abcdefghijkl';
const CAPITALS = 'ABCDEFGHIJKLMNOP';

/** Makes directories until there is room for no more. */
export const fillWithNames = (script: Script, dice: Dice): void => {
  const { texts } = script.filing;
  for (let prefix = 0; prefix < MAX_TEXTS && fits(script, 1); prefix++) {
    const name = CAPITALS[prefix] + ALPHABET.slice(1);
    const at = texts.addressOf(name);
    if (at === undefined) return;
    // The first letter tells texts apart, so only their first few ends do.
    for (let from = 0; from < (prefix === 0 ? name.length : 1) && fits(script, 1); from++) {
      if (dice.percent(85)) script.call('mkdir', at + from);
      else script.call('open', at + from, readWrite | create);
    }
  }
};

/** Writes files as long as they may be, until the disk is full; then reads one of them. */
export const fillWithBytes = (script: Script, dice: Dice): void => {
  let files = 0;
  for (; fits(script, 6); files++) {
    const path = addressOfText(script, `/${ALPHABET[files] ?? 'z'}`);
    script.call('open', path, readWrite | create);
    script.push({ op: 'move', rd: 's8', rs: 'a0' });
    for (let part = 0; part < 4 && fits(script, 1); part++) {
      script.call('fwrite', 's8', USER_TEXT + dice.roll(4), MAX_TRANSFER - 4);
    }
  }
  const buffer = bufferFor(script, dice);
  if (!buffer) return;
  script.call('open', addressOfText(script, `/${ALPHABET[dice.roll(files)]}`), readWrite);
  script.push({ op: 'move', rd: 's8', rs: 'a0' });
  script.call('read', 's8', buffer.va, dice.pick([100, 600, MAX_TRANSFER]));
};
