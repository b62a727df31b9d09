/** What the generated worlds cannot show: modules that import from hundreds, and in which order several go at once. */
import { expect, test } from 'vitest';
import { counter } from '../../kernels/modules/programs/counter.ts';
import { limited } from '../../kernels/modules/programs/limited.ts';
import { importing, moduleNamed, settingsWith } from '../../model/modules/testing.ts';
import { Errno } from '../../spec/errno.ts';
import { KLD_POLICY, type ModuleFacts, type ModuleOperation } from '../../spec/modules.ts';
import { relocationBytes } from '../../spec/relocations.ts';
import { PAGE_SIZE } from '../../spec/riscv.ts';
import { judgeModules } from './judge.ts';
import { type ModuleWorld, runModules } from './world.ts';

const NOTHING: ModuleOperation = { op: 'load', module: '' };
const load = (module: string): ModuleOperation[] => [
  { op: 'load', module },
  { op: 'init', module },
];
const worldOf = (files: readonly ModuleFacts[], over = {}): ModuleWorld => ({
  files,
  settings: settingsWith(over),
  pages: 4 * files.length + 4,
});

test('a page of read-only data holds the addresses of as many modules as fit: one more is ENOEXEC, and two pages do', () => {
  let fit = 0;
  while (relocationBytes(fit + 1) <= PAGE_SIZE) fit += 1;
  const owners = Array.from({ length: fit + 1 }, (_, index) => `m${index}`);
  const pages = { text: 1, rodata: 2, data: 1, init: 1 };
  const files = [
    ...owners.map((name) => moduleNamed(name)),
    moduleNamed('fits', importing(...owners.slice(1))),
    moduleNamed('many', importing(...owners)),
    moduleNamed('roomy', { ...importing(...owners), pages }),
  ];
  const rest = ['fits', 'many', 'roomy'].flatMap(load);
  const operations = [NOTHING, ...owners.flatMap(load), ...rest, { op: 'use', module: 'roomy' }];
  const { violation, tally } = judgeModules(
    worldOf(files),
    operations as ModuleOperation[],
    {},
    100,
  );
  expect(violation).toBeUndefined();
  expect(tally.get('load ENOEXEC')).toBe(1);
  expect(tally.get('load 0')).toBe(owners.length + 2);
});

test('under kld exits run from dependants to those that they import from', () => {
  const files = [
    moduleNamed('a', { program: 'limited' }),
    moduleNamed('b', { ...importing('a'), program: 'counter' }),
  ];
  const gone: string[] = [];
  const programs = {
    limited: { ...limited, exit: () => gone.push('a') - gone.length },
    counter: { ...counter, exit: () => gone.push('b') - gone.length },
  };
  const unload = (module: string): ModuleOperation => ({ op: 'unload', module, force: false });
  const answers: number[] = [];
  runModules(
    worldOf(files, { policy: KLD_POLICY }),
    [
      ...load('a'),
      ...load('b'),
      unload('a'),
      unload('a'),
      unload('b'),
      { op: 'exit', module: 'b' },
    ],
    {
      after: (_, answer) => {
        answers.push(answer);
        return false;
      },
    },
    { programs },
  );
  expect(answers).toEqual([0, 0, 0, 0, 0, -Errno.EBUSY, 0, 0]);
  expect(gone).toEqual(['b', 'a']);
});
