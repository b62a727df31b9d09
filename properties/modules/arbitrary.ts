/** Worlds of a few modules that import from each other, and operations on them that often fit. */
import fc from 'fast-check';
import { Errno } from '../../spec/errno.ts';
import type { ParameterFacts, ParameterValue } from '../../spec/module-parameters.ts';
import {
  KLD_POLICY,
  LINUX_POLICY,
  type ModuleFacts,
  type ModuleOperation,
  REFERENCE_LIMIT,
} from '../../spec/modules.ts';
import type { ModuleWorld } from './world.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e'] as const;
const VERMAGIC = '6.1';

const symbol = (name: string, number: number): string => `${name}_${number}`;

/** Modules whose program is `limited`, and what that takes. */
const TAKES_PARAMETERS: readonly string[] = ['a', 'd'];
const LIMIT: ParameterFacts = { name: 'limit', type: 'int', range: [0, 20], initial: 2 };
const QUIET: ParameterFacts = { name: 'quiet', type: 'bool', initial: 0 };

/** One in so many: seldom enough that most loads come to the rules behind it. */
const seldom = <T>(usual: T, times: number, ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.constantFrom(...new Array<T>(times).fill(usual), ...others);

/** Half of them good. */
const broughtArbitrary: fc.Arbitrary<readonly ParameterValue[]> = fc.array(
  fc.oneof(
    fc.constantFrom('1', '0x3', '024', '+2', '0').map((value) => ({ name: 'limit', value })),
    fc.constantFrom('y', 'N', 'on', '0').map((value) => ({ name: 'quiet', value })),
    fc.constantFrom<ParameterValue>({ name: 'quiet' }, { name: 'limits', value: '1' }),
    fc
      .constantFrom('', '21', '-1', '08', '0x', '3 ', '2147483648', '-2147483649', '1e1')
      .map((value) => ({ name: 'limit', value })),
    fc.constantFrom<ParameterValue>({ name: 'limit' }, { name: 'quiet', value: 'maybe' }),
  ),
  { minLength: 1, maxLength: 2 },
);

/** A module imports from those before it, seldom from others; so most loads succeed in some order. */
const moduleArbitrary = (name: string, before: readonly string[]): fc.Arbitrary<ModuleFacts> =>
  fc
    .record({
      exports: fc.array(
        fc.record({
          number: fc.nat(1),
          crc: fc.constantFrom(undefined, 1, 2),
          gplOnly: fc.constantFrom(false, false, true),
        }),
        { maxLength: 2 },
      ),
      imports: fc.array(
        fc.record({
          from: fc.oneof(
            { weight: 12, arbitrary: fc.constantFrom(...before, ...before, 'kernel') },
            { weight: 1, arbitrary: fc.constantFrom(...NAMES) },
          ),
          number: fc.constantFrom(0, 0, 0, 1),
          crc: fc.constantFrom(undefined, undefined, 1, 2),
        }),
        { maxLength: 3 },
      ),
      licence: fc.constantFrom('GPL', 'GPL', 'Dual MIT/GPL', 'Proprietary'),
      vermagic: seldom(VERMAGIC, 20, '5.10'),
      pages: fc.record({
        text: fc.integer({ min: 1, max: 2 }),
        rodata: seldom(1, 20, 0, 2),
        data: fc.integer({ min: 1, max: 2 }),
        init: fc.nat(2),
      }),
      writableText: seldom(false, 20, true),
      exit: fc.constantFrom(true, true, true, true, false),
      init: fc.constantFrom(0, 0, 0, 0, 0, 1, -Errno.EIO, -Errno.ENOMEM),
      signature: seldom<ModuleFacts['signature']>('valid', 12, 'missing', 'unknown', 'tampered'),
      quiesce: seldom(0, 6, Errno.EBUSY, Errno.EIO),
      veto: seldom(0, 6, Errno.EBUSY, Errno.EPERM),
    })
    .map(({ exports: all, imports, ...rest }): ModuleFacts => {
      const numbers = [...new Set([0, ...all.map(({ number }) => number)])];
      return {
        ...rest,
        name,
        ...(TAKES_PARAMETERS.includes(name) && {
          program: 'limited',
          parameters: [LIMIT, QUIET],
        }),
        exports: numbers.map((number) => {
          const { crc, gplOnly = false } = all.find((one) => one.number === number) ?? {};
          return { name: symbol(name, number), gplOnly, ...(crc !== undefined && { crc }) };
        }),
        imports: imports.map(({ from, number, crc }) => ({
          name: symbol(from, from === 'kernel' ? 0 : number),
          ...(crc !== undefined && { crc }),
        })),
      };
    });

export const worldArbitrary: fc.Arbitrary<ModuleWorld> = fc.record({
  files: fc
    .tuple(...NAMES.map((name, index) => moduleArbitrary(name, NAMES.slice(0, index))))
    .chain((files) => fc.constantFrom(files, files, files, [...files.slice(0, -1), twinOf(files)])),
  settings: fc.record({
    policy: fc.constantFrom(LINUX_POLICY, LINUX_POLICY, KLD_POLICY),
    vermagic: fc.constant(VERMAGIC),
    enforceSignatures: fc.constantFrom(false, false, true),
    disabled: seldom(false, 30, true),
    blacklist: fc.constantFrom([], [], [], ['c']),
    kernelExports: fc.constant([{ name: 'kernel_0', gplOnly: false }]),
    kept: fc.constantFrom([], [], ['b']),
    referenceLimit: fc.constantFrom(REFERENCE_LIMIT, REFERENCE_LIMIT, 3),
  }),
  pages: fc.constantFrom(40, 40, 14),
});

/** The last module exports what the first does. */
const twinOf = (files: readonly ModuleFacts[]): ModuleFacts => {
  const [first] = files;
  const last = files.at(-1);
  if (!first || !last) throw new Error('there are no modules');
  return { ...last, exports: first.exports };
};

const name = fc.constantFrom(...NAMES);
/** Most of the time it is held or called as well. */
const loading = fc
  .tuple(name, fc.constantFrom('get', 'use', 'put'))
  .map(([module, op]): ModuleOperation[] => [
    { op: 'load', module },
    { op: 'init', module },
    { op, module },
  ]);
/** With values of parameters, and then calls that show them. */
const bringing = fc
  .tuple(fc.constantFrom('a', 'a', 'd', ...NAMES), broughtArbitrary)
  .map(([module, parameters]): ModuleOperation[] => [
    { op: 'unload', module, force: true },
    { op: 'exit', module },
    { op: 'load', module, parameters },
    { op: 'init', module },
    ...new Array<ModuleOperation>(4).fill({ op: 'use', module }),
  ]);
/** Held until it counts no more, and given back as often. */
const holding = fc
  .tuple(name, fc.constantFrom('unload', 'use'))
  .map(([module, op]): ModuleOperation[] => [
    ...new Array<ModuleOperation>(4).fill({ op: 'get', module }),
    ...new Array<ModuleOperation>(4).fill({ op: 'put', module }),
    op === 'use' ? { op, module } : { op: 'unload', module, force: false },
    { op: 'put', module },
  ]);
/** Whom others import from comes first. */
const FILLING: readonly ModuleOperation[] = NAMES.flatMap((module): ModuleOperation[] => [
  { op: 'load', module },
  { op: 'init', module },
]);
const unloading = fc
  .tuple(name, fc.constantFrom(false, false, false, true))
  .map(([module, force]): ModuleOperation[] => [
    { op: 'unload', module, force },
    { op: 'exit', module },
  ]);
const single = fc.oneof(
  fc
    .tuple(fc.constantFrom('load', 'prepare', 'form', 'init', 'exit', 'get', 'put', 'use'), name)
    .map(([op, module]) => ({ op, module }) as ModuleOperation),
  fc
    .tuple(name, fc.boolean())
    .map(([module, force]): ModuleOperation => ({ op: 'unload', module, force })),
);
/** One is asked for while another one, or it itself, is UNFORMED, COMING or GOING. */
const between = fc
  .tuple(name, name, fc.constantFrom('load', 'get', 'use', 'put', 'init'))
  .map(([one, other, op]): ModuleOperation[] => [
    { op: 'prepare', module: one },
    { op, module: other },
    { op: 'unload', module: one, force: true },
    { op: 'form', module: one },
    { op, module: other },
    { op: 'init', module: one },
    { op: 'unload', module: one, force: false },
    { op, module: other },
    { op: 'exit', module: one },
  ]);
/** What is imported goes, or comes, between the two halves of a load. */
const under = fc.tuple(name, name).map(([one, other]): ModuleOperation[] => [
  { op: 'prepare', module: one },
  { op: 'unload', module: other, force: true },
  { op: 'exit', module: other },
  { op: 'form', module: one },
  { op: 'load', module: other },
  { op: 'init', module: one },
  { op: 'init', module: other },
]);
/** Of nobody: none of these modules registers anything. */
const ASK: ModuleOperation = { op: 'ask', point: 'packet', request: 0, argument: 0 };
const part = fc.oneof(
  { weight: 3, arbitrary: between },
  { weight: 4, arbitrary: loading },
  { weight: 3, arbitrary: bringing },
  { weight: 2, arbitrary: holding },
  { weight: 2, arbitrary: under },
  { weight: 3, arbitrary: unloading },
  { weight: 4, arbitrary: single.map((one) => [one]) },
  { weight: 2, arbitrary: name.map((module): ModuleOperation[] => [{ op: 'use', module }]) },
  { weight: 1, arbitrary: fc.constantFrom<ModuleOperation[]>([{ op: 'tick' }], [ASK]) },
);

/** Everything goes, dependants first; by force, for some could not go otherwise. */
const CLEARING: readonly ModuleOperation[] = NAMES.flatMap(() =>
  [...NAMES].reverse().flatMap((module): ModuleOperation[] => [
    { op: 'form', module },
    { op: 'init', module },
    { op: 'put', module },
    { op: 'unload', module, force: true },
    { op: 'exit', module },
  ]),
);

/** Refused whatever the world: no file has this name. */
const NOTHING: ModuleOperation = { op: 'load', module: '' };

export interface ModuleCase {
  readonly world: ModuleWorld;
  readonly operations: readonly ModuleOperation[];
}

export const moduleCaseArbitrary: fc.Arbitrary<ModuleCase> = fc
  .tuple(
    worldArbitrary,
    fc.array(part, { minLength: 3, maxLength: 24 }),
    fc.boolean(),
    fc.boolean(),
  )
  .map(([world, parts, fills, clears]) => ({
    world,
    operations: [NOTHING, ...(fills ? FILLING : []), ...parts.flat(), ...(clears ? CLEARING : [])],
  }));
