/** Acts that move bytes: write, read, seek, truncate, and what shows whose offset it is and where nobody wrote. */
import { MAX_FILE_SIZE, MAX_TRANSFER, OpenFlag, Whence } from '../../../spec/files.ts';
import { USER_TEXT } from '../../../spec/layout.ts';
import type { Act } from '../acts/act.ts';
import type { Dice } from '../dice.ts';
import type { Script } from '../script.ts';
import { bufferFor, lengthFor, sourceFor } from './buffers.ts';
import { type Descriptor, mayRead } from './filing.ts';
import { adoptDescriptor, closeOne, openAt, openNew, readable, writableFile } from './open.ts';

const { create, readWrite, append } = OpenFlag;
const CREATE_TO_APPEND = readWrite | create | append;

/** Writes some bytes, at the offset or at the end. */
export const writeTo = (
  script: Script,
  dice: Dice,
  { argument, description }: Descriptor,
): void => {
  const { va, room } = sourceFor(script, dice);
  const length = lengthFor(dice, room);
  script.call('fwrite', argument, va, length);
  const { node, flags } = description;
  const from = flags & append ? node.size : description.offset;
  if (from > node.size) node.hole = true;
  description.offset = Math.min(MAX_FILE_SIZE, from + Math.min(length, 4096, room));
  node.size = Math.max(node.size, description.offset);
};

/** Reads some bytes, at least so many, and mostly looks at a word of them. */
export const readFrom = (
  script: Script,
  dice: Dice,
  { argument, description }: Descriptor,
  least = 0,
): void => {
  const buffer = bufferFor(script, dice);
  if (!buffer) return;
  const { va, room } = buffer;
  const length = Math.max(least, lengthFor(dice, room));
  script.call('read', argument, va, length);
  description.offset += Math.max(
    0,
    Math.min(length, 4096, description.node.size - description.offset),
  );
  if (dice.percent(50)) {
    script.push({ op: 'load', va: va & ~3, rd: script.dataRegister(dice) });
  }
};

export const seekTo = (
  script: Script,
  { argument, description }: Descriptor,
  offset: number,
): void => {
  script.call('seek', argument, offset, Whence.set);
  description.offset = offset;
};

export const write: Act = (script, dice) => {
  const descriptor = writableFile(script, dice);
  if (descriptor) writeTo(script, dice, descriptor);
};

/** Reads what is there: from the start where the offset is behind it. */
export const read: Act = (script, dice) => {
  const descriptor = readable(script, dice);
  if (!descriptor) return;
  const { offset, node } = descriptor.description;
  if (node.size > 0 && offset >= node.size && dice.percent(85)) {
    seekTo(script, descriptor, dice.percent(60) ? 0 : dice.roll(node.size || 1));
  }
  readFrom(script, dice, descriptor);
};

/** What was written is read again at once. */
export const writeAndRead: Act = (script, dice) => {
  const descriptor = openNew(script, dice, readWrite | create);
  if (!descriptor) return;
  writeTo(script, dice, descriptor);
  if (dice.percent(30)) writeTo(script, dice, descriptor);
  seekTo(script, descriptor, dice.percent(70) ? 0 : dice.roll(8));
  readFrom(script, dice, descriptor);
};

export const seek: Act = (script, dice) => {
  const descriptor = script.filing.some(dice) ?? openNew(script, dice);
  if (!descriptor) return;
  const { description, argument } = descriptor;
  const { node, offset } = description;
  if (node.kind === 'directory') return seekTo(script, descriptor, 0);
  const whence = dice.roll(3);
  const base = whence === Whence.set ? 0 : whence === Whence.current ? offset : node.size;
  const delta = dice.pick([0, 0, 1, 4, 8, -1, -base, 512, 600]);
  const target = Math.max(0, base + delta);
  script.call('seek', argument, (target - base) >>> 0, whence);
  description.offset = target;
};

const GAPS = [1, 8, 100, 512, 700, 4000] as const;

/** Writes beyond the end, and reads where nobody wrote. */
export const sparse: Act = (script, dice) => {
  const descriptor = writableFile(script, dice);
  if (!descriptor) return;
  const { node } = descriptor.description;
  const end = node.size;
  if (end > MAX_FILE_SIZE / 2) return read(script, dice);
  seekTo(script, descriptor, end + dice.pick(GAPS));
  writeTo(script, dice, descriptor);
  seekTo(script, descriptor, Math.max(0, end - dice.roll(3)));
  readFrom(script, dice, descriptor);
};

/** Shorter or longer, or shorter and longer again: what was cut off must not come back. */
export const truncate: Act = (script, dice) => {
  const descriptor = writableFile(script, dice);
  if (!descriptor) return;
  const { argument, description } = descriptor;
  const { node } = description;
  if (node.size === 0) writeTo(script, dice, descriptor);
  const cut = dice.percent(70) ? dice.roll(node.size + 1) : node.size + dice.pick([1, 8, 600]);
  script.call('truncate', argument, cut);
  const again = cut < node.size && dice.percent(60);
  if (again) script.call('truncate', argument, node.size + dice.pick([0, 1, 20]));
  if (!again) node.size = cut;
  node.hole = true;
  if (dice.percent(75)) {
    seekTo(script, descriptor, Math.max(0, cut - 4));
    readFrom(script, dice, descriptor, 24);
  }
};

/** Writes over what is there, and reads all of it. */
export const overwrite: Act = (script, dice) => {
  const descriptor = writableFile(script, dice);
  if (!descriptor) return;
  const { node } = descriptor.description;
  if (node.size === 0) writeTo(script, dice, descriptor);
  seekTo(script, descriptor, dice.percent(60) ? 0 : dice.roll(node.size || 1));
  writeTo(script, dice, descriptor);
  seekTo(script, descriptor, 0);
  readFrom(script, dice, descriptor, 100);
};

/** How long the file is: by where its end is, or by how much can be read. */
export const measure = (script: Script, dice: Dice, descriptor: Descriptor): void => {
  const { argument, description } = descriptor;
  if (mayRead(descriptor) && dice.percent(70)) {
    seekTo(script, descriptor, 0);
    readFrom(script, dice, descriptor, 600);
    return;
  }
  script.call('seek', argument, 0, Whence.end);
  description.offset = description.node.size;
};

/** Reads all that there is and asks for more, writes on from there, and reads it again from the start. */
export const readToTheEnd: Act = (script, dice) => {
  const descriptor = openNew(script, dice, readWrite | create);
  const buffer = descriptor && bufferFor(script, dice);
  if (!buffer) return;
  const { argument, description } = descriptor;
  const { node } = description;
  const { va } = buffer;
  node.size = 4 + dice.roll(8);
  script.call('fwrite', argument, USER_TEXT + dice.roll(4), node.size);
  seekTo(script, descriptor, 0);
  script.call('read', argument, va, node.size + dice.pick([1, 8, 100]));
  description.offset = node.size;
  writeTo(script, dice, descriptor);
  seekTo(script, descriptor, 0);
  script.call('read', argument, va, Math.min(node.size, MAX_TRANSFER));
};

/**
 * Closes one, above all one that appends, and opens another file: what the description was before must not be seen
 * when the file is written over.
 */
export const reopen: Act = (script, dice) => {
  const { filing } = script;
  const appends = filing.some(dice, ({ description }) => (description.flags & append) !== 0);
  const made = appends ?? (dice.percent(50) ? openNew(script, dice, CREATE_TO_APPEND) : undefined);
  closeOne(script, made ?? filing.some(dice));
  const path = filing.names.some(dice, 'file');
  const opened =
    path === undefined
      ? openNew(script, dice, readWrite | create)
      : openAt(script, dice, path, readWrite);
  if (!opened || dice.percent(30)) return;
  if (opened.description.node.size === 0) writeTo(script, dice, opened);
  seekTo(script, opened, 0);
  writeTo(script, dice, opened);
  measure(script, dice, opened);
};

/** Takes so many blocks that buffers and blocks are used again, and looks at what they hold then. */
export const recycle: Act = (script, dice) => {
  if (!script.fits(14)) return overwrite(script, dice);
  const descriptor = openNew(script, dice, readWrite | create);
  if (!descriptor) return;
  const { argument, description } = descriptor;
  const { node } = description;
  const parts = MAX_FILE_SIZE / MAX_TRANSFER;
  for (let part = 0; part < parts; part++) {
    script.call('fwrite', argument, USER_TEXT + dice.roll(4), MAX_TRANSFER - 4);
  }
  node.size = parts * (MAX_TRANSFER - 4);
  description.offset = node.size;
  if (dice.percent(50)) {
    script.call('truncate', argument, 0);
    node.size = 0;
  }
  const other = openNew(script, dice, readWrite | create);
  if (!other) return;
  seekTo(script, other, dice.pick([1, 40, 700]));
  writeTo(script, dice, other);
  for (const one of dice.percent(50) ? [other, descriptor] : [other]) {
    seekTo(script, one, 0);
    readFrom(script, dice, one, 600);
  }
};

/** Two descriptors with one offset, used in turn. */
export const sharedOffset: Act = (script, dice) => {
  const first = writableFile(script, dice);
  if (!first || script.filing.free() === undefined) return;
  script.call('dup', first.argument);
  const second = adoptDescriptor(script, first.description);
  if (!second) return;
  writeTo(script, dice, first);
  if (dice.percent(50)) writeTo(script, dice, second);
  if (dice.percent(40)) script.call('seek', first.argument, 0, Whence.current);
  if (dice.percent(50)) seekTo(script, second, dice.roll(4));
  readFrom(script, dice, dice.percent(50) ? first : second);
};

/** Wherever the offset is, what is written goes to the end. */
export const appending: Act = (script, dice) => {
  const appends = ({ description: { flags } }: Descriptor): boolean => (flags & append) !== 0;
  const descriptor = script.filing.some(dice, appends) ?? openNew(script, dice, CREATE_TO_APPEND);
  if (!descriptor) return;
  writeTo(script, dice, descriptor);
  seekTo(script, descriptor, dice.roll(4));
  writeTo(script, dice, descriptor);
  if (dice.percent(50)) {
    seekTo(script, descriptor, 0);
    readFrom(script, dice, descriptor);
  }
};
