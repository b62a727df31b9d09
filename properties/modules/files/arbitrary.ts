/**
 * Worlds in which file systems are modules: trees are filled, unions are mounted over them, and most requests are about
 * what is there.
 */
import fc from 'fast-check';
import { MountOption } from '../../../spec/module-files.ts';
import {
  KLD_POLICY,
  LINUX_POLICY,
  type ModuleFacts,
  type ModuleOperation,
} from '../../../spec/modules.ts';
import type { ModuleCase } from '../arbitrary.ts';
import type { ModuleWorld } from '../world.ts';
import { Course } from './course.ts';
import { caller, pickArbitrary } from './picks.ts';
import { plant, plantedArbitrary } from './planted.ts';
import { ask, askUnion } from './requests.ts';

const moduleOf = (over: Pick<ModuleFacts, 'name' | 'program' | 'imports'>): ModuleFacts => ({
  licence: 'GPL',
  vermagic: '6.1',
  exports: [{ name: `${over.name}_do`, gplOnly: false }],
  pages: { text: 1, rodata: 1, data: over.program === 'ramfs' ? 2 : 1, init: 1 },
  writableText: false,
  exit: true,
  init: 0,
  signature: 'valid',
  ...over,
});
const FILES: readonly ModuleFacts[] = [
  moduleOf({ name: 'ramfs', program: 'ramfs', imports: [] }),
  moduleOf({ name: 'unionfs', program: 'unionfs', imports: [{ name: 'ramfs_do' }] }),
];
export const FILE_WORLD: ModuleWorld = {
  files: FILES,
  settings: {
    policy: LINUX_POLICY,
    vermagic: '6.1',
    enforceSignatures: false,
    disabled: false,
    blacklist: [],
    kernelExports: [],
  },
  pages: 16,
};
const worldArbitrary: fc.Arbitrary<ModuleWorld> = fc
  .constantFrom(LINUX_POLICY, LINUX_POLICY, LINUX_POLICY, KLD_POLICY)
  .map((policy) => ({ ...FILE_WORLD, settings: { ...FILE_WORLD.settings, policy } }));

const LOADING: readonly ModuleOperation[] = [
  { op: 'load', module: '' },
  ...['ramfs', 'unionfs'].flatMap((module): ModuleOperation[] => [
    { op: 'load', module },
    { op: 'init', module },
  ]),
];
const removal = (module: string, force = false): readonly ModuleOperation[] => [
  { op: 'unload', module, force },
  { op: 'exit', module },
];

/** All that is open is closed, and all that is mounted is not any more; so the modules can go. */
const clear = (course: Course): void => {
  course.closeAll();
  for (const system of ['unionfs', 'ramfs'] as const)
    for (const mount of [3, 2, 1, 0]) course.do(ask(system, 'umount', { mount }));
  course.do(...removal('unionfs'), ...removal('ramfs'));
};

const limits = fc
  .tuple(fc.constantFrom(0, 0, 2, 3), fc.constantFrom(0, 0, 4, 8))
  .map(
    ([blocks, inodes]) =>
      (blocks << MountOption.blocks.shift) | (inodes << MountOption.inodes.shift),
  );

/** Trees alone: one that can be changed and one that cannot. */
const plainCase: fc.Arbitrary<ModuleCase> = fc
  .record({
    world: worldArbitrary,
    mounter: caller,
    how: fc.oneof(limits, fc.constant(0)),
    planted: plantedArbitrary(3, false),
    picks: fc.array(pickArbitrary, { minLength: 15, maxLength: 40 }),
    readOnly: fc.boolean(),
    others: fc.array(pickArbitrary, { minLength: 4, maxLength: 8 }),
    clears: fc.boolean(),
  })
  .map(({ world, mounter, how, planted, picks, readOnly, others, clears }) => {
    const course = new Course(world);
    const options = readOnly ? MountOption.readOnly : MountOption.nosuid;
    course.do(
      ...LOADING,
      ask('ramfs', 'mount', { caller: mounter, how }),
      ...plant(0, planted),
      ask('ramfs', 'mount', { mount: 1, how: options }),
    );
    for (const pick of picks) pick(course, 'ramfs', 0);
    for (const pick of others) pick(course, 'ramfs', 1);
    course.do(
      ...removal('ramfs'),
      ask('ramfs', 'mount', { mount: 1 }),
      ask('ramfs', 'umount', { caller: 2 }),
      ask('ramfs', 'umount'),
      ...removal('unionfs'),
    );
    if (clears) clear(course);
    return { world, operations: course.operations };
  });

/** Further unions: one over another, and such as must be refused. */
const stacking = fc
  .record({
    mount: fc.constantFrom(1, 1, 2, 3),
    caller,
    upper: fc.constantFrom(undefined, undefined, 1, 2),
    lower: fc.constantFrom(0, 0, 1, 2),
    lowerIsUnion: fc.constantFrom(true, true, true, false),
  })
  .map(({ mount, caller: user, ...layers }) => askUnion(layers, { mount, caller: user }));
const STACK: readonly ModuleOperation[] = [
  askUnion({ upper: 2, lower: 0, lowerIsUnion: true }, { mount: 1 }),
  askUnion({ upper: undefined, lower: 1, lowerIsUnion: true }, { mount: 2 }),
];

/** The mounter may read the upper tree, and then not the lower one. */
const UNREADABLE: readonly ModuleOperation[] = [
  ask('ramfs', 'chmod', { mount: 2, how: 0o700 }),
  askUnion({ upper: 1, lower: 2, lowerIsUnion: false }, { caller: 1, mount: 3 }),
];

const unionCase: fc.Arbitrary<ModuleCase> = fc
  .record({
    world: worldArbitrary,
    mounter: fc.constantFrom(0, 0, 0, 1),
    upper: fc.constantFrom(1, 1, 1, 1, 1, undefined),
    how: fc.constantFrom(0, 0, 0, 0, 0, MountOption.nosuid, MountOption.readOnly),
    lowerHow: fc.constantFrom(0, MountOption.nosuid, MountOption.nosuid),
    upperHow: fc.oneof(fc.constant(0), fc.constant(0), limits),
    planted: fc.tuple(plantedArbitrary(3, false), plantedArbitrary(3, true)),
    picks: fc.array(pickArbitrary, { minLength: 8, maxLength: 20 }),
    stacks: fc.constantFrom([], [], STACK),
    more: fc.array(stacking, { maxLength: 3 }),
    above: fc.array(pickArbitrary, { maxLength: 4 }),
    ending: fc.constantFrom('clears', 'clears', 'stays', 'forced'),
  })
  .map(({ world, mounter, upper, how, lowerHow, upperHow, planted, picks, ...rest }) => {
    const course = new Course(world);
    const layers = { upper, lower: 0, lowerIsUnion: false };
    course.do(
      ...LOADING,
      ask('ramfs', 'mount', { how: lowerHow }),
      ask('ramfs', 'mount', { caller: mounter, mount: 1, how: upperHow }),
      ask('ramfs', 'mount', { mount: 2 }),
      ...plant(0, planted[0]),
      ...plant(1, planted[1]),
      askUnion({ ...layers, upper: 0 }, { mount: 3 }),
      ...UNREADABLE,
      askUnion(layers, { caller: mounter, how }),
      ...removal('ramfs'),
      ...removal('unionfs'),
    );
    for (const pick of picks) pick(course, 'unionfs', 0);
    course.do(...rest.stacks, ...rest.more);
    for (const pick of rest.above) pick(course, 'unionfs', 1);
    course.do(ask('ramfs', 'umount'), ask('unionfs', 'umount'));
    if (rest.ending === 'clears') clear(course);
    if (rest.ending === 'forced') course.do(...removal('unionfs', true), ...removal('ramfs', true));
    return { world, operations: course.operations };
  });

export const fileCaseArbitrary: fc.Arbitrary<ModuleCase> = fc.oneof(
  { weight: 1, arbitrary: plainCase },
  { weight: 2, arbitrary: unionCase },
);
