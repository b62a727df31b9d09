/** All states that few modules can get into, with the invariants in each; and the order of refusals, case by case. */
import { describe, expect, test } from 'vitest';
import { Errno } from '../../spec/errno.ts';
import {
  KLD_POLICY,
  LINUX_POLICY,
  type ModuleFacts,
  type ModuleOperation,
  type ModuleSettings,
} from '../../spec/modules.ts';
import { MODULE_INVARIANTS } from './invariants.ts';
import { copyOf, listOf, type ModulesState, nothingLoaded } from './state.ts';
import { step } from './step.ts';
import { importing, moduleNamed, settingsWith } from './testing.ts';

const FILES: readonly ModuleFacts[] = [
  moduleNamed('a'),
  moduleNamed('b', importing('a')),
  moduleNamed('c', { ...importing('a', 'b'), exit: false }),
  moduleNamed('d', { ...importing('a'), init: -Errno.ENOMEM }),
];

const operationsOn = (name: string): readonly ModuleOperation[] => [
  ...(['load', 'init', 'exit', 'get', 'put'] as const).map((op) => ({ op, module: name })),
  { op: 'unload', module: name, force: false },
  { op: 'unload', module: name, force: true },
];

const keyOf = (state: ModulesState): string =>
  JSON.stringify([
    [...state.loaded.values()]
      .map(({ facts, state: phase, users, loads, uses }) => [facts.name, phase, users, loads, uses])
      .sort(),
    [...state.taints].sort(),
  ]);

/** Counts go no further than this. */
const MOST = 2;
const isSmall = ({ loaded }: ModulesState): boolean =>
  [...loaded.values()].every(({ users, loads }) => users <= MOST && loads <= MOST);

const reachable = (settings: ModuleSettings, pages: number): ModulesState[] => {
  const found = [nothingLoaded(settings, FILES, pages)];
  const known = new Set(found.map(keyOf));
  const operations = FILES.flatMap(({ name }) => operationsOn(name));
  for (let at = 0; at < found.length; at++) {
    for (const operation of operations) {
      const next = copyOf(found[at] as ModulesState);
      step(next, operation);
      const key = keyOf(next);
      if (known.has(key) || !isSmall(next)) continue;
      known.add(key);
      found.push(next);
    }
  }
  return found;
};

describe.each([LINUX_POLICY, KLD_POLICY])('modules under the policy $name', (policy) => {
  const states = reachable(settingsWith({ policy }), 11);

  test('reach many states', () => {
    expect(states.length).toBeGreaterThan(300);
  });

  test.each(MODULE_INVARIANTS)('in every state $name', ({ holds }) => {
    expect(states.filter((state) => !holds(state)).map(listOf)).toEqual([]);
  });

  test('whatever is refused changes nothing', () => {
    for (const state of states) {
      for (const operation of FILES.flatMap(({ name }) => operationsOn(name))) {
        const next = copyOf(state);
        const answer = step(next, operation);
        if (answer < 0 && operation.op !== 'init') expect(keyOf(next)).toBe(keyOf(state));
      }
    }
  });
});

const load = (module: string): ModuleOperation => ({ op: 'load', module });
const unload = (module: string, force = false): ModuleOperation => ({
  op: 'unload',
  module,
  force,
});

/** The answer to the last of these operations; loads are carried through to LIVE where `live` says so. */
const answerTo = (
  files: readonly ModuleFacts[],
  settings: Partial<ModuleSettings>,
  ...operations: readonly ModuleOperation[]
): number => {
  const state = nothingLoaded(settingsWith(settings), files, 8);
  return operations.map((operation) => step(state, operation)).at(-1) ?? 0;
};

describe('a load is refused', () => {
  const bad = { signature: 'missing', vermagic: '5.0', writableText: true } as const;
  test.each<[string, Partial<ModuleFacts>, Partial<ModuleSettings>, number]>([
    ['EPERM where nothing may be loaded, whatever else', bad, { disabled: true }, Errno.EPERM],
    [
      'EKEYREJECTED before its format is looked at',
      bad,
      { enforceSignatures: true },
      Errno.EKEYREJECTED,
    ],
    [
      'EKEYREJECTED with a key that nobody knows',
      { signature: 'unknown' },
      { enforceSignatures: true },
      Errno.EKEYREJECTED,
    ],
    ['ENOEXEC with text that could be written', bad, { blacklist: ['a'] }, Errno.ENOEXEC],
    [
      'EPERM on the blacklist, before its vermagic',
      { vermagic: '5.0' },
      { blacklist: ['a'] },
      Errno.EPERM,
    ],
    ['ENOEXEC for another kernel', { vermagic: '5.0' }, {}, Errno.ENOEXEC],
    [
      'ENOMEM before its symbols',
      { pages: { text: 9, rodata: 0, data: 0, init: 0 }, ...importing('x') },
      {},
      Errno.ENOMEM,
    ],
    ['ENOENT for a symbol of nobody', importing('x'), {}, Errno.ENOENT],
  ])('with %s', (_, over, settings, errno) => {
    expect(answerTo([moduleNamed('a', over)], settings, load('a'))).toBe(-errno);
  });

  const owner = moduleNamed('a', { exports: [{ name: 'a_do', crc: 7, gplOnly: true }] });
  const needing = (over: Partial<ModuleFacts>): number =>
    answerTo(
      [owner, moduleNamed('b', over)],
      {},
      load('a'),
      { op: 'init', module: 'a' },
      load('b'),
    );
  test('with ENOENT where the licence does not see the symbol', () => {
    expect(needing({ ...importing('a'), licence: 'Proprietary' })).toBe(-Errno.ENOENT);
    expect(needing({ ...importing('a'), licence: 'Dual BSD/GPL' })).toBe(0);
  });
  test('with EINVAL for another version of the symbol', () => {
    expect(needing({ imports: [{ name: 'a_do', crc: 8 }] })).toBe(-Errno.EINVAL);
    expect(needing({ imports: [{ name: 'a_do', crc: 7 }] })).toBe(0);
  });
  test('with ENOEXEC for a symbol that somebody exports already', () => {
    expect(needing({ exports: owner.exports })).toBe(-Errno.ENOEXEC);
    const kernelExports = [{ name: 'a_do', gplOnly: false }];
    expect(answerTo([owner], { kernelExports }, load('a'))).toBe(-Errno.ENOEXEC);
  });
  test('with EBUSY while the owner is COMING, ENOENT while it is GOING', () => {
    const files = [owner, moduleNamed('b', importing('a'))];
    expect(answerTo(files, {}, load('a'), load('b'))).toBe(-Errno.EBUSY);
    const going = [load('a'), { op: 'init', module: 'a' } as const, unload('a'), load('b')];
    expect(answerTo(files, {}, ...going)).toBe(-Errno.ENOENT);
  });
});

describe('an unload is refused', () => {
  const chain = [moduleNamed('a', { exit: false }), moduleNamed('b', importing('a'))];
  const live = (module: string): ModuleOperation[] => [load(module), { op: 'init', module }];
  test('with EPERM, ENOENT, EAGAIN for dependants, EBUSY, EAGAIN for users: in this order', () => {
    expect(answerTo(chain, { disabled: true }, unload('a'))).toBe(-Errno.EPERM);
    expect(answerTo(chain, {}, unload('a'))).toBe(-Errno.ENOENT);
    expect(answerTo(chain, {}, ...live('a'), ...live('b'), unload('a', true))).toBe(-Errno.EAGAIN);
    expect(answerTo(chain, {}, load('a'), unload('a', true))).toBe(-Errno.EBUSY);
    expect(answerTo(chain, {}, ...live('a'), unload('a'))).toBe(-Errno.EBUSY);
    expect(answerTo(chain, {}, ...live('a'), unload('a', true))).toBe(0);
    const held = [...live('a'), ...live('b'), { op: 'get', module: 'b' } as const];
    expect(answerTo(chain, {}, ...held, unload('b'))).toBe(-Errno.EAGAIN);
    expect(answerTo(chain, {}, ...held, unload('b', true))).toBe(0);
  });

  test('by kld only at the last reference; then whom nobody refers to goes as well', () => {
    const files = [moduleNamed('a'), moduleNamed('b', importing('a'))];
    const state = nothingLoaded(settingsWith({ policy: KLD_POLICY }), files);
    const run = (...operations: readonly ModuleOperation[]) =>
      operations.map((operation) => step(state, operation)).at(-1);
    expect(run(...live('a'), load('a'), unload('a'))).toBe(0);
    expect(listOf(state)).toHaveLength(1);
    expect(run(...live('b'), unload('a'))).toBe(0);
    expect(run(unload('a'))).toBe(-Errno.EBUSY);
    expect(run(unload('b'), { op: 'exit', module: 'b' })).toBe(0);
    expect(listOf(state)).toEqual([]);
  });
});
