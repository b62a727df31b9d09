/** Acts that open and close: with every flag that is meant to succeed. */
import { MAX_DESCRIPTORS, OpenFlag } from '../../../spec/files.ts';
import type { Act } from '../acts/act.ts';
import type { Dice } from '../dice.ts';
import type { Script } from '../script.ts';
import { type Descriptor, mayRead, mayWrite } from './filing.ts';
import type { Path } from './names.ts';
import { addressOfPath } from './paths.ts';

const { readOnly, writeOnly, readWrite, create, exclusive, truncate, append } = OpenFlag;

/** Of the flags to make a file with. */
const CREATING = [
  readWrite | create,
  readWrite | create,
  readWrite | create,
  readWrite | create | exclusive,
  readWrite | create | truncate,
  readWrite | create | append,
  writeOnly | create,
  readOnly | create,
] as const;
const OPENING = [
  readWrite,
  readWrite,
  readOnly,
  writeOnly,
  readWrite | truncate,
  readWrite | append,
  readWrite | create,
] as const;

/** What the result of a call that opens stands for. */
export const adoptDescriptor = (
  script: Script,
  description: Descriptor['description'],
): Descriptor | undefined => {
  const { filing } = script;
  const number = filing.free();
  if (number === undefined) return undefined;
  const register = filing.nextRegister();
  script.push({ op: 'move', rd: register, rs: 'a0' });
  const descriptor = { argument: register, number, description };
  filing.descriptors.push(descriptor);
  return descriptor;
};

/** Opens what is there, or can be made there. */
export const openAt = (
  script: Script,
  dice: Dice,
  path: Path,
  flags: number,
): Descriptor | undefined => {
  const { names } = script.filing;
  script.call('open', addressOfPath(script, dice, path), flags);
  const node = names.at(path) ?? names.make(path, 'file');
  if (flags & truncate) node.size = 0;
  return adoptDescriptor(script, { node, flags, offset: 0 });
};

/** Keeps a few open, so that all of them have a register. */
const makeRoom = (script: Script, dice: Dice): void => {
  if (script.filing.descriptors.length < 4 || dice.percent(30)) return;
  closeOne(script, script.filing.some(dice));
};

export const closeOne = (script: Script, descriptor: Descriptor | undefined): void => {
  if (!descriptor) return;
  script.call('close', descriptor.argument);
  script.filing.drop(descriptor);
};

/** Opens a file that is not there yet. */
export const openNew = (script: Script, dice: Dice, flags?: number): Descriptor | undefined => {
  makeRoom(script, dice);
  const path = script.filing.names.free(dice);
  if (path === undefined) return undefined;
  return openAt(script, dice, path, flags ?? dice.pick(CREATING));
};

export const openSome: Act = (script, dice) => {
  const { names } = script.filing;
  const path = dice.percent(55) ? names.some(dice, 'file') : undefined;
  if (path === undefined) {
    openNew(script, dice);
    return;
  }
  makeRoom(script, dice);
  openAt(script, dice, path, dice.pick(OPENING));
};

/** A directory can be opened, and nothing is done with it but to close, dup and seek. */
export const openDirectory: Act = (script, dice) => {
  const path = script.filing.names.some(dice, 'directory') ?? '';
  openAt(script, dice, path, dice.percent(50) ? OpenFlag.directory : readOnly);
};

/** A descriptor that may be read, or written, opened if there is none. */
export const readable = (script: Script, dice: Dice): Descriptor | undefined =>
  script.filing.some(dice, mayRead) ?? openNew(script, dice, readWrite | create);
export const writableFile = (script: Script, dice: Dice): Descriptor | undefined =>
  script.filing.some(dice, mayWrite) ?? openNew(script, dice, readWrite | create);

export const close: Act = (script, dice) => closeOne(script, script.filing.some(dice));

export const dup: Act = (script, dice) => {
  const descriptor = script.filing.some(dice) ?? openNew(script, dice);
  if (!descriptor || script.filing.free() === undefined) return;
  script.call('dup', descriptor.argument);
  adoptDescriptor(script, descriptor.description);
};

/**
 * Opens and copies descriptors in haste, without an instruction between the calls: on another hart the service may
 * still be at what comes after an answer when the next request is there.
 */
export const inHaste: Act = (script, dice) => {
  const { filing } = script;
  const number = filing.free();
  const opened = openNew(script, dice, readWrite | create);
  if (!opened || number === undefined) return;
  script.operations.pop(); // no register is needed: its number is known
  opened.argument = number;
  for (let copies = 1 + dice.roll(2); copies > 0; copies--) {
    const free = filing.free();
    if (free === undefined) return;
    script.call('dup', number);
    filing.descriptors.push({ ...opened, argument: free, number: free });
    openSome(script, dice);
  }
};

/** Takes all descriptors that there are, and one more. The numbers must be known then. */
export const exhaust: Act = (script, dice) => {
  const { filing } = script;
  const descriptor = filing.some(dice) ?? openNew(script, dice);
  const left = MAX_DESCRIPTORS - filing.descriptors.length;
  if (!descriptor || !script.fits(left + 4)) return;
  for (let i = 0; i <= left; i++) script.call('dup', descriptor.argument);
  script.call('open', addressOfPath(script, dice, filing.names.some(dice, 'file') ?? ''), readOnly);
  for (let number = filing.free(); number !== undefined; number = filing.free()) {
    filing.descriptors.push({ argument: number, number, description: descriptor.description });
  }
  close(script, dice);
  dup(script, dice);
};
