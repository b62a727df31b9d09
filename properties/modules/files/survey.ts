/** What can be seen of a mounted tree by asking: the superuser reads all that he is shown. */
import { Errno } from '../../../spec/errno.ts';
import type { FileRequest } from '../../../spec/module-files.ts';
import {
  Kind,
  type Names,
  nextName,
  OpenFor,
  openFileHow,
  READ,
  type Stat,
  statOf,
} from '../../../spec/module-files.ts';
import type { ModuleOperation } from '../../../spec/modules.ts';
import { ask, type FileSystem } from './requests.ts';

export interface Surveyed {
  readonly stat: Stat;
  /** Of a file. Undefined: nobody could open it. */
  readonly words: readonly number[] | undefined;
  /** Of a directory. Undefined: the mounter may not read it. */
  readonly entries: ReadonlyMap<number, Surveyed> | undefined;
}

/** Steps that yield what is asked, and are told the answer. */
export type Asking<T> = Generator<ModuleOperation, T, number>;

/** Undefined: nothing is there. */
export function* survey(system: FileSystem, mount: number): Asking<Surveyed | undefined> {
  const tree = yield* look(system, mount, []);
  return tree === 'denied' ? undefined : tree;
}

function* look(
  system: FileSystem,
  mount: number,
  names: Names,
): Asking<Surveyed | undefined | 'denied'> {
  const answer = yield ask(system, 'stat', { mount, names });
  if (answer < 0) return answer === -Errno.ENOENT ? undefined : 'denied';
  const stat = statOf(answer);
  const at = { mount, names };
  return {
    stat,
    words: stat.kind === Kind.file ? yield* wordsOf(system, at, stat.words) : undefined,
    entries: stat.kind === Kind.directory ? yield* entriesOf(system, at) : undefined,
  };
}

interface At extends Pick<FileRequest, 'mount'> {
  readonly names: Names;
}

function* wordsOf(system: FileSystem, at: At, size: number): Asking<readonly number[] | undefined> {
  if (size === 0) return [];
  const number = yield ask(system, 'open', { ...at, how: OpenFor.read });
  if (number < 0) return undefined;
  const words: number[] = [];
  for (let word = 0; word < size; word++) {
    const answer = yield ask(system, 'read', { how: openFileHow(number, word) });
    words.push(answer & ~READ);
  }
  yield ask(system, 'close', { how: openFileHow(number) });
  return words;
}

function* entriesOf(system: FileSystem, at: At): Asking<Surveyed['entries']> {
  const entries = new Map<number, Surveyed>();
  for (let after = 0; ; ) {
    const answer = yield ask(system, 'next', { ...at, how: after });
    if (answer < 0) return undefined;
    if (answer === 0) return entries;
    after = nextName(answer);
    const entry = yield* look(system, at.mount, [...at.names, after]);
    if (entry === 'denied') return undefined;
    if (entry) entries.set(after, entry);
  }
}

/** What is at a path. */
export const at = (tree: Surveyed | undefined, names: Names): Surveyed | undefined =>
  names.reduce<Surveyed | undefined>((inside, name) => inside?.entries?.get(name), tree);

/** All paths in a tree but the root, those of directories first. */
export function* pathsIn(tree: Surveyed | undefined, above: Names = []): Generator<Names> {
  for (const [name, inside] of tree?.entries ?? []) {
    yield [...above, name];
    yield* pathsIn(inside, [...above, name]);
  }
}

/** As text that is the same for the same tree. */
export const textOf = (tree: Surveyed | undefined): string =>
  JSON.stringify(tree, (_, value: unknown) => (value instanceof Map ? [...value].sort() : value));
