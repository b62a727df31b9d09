/** Calls on modules told by hand: what the model accepts, and what it rejects by which clause. */
import { describe, expect, test } from 'vitest';
import { ABI_GROUPS } from '../../../spec/abi.ts';
import { DEVICE_FRAME } from '../../../spec/devices.ts';
import { Errno } from '../../../spec/errno.ts';
import type { ReturnEvent, Translation } from '../../../spec/events.ts';
import { MODULE_TID, MODULE_WINDOW } from '../../../spec/layout.ts';
import { type ModuleFacts, type ModuleSetup, moduleFrames } from '../../../spec/modules.ts';
import { Pte } from '../../../spec/riscv.ts';
import { moduleNamed } from '../../modules/testing.ts';
import { initialState, type OsState } from '../state.ts';
import { step } from '../step.ts';
import { call, Run, workload } from '../testing.ts';
import { checkWindow, runModule } from './contexts.ts';
import { advance, beginWork, keyOfModules, leaveModules, type OsModules } from './works.ts';

const setup = (...files: readonly ModuleFacts[]): ModuleSetup => ({
  policy: 'linux',
  vermagic: '6.1',
  enforceSignatures: false,
  disabled: false,
  blacklist: [],
  kernelExports: [],
  files,
  pages: 20,
});
const WITH = setup(moduleNamed('a'), moduleNamed('b', { program: 'framebuffer-driver' }));

const bodyOf = (...operations: ReturnType<typeof call>[]) =>
  new Run({ ...workload(1, [operations]), modules: WITH });

describe('a call on modules', () => {
  test('that answers as the policy says is accepted, one after the other', () => {
    const run = bodyOf(call('loadModule', 0), call('moduleState', 0), call('unloadModule', 0, 0));
    run.back(1).calls(1).back(1, { a0: 0 });
    run.calls(1).back(1, { a0: 2 }).calls(1).back(1, { a0: 0 });
    expect(run.violation).toBeUndefined();
  });

  test.each([
    ['loadModule', 0, 'wrong-result-modules'],
    ['moduleState', 2, 'module-state-differs'],
    ['useModule', 7, 'module-answer-differs'],
  ] as const)('%s with another answer is told by its clause', (name, a0, clause) => {
    const run = bodyOf(call(name, 9));
    run.back(1).calls(1).back(1, { a0 });
    expect(run.violation?.clause).toBe(clause);
  });

  test('that unloads what is held is told as such', () => {
    const run = bodyOf(call('loadModule', 0), call('holdModule', 0), call('unloadModule', 0, 0));
    run.back(1).calls(1).back(1, { a0: 0 }).calls(1).back(1, { a0: 0 });
    run.calls(1).back(1, { a0: 0 });
    expect(run.violation).toMatchObject({ clause: 'module-gone-in-use', expected: '-EAGAIN' });
  });
});

describe('without modules in the machine', () => {
  const answer = (name: string, args: readonly number[], errno: number) => {
    const run = new Run(workload(1, [[call(name, ...args)]]));
    return run.back(1).calls(1).back(1, { a0: -errno }).violation;
  };
  test.each([
    ['loadModule', [0], Errno.ENOENT],
    ['unloadModule', [0, 2], Errno.EINVAL],
    ['releaseModule', [0], Errno.EINVAL],
    ['ask', [0], Errno.ENODEV],
    ['ask', [9], Errno.EINVAL],
  ] as const)('%s finds none', (name, args, errno) => {
    expect(answer(name, args, errno)).toBeUndefined();
  });
  test('nothing can be loaded', () => {
    const run = new Run(workload(1, [[call('loadModule', 0)]]));
    run.back(1).calls(1).back(1, { a0: 0 });
    expect(run.violation).toMatchObject({ clause: 'wrong-result-modules', expected: '-ENOENT' });
  });
});

const GIVEN = { ...workload(1, [[]]), modules: WITH };
const stateWith = (modules: 'kernel' | 'user'): OsState =>
  initialState(GIVEN, { implements: ABI_GROUPS, modules });
/** The first frame of modules. */
const OWN = GIVEN.frames;

const returning = (over: Partial<ReturnEvent> = {}): ReturnEvent => ({
  kind: 'return',
  hart: 0,
  tid: MODULE_TID,
  mode: 'U',
  pc: MODULE_WINDOW,
  root: 9,
  asid: 0,
  registers: new Uint32Array(32),
  view: [],
  kernel: [],
  tables: [9],
  ...over,
});
const leadingTo = (frame: number, source: Translation['source'] = 'table'): Translation => ({
  vpn: MODULE_WINDOW >>> 12,
  frame,
  rights: Pte.R,
  source,
  version: 0,
});

describe('a module in user space', () => {
  test('runs on its own frames', () => {
    const state = stateWith('user');
    expect(step(state, returning({ view: [leadingTo(OWN)] }))).toBeUndefined();
    expect(state.harts[0]?.task).toBe(MODULE_TID);
  });

  test.each([
    ['an id of no module', 'user', { tid: MODULE_TID + 7 }, 'unknown-context'],
    ['one where modules run in the kernel', 'kernel', {}, 'unknown-context'],
    ['supervisor mode', 'user', { mode: 'S' }, 'module-privileged'],
    ['a page table', 'user', { view: [leadingTo(OWN)], tables: [OWN] }, 'module-reach'],
    ['a frame of a task', 'user', { view: [leadingTo(12, 'tlb')] }, 'module-reach'],
    ['a frame beyond', 'user', { view: [leadingTo(OWN + moduleFrames(WITH))] }, 'module-reach'],
    ['a device', 'user', { view: [leadingTo(DEVICE_FRAME + 1)] }, 'module-reach'],
  ] as const)('does not have %s', (_, where, over, clause) => {
    expect(runModule(stateWith(where), returning(over))?.clause).toBe(clause);
  });

  test('reaches the device that it drives', () => {
    const view = [leadingTo(DEVICE_FRAME + 4)];
    expect(runModule(stateWith('user'), returning({ tid: MODULE_TID + 1, view }))).toBeUndefined();
  });

  test('does not reach what another one has, once that is there', () => {
    const state = stateWith('user');
    const { modules } = state;
    if (!modules) throw new Error('there are no modules');
    const load = { tid: 1, space: 1, call: 'loadModule', args: [0, 0, 0] } as const;
    let loaded: OsModules = beginWork(modules, load);
    for (const _ of [1, 2]) loaded = advance(loaded, loaded.works[0] as never, 0);
    state.modules = loaded;
    expect(runModule(state, returning({ view: [leadingTo(OWN)] }))).toBeUndefined();
    const other = returning({ tid: MODULE_TID + 1, view: [leadingTo(OWN)] });
    expect(runModule(state, other)).toMatchObject({ clause: 'module-reach' });
  });
});

test('no frame is written in one page of modules and executed in another', () => {
  const vpn = MODULE_WINDOW >>> 12;
  const writable = { vpn, frame: OWN, rights: Pte.R | Pte.W };
  const executable = { vpn: vpn + 1, frame: OWN, rights: Pte.R | Pte.X };
  const state = stateWith('kernel');
  expect(checkWindow(state, returning({ kernel: [executable] }))).toBeUndefined();
  expect(checkWindow(state, returning({ kernel: [writable, executable] }))).toMatchObject({
    clause: 'module-writable-and-executable',
    frame: OWN,
  });
});

test('an address space that ends gives back what it held, when its last call is over', () => {
  const { modules } = stateWith('kernel');
  if (!modules) throw new Error('there are no modules');
  const of = (name: 'loadModule' | 'holdModule') =>
    ({ tid: 1, space: 1, call: name, args: [0, 0, 0] }) as const;
  const finish = (given: OsModules): OsModules => {
    let now = given;
    for (let work = now.works[0]; work && work.answer === undefined; work = now.works[0])
      now = advance(now, work, 0);
    return { ...now, works: [] };
  };
  const held = finish(beginWork(finish(beginWork(modules, of('loadModule'))), of('holdModule')));
  expect(held.known.loaded.get('a')?.users).toBe(1);
  expect(leaveModules(held, 1).known.loaded.get('a')?.users).toBe(0);
  const busy = leaveModules(beginWork(held, of('holdModule')), 1);
  expect(busy.known.loaded.get('a')?.users).toBe(1);
  expect(keyOfModules(busy)).not.toBe(keyOfModules(held));
});
