/** Trees to begin with: what is planted in a mount before anything else is asked. */
import fc from 'fast-check';
import { type Names, OpenFor, openFileHow } from '../../../spec/module-files.ts';
import type { ModuleOperation } from '../../../spec/modules.ts';
import { ask } from './requests.ts';

/** Names that are used: those that are planted, and one more. */
export const NAMES = [1, 2, 3, 4] as const;
const name = fc.constantFrom(1, 2, 3);
export const fileMode = fc.constantFrom(
  ...[0o644, 0o644, 0o644, 0o666, 0o600, 0o444, 0o755, 0o4755, 0o4755, 0o4755, 0],
);
export const directoryMode = fc.constantFrom(0o755, 0o755, 0o755, 0o777, 0o700, 0o555);

type Seed =
  | {
      readonly kind: 'file';
      readonly words: readonly number[];
      readonly mode: number;
      readonly owner: number;
    }
  | {
      readonly kind: 'directory';
      readonly mode: number;
      readonly owner: number;
      readonly opaque: boolean;
      readonly inside: readonly Planted[];
    }
  | { readonly kind: 'whiteout' };
export interface Planted {
  readonly name: number;
  readonly seed: Seed;
}

const owner = fc.constantFrom(0, 1, 1, 2);
const fileSeed = fc.record({
  kind: fc.constant('file' as const),
  words: fc.array(fc.constantFrom(0, 5, 6, 7), { maxLength: 3 }),
  mode: fc.oneof(fileMode, fc.constant(0o4755)),
  owner,
});

/** @param isUpper it has marks of a union */
export const plantedArbitrary = (
  depth: number,
  isUpper: boolean,
): fc.Arbitrary<readonly Planted[]> => {
  const directory = fc.record({
    kind: fc.constant('directory' as const),
    mode: directoryMode,
    owner,
    opaque: isUpper ? fc.constantFrom(false, false, true) : fc.constant(false),
    inside: depth > 1 ? plantedArbitrary(depth - 1, isUpper) : fc.constant([]),
  });
  const seed: fc.Arbitrary<Seed> = fc.oneof(
    { weight: 4, arbitrary: fileSeed },
    { weight: 4, arbitrary: directory },
    { weight: isUpper ? 2 : 0, arbitrary: fc.constant({ kind: 'whiteout' as const }) },
  );
  return fc.uniqueArray(fc.record({ name, seed }), {
    minLength: depth === 3 ? 2 : 0,
    maxLength: depth === 3 ? 3 : 2,
    selector: (planted) => planted.name,
  });
};

/** By the superuser, while nothing is open: the first file that is opened has number 0. */
export const plant = (
  mount: number,
  inside: readonly Planted[],
  above: Names = [],
): readonly ModuleOperation[] =>
  inside.flatMap(({ name: own, seed }) => {
    const names = [...above, own];
    const at = { mount, names };
    if (seed.kind === 'whiteout') return [ask('ramfs', 'whiteout', at)];
    const isFile = seed.kind === 'file';
    return [
      ask('ramfs', isFile ? 'create' : 'mkdir', { ...at, how: 0o700 }),
      ...(isFile ? fill(mount, names, seed.words) : plant(mount, seed.inside, names)),
      ask('ramfs', 'chown', { ...at, how: seed.owner }),
      ask('ramfs', 'chmod', { ...at, how: seed.mode }),
      ...(!isFile && seed.opaque ? [ask('ramfs', 'opaque', { ...at, how: 1 })] : []),
    ];
  });

const fill = (mount: number, names: Names, words: readonly number[]): readonly ModuleOperation[] =>
  words.length === 0
    ? []
    : [
        ask('ramfs', 'open', { mount, names, how: OpenFor.write }),
        ...words.map((value, index) =>
          ask('ramfs', 'write', { how: openFileHow(0, index), argument: value }),
        ),
        ask('ramfs', 'close'),
      ];
