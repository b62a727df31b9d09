/** The shell's commands on files. Each answers with nothing, or with what failed: a negative errno. */
import { FileKind, OpenFlag } from '../../spec/files.ts';
import { DATA, DATA_BYTES, type Steps, type System } from './system.ts';

const { create, truncate, append, readOnly, writeOnly } = OpenFlag;

/** How `put` opens: what was there goes, or stays before what comes. */
export const REPLACE = writeOnly | create | truncate;
export const APPEND = writeOnly | create | append;

/** Writes all bytes that stand at DATA. */
function* writeAll(system: System, fd: number, bytes: number): Steps<number> {
  for (let done = 0; done < bytes; ) {
    const more = yield* system.call('fwrite', fd, DATA + done, bytes - done);
    if (more < 0) return more;
    done += more;
  }
  return 0;
}

/** A line of text into a file. */
export function* put(system: System, path: string, text: string, flags: number): Steps<number> {
  const fd = yield* system.onPath('open', path, flags);
  if (fd < 0) return fd;
  system.put(DATA, `${text}\n`);
  const result = yield* writeAll(system, fd, text.length + 1);
  yield* system.call('close', fd);
  return result;
}

/** Hands each part of a file to `take`, which finds it at DATA. */
function* eachPart(
  system: System,
  path: string,
  take: (bytes: number) => Steps<number>,
): Steps<number> {
  const fd = yield* system.onPath('open', path, readOnly);
  if (fd < 0) return fd;
  let result = 0;
  do {
    result = yield* system.call('read', fd, DATA, DATA_BYTES);
    if (result <= 0) break;
    const taken = yield* take(result);
    if (taken < 0) result = taken;
  } while (result > 0);
  yield* system.call('close', fd);
  return result;
}

/** What is in a file, to the console. */
export function* cat(system: System, path: string): Steps<number> {
  return yield* eachPart(system, path, function* (bytes) {
    yield* system.print(system.textAt(DATA, bytes));
    return 0;
  });
}

export function* copy(system: System, from: string, to: string): Steps<number> {
  let target = -1;
  const result = yield* eachPart(system, from, function* (bytes) {
    if (target < 0) target = yield* system.onPath('open', to, REPLACE);
    return target < 0 ? target : yield* writeAll(system, target, bytes);
  });
  if (result < 0) {
    if (target >= 0) yield* system.call('close', target);
    return result;
  }
  if (target < 0) target = yield* system.onPath('open', to, REPLACE); // an empty file
  return target < 0 ? target : yield* system.call('close', target);
}

/** `notes: a file of 12 bytes` */
export function* stat(system: System, path: string): Steps<number> {
  const result = yield* system.onPath('stat', path, DATA);
  if (result < 0) return result;
  const isFile = system.wordAt(DATA) === FileKind.file;
  const what = isFile ? `a file of ${system.wordAt(DATA + 4)} bytes` : 'a directory';
  yield* system.print(`${path}: ${what}\n`);
  return 0;
}
