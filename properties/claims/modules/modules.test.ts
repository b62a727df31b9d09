/** Modules extend a kernel only where they really come and go, their faults are told apart, and both are measured. */
import { describe, expect, test } from 'vitest';
import type { Kernel } from '../../../hardware/contract.ts';
import { runWorkload } from '../../../hardware/run.ts';
import { linkKernel } from '../../../kernels/link/index.ts';
import { microkernel } from '../../../kernels/microkernel/index.ts';
import type { ModulesIn } from '../../../kernels/modules/kernel.ts';
import { buildModular } from '../../../kernels/modules/kernel.ts';
import { callKernel } from '../../../kernels/modules/program.ts';
import { modulePrograms } from '../../../kernels/modules/programs/index.ts';
import { monolithic } from '../../../kernels/monolithic/index.ts';
import { SERVICE_NAMES } from '../../../kernels/services/contract.ts';
import { Device } from '../../../spec/devices.ts';
import { Errno } from '../../../spec/errno.ts';
import { MODULE_USE_NAMES, programsOf, type UsedProgram } from '../../../spec/module-uses.ts';
import type { ModuleTree } from '../../../trees/tree.ts';
import { judgeRun } from '../../checker/judge-run.ts';
import { compareKernels } from '../compare.ts';
import { judgeClaims } from '../judge.ts';
import { ofTree } from '../judge-tree.ts';
import { subjectsOf } from '../kernels.ts';
import type { ClaimResult } from '../verdict.ts';
import { costsOfCalls, modularKernels, moduleRows } from './costs.ts';
import { alone, showsExtension, workloadOf } from './extension.ts';

const lines = { kernel: 100, services: { disk: 10 } };
const ABOUT = ['monolithic', 'modules'] as const;

const judged = async (...kernels: readonly Kernel[]): Promise<readonly ClaimResult[]> =>
  judgeClaims(
    await compareKernels(subjectsOf(kernels), { seed: 1, workloads: 1, lines, faults: false }),
    ABOUT,
  );
const find = (results: readonly ClaimResult[], id: string): ClaimResult => {
  const result = results.find(({ claim }) => claim.id === id);
  if (!result) throw new Error(`no claim ${id}`);
  return result;
};

const placed = (where: 'kernel' | 'user', modules: ModulesIn): Kernel =>
  linkKernel({
    name: 'changed',
    placement: Object.fromEntries(SERVICE_NAMES.map((name) => [name, where])),
    modules,
  });

const [screen] = programsOf('device drivers').filter(
  ({ program }) => program === 'framebuffer-driver',
) as [UsedProgram];
const showing = workloadOf(alone(screen));

describe('modules extend a kernel that runs', async () => {
  const results = await judged(monolithic, microkernel);

  test('every answer is as the code says, wherever they run; one boot; the witness is told', () => {
    const { verdict, tally, witness, counter } = find(results, 'modules/without-rebooting');
    expect(verdict).toBe('passed');
    expect(tally?.held).toBe(tally?.of);
    expect(witness?.story[0]).toMatch(/-ENODEV, loadModule.* = 0, .*unloadModule.*-ENODEV$/);
    expect(counter?.verdict).toBe('shown');
    expect(counter?.witness?.story.at(-1)).toMatch(/the whole system is lost$/);
    expect(counter?.witness?.story.length).toBeLessThanOrEqual(4);
  });

  test('so the remedy for recompilation is shown, not defined', () => {
    const { counter } = find(results, 'monolithic/recompilation');
    expect(counter?.verdict).toBe('shown');
    expect(counter?.witness?.workload.modules?.files).toHaveLength(1);
  });

  test('in processes their faults hit nobody else, and who uses them is told', () => {
    const { counter } = find(results, 'modules/loaded-at-runtime');
    expect(counter?.verdict).toBe('passed');
    expect(counter?.witness?.story.at(-1)).toMatch(
      /^the system goes on; 1 of 2 tasks is hit, 0 of them without using /,
    );
    expect(counter?.figures.every(({ value }) => value > 0)).toBe(true);
  });

  test.each(MODULE_USE_NAMES)('each program for %s is seen at work', (use) => {
    const result = results.find(({ claim }) => 'use' in claim.check && claim.check.use === use);
    expect(result?.verdict).toBe('shown');
    expect(result?.tally?.of).toBe(2 * programsOf(use).length);
  });

  test('what their programs do is what counts: a driver that forgets its request breaks it', async () => {
    const program = modulePrograms['framebuffer-driver'];
    const deaf = { ...program, hook: () => -Errno.EIO };
    const other = placed('kernel', { programs: { ...modulePrograms, 'framebuffer-driver': deaf } });
    const without = await judged(other, microkernel);
    const { verdict, exception } = find(without, 'modules/without-rebooting');
    expect(verdict).toBe('failed');
    expect(exception?.story.at(-1)).toMatch(/allowed: /);
    expect(exception?.story).toHaveLength(2);
  });

  test('a kernel without modules extends nothing, and a driver is linked in', async () => {
    const { implements: groups, ...rest } = monolithic;
    const closed = { ...rest, implements: groups.filter((group) => group !== 'modules') };
    const without = await judged(closed);
    expect(find(without, 'monolithic/recompilation').counter?.verdict).toBe('not shown');
    expect(find(without, 'modules/easier-to-add').verdict).toBe('failed');
    expect(find(without, 'modules/without-rebooting').counter?.verdict).toBe('not shown');
  });

  test('a kernel that does not give a broken module up does not contain it', async () => {
    const careless = placed('user', { routines: { giveUp: () => 0 } });
    const { counter } = find(await judged(careless), 'modules/loaded-at-runtime');
    expect(counter?.verdict).toBe('failed');
    expect(counter?.exception?.story.join()).toMatch(/framebuffer-driver \(user mode\)/);
  });

  test('a request that nobody answers before, and one that is answered after, are no extension', () => {
    const results = [-19, 0, 1, 0, 0, 0, 7, 0, -19];
    expect(showsExtension(showing, results)).toBe(true);
    for (const at of [0, 2, 8]) expect(showsExtension(showing, results.with(at, 5))).toBe(at === 2);
    expect(showsExtension(showing, results.with(2, -5))).toBe(false);
    expect(showsExtension(showing, results.with(7, -11))).toBe(false);
  });
});

describe('drivers in user space', () => {
  const violation = (kernel: Kernel) =>
    judgeRun(runWorkload(kernel, showing), showing, kernel).violation;
  const [, outside] = modularKernels;

  test('reach their devices while their init runs', () => {
    expect(outside && violation(outside)).toBeUndefined();
  });

  test('reach no other device', () => {
    const program = modulePrograms['framebuffer-driver'];
    const curious = {
      ...program,
      init: function* (...args: Parameters<typeof program.init>) {
        yield* callKernel('mapRegisters', Device.disk);
        const begun = program.init(...args);
        return typeof begun === 'number' ? begun : yield* begun;
      },
    };
    const programs = { ...modulePrograms, 'framebuffer-driver': curious };
    const found = violation(buildModular({ modules: { home: 'user', programs } }));
    expect(found?.clause).toBe('module-reach');
  });
});

describe('what modules cost', () => {
  test('a request to a process leaves user mode twice and changes tables; in the kernel neither', () => {
    const costs = modularKernels.map((kernel) => costsOfCalls(runWorkload(kernel, showing)));
    const [inside, outside] = costs.map((all) => all[2]);
    expect(inside).toMatchObject({ modeSwitches: 2, spaceSwitches: 0 });
    expect(outside).toMatchObject({ modeSwitches: 4, spaceSwitches: 3 });
    expect(outside?.cycles).toBeGreaterThan(inside?.cycles ?? 0);
  });

  test('there are two rows for each use; a process has tables of its own, and none of its faults is fatal', () => {
    const rows = moduleRows(1, 1);
    expect(rows.length).toBe(2 * MODULE_USE_NAMES.length);
    for (const [index, row] of rows.entries()) {
      const other = rows[index + 1];
      if (row.home === 'user') expect(row.fatal).toBe(0);
      if (row.home === 'user' || !other) continue;
      expect(row.programs).toEqual(other.programs);
      expect(other.frames - row.frames).toBe(2);
      expect(row.fatal).toBeGreaterThan(0);
      expect(row.blastRadius).toBeGreaterThan(other.blastRadius);
    }
  });
});

describe('a claim on a tree', () => {
  const module = (name: string, needs: readonly string[], exit = true) => ({
    name,
    path: `${name}.ko`,
    depends: needs,
    needs,
    exports: [{ name: `${name}_do`, gplOnly: false }],
    imports: needs.map((owner) => ({ name: `${owner}_do` })),
    init: true,
    exit,
  });
  const tree: ModuleTree = {
    label: 'small',
    source: 'elf',
    builtin: [],
    modules: [module('base', []), module('top', ['base']), module('stays', [], false)],
  };
  test.each([
    [['top'], 'comes and goes', 'shown'],
    [['stays'], 'comes and goes', 'not shown'],
    [['gone'], 'comes and goes', 'not shown'],
    [['gone'], 'lacks', 'shown'],
    [['top'], 'lacks', 'not shown'],
    [['base', 'top'], 'stays while used', 'shown'],
    [['top', 'base'], 'stays while used', 'not shown'],
  ] as const)('%j %s: %s', (modules, trait, verdict) => {
    expect(ofTree({ kind: 'tree', modules, trait }, tree).verdict).toBe(verdict);
  });
  test('is not met where what it has beside is missing', () => {
    const check = { kind: 'tree', modules: ['gone'], trait: 'lacks', though: ['away'] } as const;
    expect(ofTree(check, tree).verdict).toBe('not shown');
  });
});
