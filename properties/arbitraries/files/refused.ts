/** Calls on files that fail and leave the caller alive: every error of the call table. */
import { MAX_FILE_SIZE, OpenFlag, Whence } from '../../../spec/files.ts';
import { PAGE_SIZE, Pte, type VirtualAddress, type Word } from '../../../spec/riscv.ts';
import type { Argument } from '../../../spec/workload.ts';
import type { Act } from '../acts/act.ts';
import { writable } from '../acts/memory.ts';
import type { Dice } from '../dice.ts';
import { addressOf } from '../pages.ts';
import type { Script } from '../script.ts';
import { badBuffer, edgeBuffer } from './buffers.ts';
import { mayRead, mayWrite } from './filing.ts';
import type { Path } from './names.ts';
import { openAt, openNew, readable, writableFile } from './open.ts';
import { addressOfPath, addressOfText } from './paths.ts';
import { measure, overwrite, read, writeTo } from './transfer.ts';
import { fullDirectory, mkdir, someFile } from './tree.ts';

const { readOnly, writeOnly, readWrite, create, exclusive, truncate, append, directory } = OpenFlag;

const LONG_NAME = 'abcdefghijklm';

/** A path without its end within memory, or too long: rarely, for it takes many stores. */
const longPath = (script: Script, dice: Dice): VirtualAddress | undefined => {
  if (!script.fits(20) || !script.has('memory')) return undefined;
  const slot = writable(script, dice);
  if (slot < 0) return undefined;
  const words = dice.percent(50) ? 16 : 2;
  const va = addressOf(slot) + PAGE_SIZE - (words === 16 ? 128 : 8);
  for (let i = 0; i < words; i++) {
    script.push({ op: 'store', va: va + 4 * i, value: 0x2e2f_2f2f });
  }
  script.pages.stored[slot] = -1;
  return va;
};

/** A path that names nothing, or cannot be read. */
const badPath = (script: Script, dice: Dice): VirtualAddress => {
  const { names } = script.filing;
  const file = names.some(dice, 'file');
  switch (dice.roll(8)) {
    case 0:
      return addressOfText(script, '');
    case 1:
      return addressOfText(script, LONG_NAME);
    case 2:
    case 3:
      return addressOfPath(script, dice, names.nowhere(dice));
    case 4:
      return badBuffer(script, dice);
    case 5:
      return longPath(script, dice) ?? addressOfText(script, '');
    default:
      return file === undefined
        ? addressOfText(script, '')
        : addressOfText(script, `${file}/${dice.pick(['', 'a', '..'])}`);
  }
};

/** Flags that no file may be opened with, and one that only a directory may. */
const BAD_FLAGS = [3, 3 | create, 4, 0x8000_0000, create | directory] as const;
const OF_DIRECTORIES = [writeOnly, readWrite, readOnly | create, readOnly | truncate] as const;

export const openRefused: Act = (script, dice) => {
  const { names } = script.filing;
  const file = names.some(dice, 'file');
  const folder = names.some(dice, 'directory') ?? '';
  const free = names.free(dice);
  const on = (path: Path, flags: number): void =>
    script.call('open', addressOfPath(script, dice, path), flags);
  switch (dice.roll(8)) {
    case 0:
      return on(file ?? folder, dice.pick(BAD_FLAGS));
    case 1:
      return on(folder, dice.pick(OF_DIRECTORIES));
    case 2:
      return on(file ?? folder, readWrite | create | exclusive);
    case 3:
      return file === undefined ? on(folder, 3) : on(file, readOnly | directory);
    case 4:
      return script.call('open', addressOfText(script, `${free ?? ''}/`), readWrite | create);
    case 5:
      return on(free ?? folder, readWrite);
    default:
      return script.call('open', badPath(script, dice), dice.pick([readOnly, readWrite | create]));
  }
};

/** A descriptor that is not open. */
const notOpen = (script: Script, dice: Dice): Argument =>
  dice.percent(40)
    ? (script.filing.free() ?? 19)
    : dice.pick([0, 1, 2, 19, 20, 0x8000_0003, 0xffff_ffff]);

/** Bytes of a buffer that nobody looks at. */
const somewhere = (script: Script, dice: Dice): VirtualAddress => {
  const slot = script.pages.mapped(dice, Pte.R | Pte.W);
  return slot < 0 ? 0 : addressOf(slot);
};

export const descriptorRefused: Act = (script, dice) => {
  const fd = notOpen(script, dice);
  const va = somewhere(script, dice);
  switch (dice.roll(8)) {
    case 0:
    case 1:
    case 2:
      return script.call('close', fd);
    case 3:
      return script.call('read', fd, va, 4);
    case 4:
      return script.call('fwrite', fd, va, 4);
    case 5:
      return script.call('seek', fd, 0, Whence.set);
    case 6:
      return script.call('dup', fd);
    default:
      return script.call('truncate', fd, 0);
  }
};

export const seekRefused: Act = (script, dice) => {
  const descriptor = script.filing.some(dice) ?? openNew(script, dice);
  if (!descriptor) return;
  const [offset, whence] = dice.pick<readonly [Word, Word]>([
    [0, 3],
    [0xffff_ffff, Whence.set],
    [0x8000_0000, Whence.current],
    [0, 0xffff_ffff],
    [0x8000_0000, Whence.set],
  ]);
  script.call('seek', descriptor.argument, offset, whence);
};

/** The wrong access, a length that no file has, a directory. */
export const transferRefused: Act = (script, dice) => {
  const { filing } = script;
  const va = somewhere(script, dice);
  const onlyRead = filing.some(dice, (one) => !mayWrite(one));
  const onlyWritten = filing.some(dice, (one) => !mayRead(one));
  const written = writableFile(script, dice);
  switch (dice.roll(6)) {
    case 0:
      if (onlyWritten) return script.call('read', onlyWritten.argument, va, 8);
      break;
    case 1:
      if (onlyRead) return script.call('fwrite', onlyRead.argument, va, 8);
      break;
    case 2:
      if (onlyRead) return script.call('truncate', onlyRead.argument, 1);
      break;
    case 3: {
      const descriptor = openAt(script, dice, filing.names.some(dice, 'directory') ?? '', readOnly);
      if (descriptor) script.call('read', descriptor.argument, va, 8);
      return;
    }
    case 4:
      if (!written) return;
      script.call('seek', written.argument, MAX_FILE_SIZE - dice.pick([0, 0, 4]), Whence.set);
      script.call('fwrite', written.argument, va, 8);
      written.description.offset = MAX_FILE_SIZE;
      return;
    default:
      if (!written) return;
      script.call('truncate', written.argument, dice.pick([MAX_FILE_SIZE + 1, 0xffff_ffff]));
      return;
  }
  if (written) script.call('truncate', written.argument, dice.pick([0xffff_ffff, 0x8000_0000]));
};

/** A buffer that is bad, all of it or from some byte on. */
export const bufferRefused: Act = (script, dice) => {
  const reads = dice.percent(60);
  const descriptor = reads ? readable(script, dice) : writableFile(script, dice);
  if (!descriptor) return;
  const edge = dice.percent(40) ? edgeBuffer(script, dice) : undefined;
  const va = edge ?? badBuffer(script, dice);
  if (dice.percent(15)) {
    const path = script.filing.names.some(dice, 'file') ?? '';
    return script.call('stat', addressOfPath(script, dice, path), va);
  }
  if (reads) {
    const { node } = descriptor.description;
    if (node.size === 0 && mayWrite(descriptor)) writeTo(script, dice, descriptor);
    script.call('seek', descriptor.argument, 0, Whence.set);
    script.call('read', descriptor.argument, va, 8);
    descriptor.description.offset = Math.min(8, node.size);
    if (dice.percent(60)) openNew(script, dice);
    if (script.filing.descriptors.includes(descriptor)) measure(script, dice, descriptor); // it is as before
    if (dice.percent(60)) overwrite(script, dice);
    else read(script, dice);
  } else script.call('fwrite', descriptor.argument, va, dice.pick([8, 20, 600]));
};

export const unlinkRefused: Act = (script, dice) => {
  const folder = script.filing.names.some(dice, 'directory');
  const bad = dice.percent(50) ? addressOfPath(script, dice, folder ?? '') : badPath(script, dice);
  script.call('unlink', bad);
};

export const mkdirRefused: Act = (script, dice) => {
  const { names } = script.filing;
  const there = names.some(dice, dice.percent(50) ? 'file' : 'directory') ?? '';
  const bad = dice.percent(50) ? addressOfPath(script, dice, there) : badPath(script, dice);
  script.call('mkdir', bad);
};

export const rmdirRefused: Act = (script, dice) => {
  const { names } = script.filing;
  const full = fullDirectory(script, dice);
  const file = names.some(dice, 'file');
  const on = (path: Path): void => script.call('rmdir', addressOfPath(script, dice, path));
  switch (dice.roll(6)) {
    case 0:
    case 1:
      return on(full ?? '');
    case 2:
      return on(file ?? '');
    case 3:
      return script.call(
        'rmdir',
        addressOfText(script, `${names.some(dice, 'directory') ?? ''}/.`),
      );
    case 4:
      return script.call('rmdir', addressOfText(script, `${full ?? ''}/..`));
    default:
      return script.call('rmdir', badPath(script, dice));
  }
};

export const linkRefused: Act = (script, dice) => {
  const { names } = script.filing;
  const file = someFile(script, dice) ?? '';
  const folder = names.some(dice, 'directory') ?? '';
  const free = addressOfPath(script, dice, names.free(dice) ?? '');
  const good = addressOfPath(script, dice, file);
  switch (dice.roll(4)) {
    case 0:
      return script.call('link', addressOfPath(script, dice, folder), free);
    case 1:
      return script.call(
        'link',
        good,
        dice.percent(50) ? good : addressOfPath(script, dice, folder),
      );
    case 2:
      return script.call('link', badPath(script, dice), free);
    default:
      return script.call('link', good, badPath(script, dice));
  }
};

/** Above all what makes a directory its own ancestor, or loses what a directory holds. */
export const renameRefused: Act = (script, dice) => {
  const { names } = script.filing;
  const file = someFile(script, dice) ?? '';
  const folder = names.some(dice, 'directory') ?? mkdir(script, dice) ?? '';
  const full = dice.percent(50) ? fullDirectory(script, dice) : undefined;
  const move = (from: Path, to: Path): void =>
    script.call('rename', addressOfPath(script, dice, from), addressOfPath(script, dice, to));
  switch (dice.roll(8)) {
    case 0:
    case 1:
      return move(folder, `${folder}/${dice.pick(['a', 'f'])}`);
    case 2:
      return move(folder, full === undefined || full === folder ? file : full);
    case 3:
      return move(file, folder);
    case 4:
      return move(folder, file);
    case 5:
      return script.call(
        'rename',
        addressOfText(script, `${folder}/${dice.pick(['.', '..'])}`),
        addressOfPath(script, dice, file),
      );
    case 6:
      return script.call('rename', badPath(script, dice), addressOfPath(script, dice, file));
    default:
      return script.call('rename', addressOfPath(script, dice, file), badPath(script, dice));
  }
};

export const statRefused: Act = (script, dice) =>
  script.call('stat', badPath(script, dice), somewhere(script, dice));

/** Append and truncate at once, and whatever else nobody forbids. */
export const oddFlags: Act = (script, dice) => {
  const path = script.filing.names.some(dice, 'file') ?? script.filing.names.free(dice);
  if (path === undefined) return;
  openAt(
    script,
    dice,
    path,
    dice.pick([
      writeOnly | create | append | truncate,
      readOnly | create | truncate,
      readOnly | exclusive,
    ]),
  );
};
