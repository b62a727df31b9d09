/**
 * Files in the module beside files of the machine on which the tests run: whatever is done with names and contents has
 * the same errors and leaves the same tree. Where this is no Linux, or its user may not do what the superuser may, only
 * what is the same there is asked: the caller is the superuser or the owner of everything.
 */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { errnoOf } from '../../../spec/errno.ts';
import {
  type FileOperation,
  Kind,
  MAX_WORDS,
  type Names,
  OpenFor,
  openFileHow,
  READ,
} from '../../../spec/module-files.ts';
import type { ModuleOperation } from '../../../spec/modules.ts';
import { runModules } from '../world.ts';
import { FILE_WORLD } from './arbitrary.ts';
import { ask } from './requests.ts';
import { type Asking, type Surveyed, survey } from './survey.ts';

const caller = process.getuid?.() === 0 ? 0 : 1;
const root = fs.mkdtempSync(join(tmpdir(), 'kernelcheck-files-'));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

/** One thing to do with names, or with the words of one file. */
interface Deed {
  readonly operation: FileOperation;
  readonly names: Names;
  readonly others: Names;
  readonly how: number;
}

const path = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(fc.integer({ min: 1, max: 3 })) },
  {
    weight: 5,
    arbitrary: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 2 })),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(
      fc.integer({ min: 1, max: 2 }),
      fc.integer({ min: 1, max: 2 }),
      fc.integer({ min: 1, max: 2 }),
    ),
  },
);
const deed: fc.Arbitrary<Deed> = fc.record({
  operation: fc.constantFrom<FileOperation>(
    ...(['create', 'create', 'mkdir', 'mkdir', 'unlink', 'rmdir', 'rename', 'rename'] as const),
    ...(['link', 'link', 'link', 'truncate', 'write', 'write', 'chmod', 'same', 'next'] as const),
  ),
  names: path,
  others: path,
  how: fc.nat(MAX_WORDS - 1),
});

/** So that there is something from the beginning. */
const FIRST: readonly Deed[] = (
  [
    ['mkdir', [1]],
    ['mkdir', [2]],
    ['create', [3]],
    ['mkdir', [1, 1]],
    ['create', [1, 2]],
    ['write', [1, 2]],
  ] as const
).map(([operation, names]) => ({ operation, names, others: [], how: 3 }));

const hostPath = (directory: string, names: Names): string => join(directory, ...names.map(String));
const modeOf = (how: number): number => 0o600 | ((how & 7) << 3);

const silent = (act: () => void): number => {
  act();
  return 0;
};

/** What the host does. Words have four bytes. */
const HOST: Partial<Record<FileOperation, (at: string, other: string, how: number) => number>> = {
  create: (at) => {
    fs.closeSync(fs.openSync(at, 'wx'));
    fs.chmodSync(at, 0o600);
    return 0;
  },
  mkdir: (at) => {
    fs.mkdirSync(at);
    fs.chmodSync(at, 0o700);
    return 0;
  },
  unlink: (at) => silent(() => fs.unlinkSync(at)),
  rmdir: (at) => silent(() => fs.rmdirSync(at)),
  rename: (at, other) => silent(() => fs.renameSync(at, other)),
  link: (at, other) => silent(() => fs.linkSync(at, other)),
  truncate: (at, _, how) => silent(() => fs.truncateSync(at, 4 * how)),
  chmod: (at, _, how) => silent(() => fs.chmodSync(at, modeOf(how))),
  same: (at, other) => Number(fs.statSync(at).ino === fs.statSync(other).ino),
  next: (at, _, how) =>
    Math.min(
      99,
      ...fs
        .readdirSync(at)
        .map(Number)
        .filter((name) => name > (how & 3)),
    ) % 99,
  write: (at, _, how) => {
    const file = fs.openSync(at, 'r+');
    fs.writeSync(file, Buffer.from(Uint32Array.of(how + 1).buffer), 0, 4, 4 * how);
    fs.closeSync(file);
    return 0;
  },
};

/** Its answer: 0 or more, or a negative errno. */
const onHost = (directory: string, { operation, names, others, how }: Deed): number => {
  try {
    const [at, other] = [hostPath(directory, names), hostPath(directory, others)];
    return HOST[operation]?.(at, other, how) ?? 0;
  } catch (error) {
    const { errno } = error as NodeJS.ErrnoException;
    if (errno === undefined) throw error;
    return errno;
  }
};

/** What the module does. */
function* inModule({ operation, names, others, how }: Deed): Asking<number> {
  if (operation === 'write') {
    const number = yield ask('ramfs', 'open', { caller, names, how: OpenFor.write });
    if (number < 0) return number;
    const at = { caller, how: openFileHow(number, how) };
    yield ask('ramfs', 'write', { ...at, argument: how + 1 });
    return yield ask('ramfs', 'close', { caller, how: openFileHow(number) });
  }
  const modes: Partial<Record<FileOperation, number>> = {
    ...{ create: 0o600, mkdir: 0o700, rename: 0, link: 0, unlink: 0, rmdir: 0, same: 0 },
    ...{ chmod: modeOf(how), next: how & 3 },
  };
  const answer = yield ask('ramfs', operation, {
    ...{ caller, names, others, how: modes[operation] ?? how },
  });
  return operation === 'next' && answer > 0 ? answer & 31 : answer;
}

/** The host's tree in the form of a survey; links of directories are the file system's own business. */
const hostTree = (at: string): unknown => {
  const stat = fs.lstatSync(at);
  const mode = stat.mode & 0o777;
  if (stat.isDirectory())
    return {
      mode,
      entries: fs
        .readdirSync(at)
        .sort()
        .map((name) => [Number(name), hostTree(join(at, name))]),
    };
  const bytes = fs.readFileSync(at);
  const words = Array.from({ length: bytes.length / 4 }, (_, word) => bytes.readUInt32LE(4 * word));
  return { mode, links: stat.nlink, words };
};
const moduleTree = (tree: Surveyed | undefined): unknown => {
  if (!tree) return undefined;
  const { mode, links, kind } = tree.stat;
  if (kind !== Kind.directory)
    return { mode, links, words: tree.words?.map((word) => word & ~READ) };
  return { mode, entries: [...(tree.entries ?? [])].map(([name, one]) => [name, moduleTree(one)]) };
};

/** Does the deeds in the module, and tells each answer and the tree in the end. */
const runInModule = (deeds: readonly Deed[]): { answers: number[]; tree: unknown } => {
  const answers: number[] = [];
  let tree: unknown;
  let last = 0;
  function* drive<T>(asking: Asking<T>): Generator<ModuleOperation, T> {
    for (let next = asking.next(); ; next = asking.next(last)) {
      if (next.done) return next.value;
      yield next.value;
    }
  }
  function* operations(): Generator<ModuleOperation> {
    yield { op: 'load', module: 'ramfs' };
    yield { op: 'init', module: 'ramfs' };
    yield ask('ramfs', 'mount', { caller });
    for (const one of deeds) answers.push(yield* drive(inModule(one)));
    tree = moduleTree(yield* drive(survey('ramfs', 0)));
  }
  const stopped = runModules(FILE_WORLD, operations(), {
    after: (_, answer) => {
      last = answer;
      return false;
    },
  });
  expect(stopped).toBeUndefined();
  return { answers, tree };
};

/** A rule of the module's own: no tree is deeper than three. */
const isOwnRule = (answer: number): boolean => errnoOf(answer >>> 0) === 36;

describe('files in a module', () => {
  let runs = 0;
  test.runIf(process.platform === 'linux')('are as those of the host, errors and all', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(fc.array(deed, { minLength: 5, maxLength: 25 }), (further) => {
        const deeds = [...FIRST, ...further];
        const directory = join(root, String(runs++));
        fs.mkdirSync(directory);
        fs.chmodSync(directory, 0o755);
        const { answers, tree } = runInModule(deeds);
        const kept = deeds.filter((_, index) => !isOwnRule(answers[index] ?? 0));
        const host = kept.map((one) => onHost(directory, one));
        expect(answers.filter((answer) => !isOwnRule(answer))).toEqual(host);
        expect(tree).toEqual(hostTree(directory));
        for (const [index, one] of kept.entries()) {
          const what = `${one.operation} ${Math.min(host[index] ?? 0, 0)}`;
          seen.set(what, (seen.get(what) ?? 0) + 1);
        }
      }),
      { numRuns: 100, seed: 1 },
    );
    const often = [
      'create 0',
      'create -17',
      'mkdir 0',
      'unlink 0',
      'rmdir -39',
      'rename 0',
      'link 0',
      'write 0',
    ];
    expect(often.filter((what) => (seen.get(what) ?? 0) < 4)).toEqual([]);
  });
});
