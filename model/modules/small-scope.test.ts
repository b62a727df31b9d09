/** All states that few modules can get into, with the invariants in each; and the order of refusals, case by case. */
import { describe, expect, test } from 'vitest';
import { Errno } from '../../spec/errno.ts';
import type { ParameterValue } from '../../spec/module-parameters.ts';
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
  moduleNamed('a', { quiesce: Errno.EBUSY }),
  moduleNamed('b', importing('a')),
  moduleNamed('c', { ...importing('a', 'b'), exit: false }),
  moduleNamed('d', { ...importing('a'), init: -Errno.ENOMEM }),
];

/** All but `load`, which is two of these. */
const operationsOn = (name: string): readonly ModuleOperation[] => [
  ...(['prepare', 'form', 'init', 'exit', 'get', 'put'] as const).map((op) => ({
    op,
    module: name,
  })),
  { op: 'unload', module: name, force: false },
  { op: 'unload', module: name, force: true },
];

const keyOf = (state: ModulesState): string =>
  JSON.stringify([
    [...state.loaded.values()]
      .map(({ facts, state: phase, users, loads, uses }) => [facts.name, phase, users, loads, uses])
      .sort(),
  ]);

/** Where counts saturate, so that there are finitely many states. */
const REFERENCES = 2;

const reachable = (settings: ModuleSettings, pages: number): ModulesState[] => {
  const found = [nothingLoaded(settings, FILES, pages)];
  const known = new Set(found.map(keyOf));
  const operations = FILES.flatMap(({ name }) => operationsOn(name));
  for (let at = 0; at < found.length; at++) {
    for (const operation of operations) {
      const next = copyOf(found[at] as ModulesState);
      step(next, operation);
      const key = keyOf(next);
      if (known.has(key)) continue;
      known.add(key);
      found.push(next);
    }
  }
  return found;
};

describe.each([LINUX_POLICY, KLD_POLICY])('modules under the policy $name', (policy) => {
  const states = reachable(settingsWith({ policy, referenceLimit: REFERENCES }), 11);

  test('reach many states', () => {
    expect(states.length).toBeGreaterThan(700);
  });

  test.each(MODULE_INVARIANTS)('in every state $name', ({ holds }) => {
    expect(states.filter((state) => !holds(state)).map(listOf)).toEqual([]);
  });

  /** Operations that are refused and have changed something all the same. */
  const changedBy = (operations: readonly ModuleOperation[]): ModuleOperation[] =>
    states.flatMap((state) => {
      const before = keyOf(state);
      return operations.filter((operation) => {
        const next = copyOf(state);
        return step(next, operation) < 0 && keyOf(next) !== before;
      });
    });

  test('whatever is refused changes nothing, but where a load does not come to its end', () => {
    const ends: readonly ModuleOperation['op'][] = ['form', 'init'];
    const operations = FILES.flatMap(({ name }) => operationsOn(name));
    expect(changedBy(operations.filter(({ op }) => !ends.includes(op)))).toEqual([]);
  });

  test('a load that is refused changes nothing, whichever half of it refuses', () => {
    expect(changedBy(FILES.map(({ name }) => ({ op: 'load', module: name })))).toEqual([]);
  });

  test('a count that has come to its limit neither rises nor falls', () => {
    const moved = states.flatMap((state) =>
      [...state.loaded]
        .filter(([, { users }]) => users === REFERENCES)
        .flatMap(([name]) => (['get', 'put'] as const).map((op) => ({ op, module: name })))
        .filter((operation) => {
          const next = copyOf(state);
          step(next, operation);
          return next.loaded.get(operation.module)?.users !== REFERENCES;
        }),
    );
    expect(moved).toEqual([]);
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
    [
      'EKEYREJECTED where it was tampered with',
      { signature: 'tampered' },
      { enforceSignatures: true },
      Errno.EKEYREJECTED,
    ],
    ['EPERM on the blacklist, before its vermagic', bad, { blacklist: ['a'] }, Errno.EPERM],
    ['ENOEXEC for another kernel', { vermagic: '5.0' }, {}, Errno.ENOEXEC],
    [
      'ENOEXEC with text that could be written, before its size',
      { writableText: true, pages: { text: 9, rodata: 1, data: 1, init: 0 } },
      {},
      Errno.ENOEXEC,
    ],
    [
      'ENOMEM before its symbols',
      { pages: { text: 9, rodata: 0, data: 0, init: 0 }, ...importing('x') },
      {},
      Errno.ENOMEM,
    ],
    ['ENOENT for a symbol of nobody', importing('x'), {}, Errno.ENOENT],
    [
      'ENOENT for a symbol of nobody, before the room for its address',
      { ...importing('x'), pages: { text: 1, rodata: 0, data: 1, init: 0 } },
      {},
      Errno.ENOENT,
    ],
    [
      'ENOEXEC where there is no room for addresses',
      { pages: { text: 1, rodata: 0, data: 1, init: 0 } },
      {},
      Errno.ENOEXEC,
    ],
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
  test('with ENOENT while the owner is UNFORMED or GOING, EBUSY while it is COMING', () => {
    const files = [owner, moduleNamed('b', importing('a'))];
    const prepare: ModuleOperation = { op: 'prepare', module: 'a' };
    expect(answerTo(files, {}, prepare, load('b'))).toBe(-Errno.ENOENT);
    expect(answerTo(files, {}, load('a'), load('b'))).toBe(-Errno.EBUSY);
    const going = [load('a'), { op: 'init', module: 'a' } as const, unload('a'), load('b')];
    expect(answerTo(files, {}, ...going)).toBe(-Errno.ENOENT);
  });
  test('with EBUSY where it is UNFORMED, COMING or GOING already, EEXIST where it is LIVE', () => {
    const steps: readonly (readonly [ModuleOperation, number])[] = [
      [{ op: 'prepare', module: 'a' }, Errno.EBUSY],
      [{ op: 'form', module: 'a' }, Errno.EBUSY],
      [{ op: 'init', module: 'a' }, Errno.EEXIST],
      [unload('a'), Errno.EBUSY],
    ];
    for (const [index, [, errno]] of steps.entries()) {
      const before = steps.slice(0, index + 1).map(([operation]) => operation);
      expect(answerTo([owner], {}, ...before, load('a'))).toBe(-errno);
    }
  });
});

describe('a module that is UNFORMED', () => {
  const prepare: ModuleOperation = { op: 'prepare', module: 'a' };
  const [a] = [moduleNamed('a')];
  test('is listed and can be held, and neither used nor unloaded nor initialised', () => {
    const state = nothingLoaded(settingsWith(), [a]);
    expect(step(state, prepare)).toBe(0);
    expect(listOf(state)).toEqual([{ name: 'a', state: 'unformed', references: 0, uses: [] }]);
    expect(step(state, { op: 'get', module: 'a' })).toBe(0);
    expect(step(state, { op: 'use', module: 'a' })).toBe(-Errno.ENOENT);
    expect(step(state, unload('a', true))).toBe(-Errno.ENOENT);
    expect(step(state, { op: 'init', module: 'a' })).toBe(-Errno.EINVAL);
  });
  test('that exports what another one has come to export meanwhile is refused, and takes nothing of it', () => {
    const twin = moduleNamed('b', { exports: a.exports });
    const user = moduleNamed('c', importing('a'));
    const state = nothingLoaded(settingsWith(), [a, twin, user]);
    const steps: ModuleOperation[] = [
      prepare,
      load('b'),
      { op: 'init', module: 'b' },
      { op: 'form', module: 'a' },
    ];
    expect(steps.map((operation) => step(state, operation))).toEqual([0, 0, 0, -Errno.ENOEXEC]);
    expect(step(state, load('c'))).toBe(0);
  });
});

describe('parameters', () => {
  const facts = moduleNamed('a', {
    program: 'limited',
    parameters: [
      { name: 'limit', type: 'int', range: [0, 8], initial: 1 },
      { name: 'quiet', type: 'bool', initial: 0 },
    ],
  });
  const answersTo = (policy: ModuleSettings['policy'], parameters: readonly ParameterValue[]) => {
    const state = nothingLoaded(settingsWith({ policy }), [facts]);
    const use: ModuleOperation = { op: 'use', module: 'a' };
    const steps: ModuleOperation[] = [
      { op: 'load', module: 'a', parameters },
      { op: 'init', module: 'a' },
      use,
      use,
    ];
    return [steps.map((operation) => step(state, operation)).slice(1), [...state.warnings]];
  };
  test.each<[string, readonly ParameterValue[], number[]]>([
    ['are as the file has them', [], [0, 1, -Errno.EBUSY]],
    ['are set by a load', [{ name: 'limit', value: '0x2' }], [0, 1, 2]],
    ['may be named alone where they are bool', [{ name: 'quiet' }], [0, 1, 0]],
  ])('%s', (_, brought, answers) => {
    expect(answersTo(LINUX_POLICY, brought)).toEqual([answers, []]);
  });
  test.each<[string, ParameterValue, number]>([
    ['beyond their range', { name: 'limit', value: '9' }, Errno.EINVAL],
    ['in octal, too', { name: 'limit', value: '011' }, Errno.EINVAL],
    ['beyond 32 bits', { name: 'limit', value: '0x80000000' }, Errno.ERANGE],
    ['that are no numbers', { name: 'limit', value: '1 ' }, Errno.EINVAL],
    ['without a value', { name: 'limit' }, Errno.EINVAL],
    ['that are neither true nor false', { name: 'quiet', value: '2' }, Errno.EINVAL],
  ])('are refused %s: init answers, and the module is gone', (_, brought, errno) => {
    const [answers] = answersTo(LINUX_POLICY, [brought]);
    expect(answers).toEqual([-errno, -Errno.ENOENT, -Errno.ENOENT]);
  });
  test('that no file declares are ignored with a warning, and kld knows none at all', () => {
    const strange = [{ name: 'limits', value: '2' }];
    expect(answersTo(LINUX_POLICY, strange)).toEqual([[0, 1, -Errno.EBUSY], ['unknown parameter']]);
    expect(answersTo(KLD_POLICY, [{ name: 'limit', value: '9' }])).toEqual([
      [0, 1, -Errno.EBUSY],
      [],
    ]);
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

  describe('by kld at the last reference', () => {
    const everything = { exit: false, veto: Errno.EPERM, quiesce: Errno.EIO };
    const held: ModuleOperation = { op: 'get', module: 'a' };
    test.each<[string, Partial<ModuleFacts>, boolean, boolean, number]>([
      ['EBUSY where somebody else keeps it', everything, true, true, Errno.EBUSY],
      ['its own error where it cannot be quiet', everything, false, false, Errno.EIO],
      ['EBUSY where it is in use', { ...everything, quiesce: 0 }, false, false, Errno.EBUSY],
      ['EBUSY without an exit, also by force', everything, false, true, Errno.EBUSY],
      ['its own error where it refuses', { ...everything, exit: true }, false, true, Errno.EPERM],
      ['nothing by force, in use and not quiet', { quiesce: Errno.EIO }, false, true, 0],
    ])('with %s', (_, over, kept, force, errno) => {
      const settings = { policy: KLD_POLICY, kept: kept ? ['a'] : [] };
      const files = [moduleNamed('a', over)];
      expect(answerTo(files, settings, ...live('a'), held, unload('a', force))).toBe(0 - errno);
    });

    test('but none of these is asked before it, and it stays for others that it cannot leave', () => {
      const files = [moduleNamed('a', { veto: Errno.EPERM }), moduleNamed('b', importing('a'))];
      const state = nothingLoaded(settingsWith({ policy: KLD_POLICY }), files);
      for (const operation of [...live('a'), ...live('b'), unload('a')])
        expect(step(state, operation)).toBe(0);
      expect(step(state, unload('b'))).toBe(0);
      expect(step(state, { op: 'exit', module: 'b' })).toBe(0);
      expect(listOf(state)).toEqual([{ name: 'a', state: 'live', references: 0, uses: [] }]);
      expect(step(state, unload('a', true))).toBe(-Errno.EBUSY);
    });

    test('and force goes on to whom nobody refers to any more', () => {
      const files = [moduleNamed('a', { quiesce: Errno.EIO }), moduleNamed('b', importing('a'))];
      for (const force of [false, true]) {
        const state = nothingLoaded(settingsWith({ policy: KLD_POLICY }), files);
        const steps = [...live('a'), ...live('b'), unload('a'), unload('b', force)];
        for (const operation of [...steps, { op: 'exit', module: 'b' } as const])
          expect(step(state, operation)).toBe(0);
        expect(listOf(state)).toHaveLength(force ? 0 : 1);
      }
    });
  });
});
