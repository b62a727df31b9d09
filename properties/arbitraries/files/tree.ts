/** Acts on names that are meant to succeed: directories, hard links, renames, files that lose their last name. */
import { OpenFlag } from '../../../spec/files.ts';
import type { Act } from '../acts/act.ts';
import type { Dice } from '../dice.ts';
import type { Script } from '../script.ts';
import { bufferFor } from './buffers.ts';
import type { Path } from './names.ts';
import { openAt, openNew } from './open.ts';
import { addressOfPath } from './paths.ts';
import { read, readFrom, seekTo, writeTo } from './transfer.ts';

const { create, readWrite } = OpenFlag;

export const mkdir = (script: Script, dice: Dice): Path | undefined => {
  const path = script.filing.names.free(dice);
  if (path === undefined) return undefined;
  script.call('mkdir', addressOfPath(script, dice, path));
  script.filing.names.make(path, 'directory');
  return path;
};

/** A file by its path, made if there is none. */
export const someFile = (script: Script, dice: Dice): Path | undefined => {
  const { names } = script.filing;
  const found = names.some(dice, 'file');
  if (found !== undefined) return found;
  const path = names.free(dice);
  if (path !== undefined) openAt(script, dice, path, readWrite | create);
  return path;
};

/** A directory in a directory. */
export const nest: Act = (script, dice) => {
  const outer = mkdir(script, dice);
  if (outer === undefined) return;
  const inner = `${outer}/${dice.pick(['a', 'd'])}`;
  script.call('mkdir', addressOfPath(script, dice, inner));
  script.filing.names.make(inner, 'directory');
};

/** A directory that holds something, made if there is none. */
export const fullDirectory = (script: Script, dice: Dice): Path | undefined => {
  if (script.filing.names.directory(dice, true) === undefined) nest(script, dice);
  return script.filing.names.directory(dice, true);
};

export const makeDirectory: Act = (script, dice) => {
  mkdir(script, dice);
};

export const rmdir: Act = (script, dice) => {
  const path = script.filing.names.directory(dice, false) ?? mkdir(script, dice);
  if (path === undefined) return;
  script.call('rmdir', addressOfPath(script, dice, path));
  script.filing.names.remove(path);
};

export const unlink: Act = (script, dice) => {
  const path = someFile(script, dice);
  if (path === undefined) return;
  script.call('unlink', addressOfPath(script, dice, path));
  script.filing.names.remove(path);
};

/** A file that loses its name while it is open, and is used all the same. */
export const unlinkOpen: Act = (script, dice) => {
  const { names } = script.filing;
  const path = names.free(dice);
  if (path === undefined) return;
  const descriptor = openAt(script, dice, path, readWrite | create);
  if (!descriptor) return;
  if (dice.percent(60)) writeTo(script, dice, descriptor);
  script.call('unlink', addressOfPath(script, dice, path));
  names.remove(path);
  if (dice.percent(40)) openNew(script, dice);
  if (dice.percent(50)) writeTo(script, dice, descriptor);
  seekTo(script, descriptor, 0);
  readFrom(script, dice, descriptor);
};

export const link: Act = (script, dice) => {
  const { names } = script.filing;
  const from = someFile(script, dice);
  const to = names.free(dice);
  const node = from === undefined ? undefined : names.at(from);
  if (from === undefined || to === undefined || !node) return;
  script.call('link', addressOfPath(script, dice, from), addressOfPath(script, dice, to));
  names.link(to, node);
  if (dice.percent(50)) return;
  const descriptor = openAt(script, dice, to, readWrite);
  if (descriptor) readFrom(script, dice, descriptor);
};

const renameTo = (script: Script, dice: Dice, from: Path, to: Path): void => {
  script.call('rename', addressOfPath(script, dice, from), addressOfPath(script, dice, to));
  script.filing.names.move(from, to);
};

/** To a name that nothing has. */
export const rename: Act = (script, dice) => {
  const { names } = script.filing;
  const directory = dice.percent(40) ? names.some(dice, 'directory') : undefined;
  const from = directory ?? someFile(script, dice);
  const to = names.free(dice);
  if (from === undefined || to === undefined || to.startsWith(`${from}/`)) return;
  renameTo(script, dice, from, to);
};

/** A file over another file, or a directory over an empty one. */
export const renameOver: Act = (script, dice) => {
  const { names } = script.filing;
  const empty = dice.percent(30) ? names.directory(dice, false) : undefined;
  const from = empty === undefined ? someFile(script, dice) : mkdir(script, dice);
  let to = empty ?? names.some(dice, 'file');
  if (to === undefined || to === from) {
    to = names.free(dice);
    if (to !== undefined) openAt(script, dice, to, readWrite | create);
  }
  if (from === undefined || to === undefined || to.startsWith(`${from}/`)) return;
  if (names.at(from)?.kind !== names.at(to)?.kind) return;
  if (names.at(from)?.kind === 'directory' && from.startsWith(`${to}/`)) return;
  renameTo(script, dice, from, to);
  if (dice.percent(40)) read(script, dice);
};

export const stat: Act = (script, dice) => {
  const { names } = script.filing;
  const buffer = bufferFor(script, dice);
  if (!buffer) return;
  const path = names.some(dice, dice.percent(60) ? 'file' : 'directory') ?? '';
  script.call('stat', addressOfPath(script, dice, path), buffer.va);
  script.push({ op: 'load', va: buffer.va & ~3, rd: script.dataRegister(dice) });
};

export const sync: Act = (script) => script.call('sync');
