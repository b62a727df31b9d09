import { describe, expect, test } from 'vitest';
import { defineKernel, type Kernel } from '../../hardware/contract.ts';
import { buildCore } from '../../kernels/core/build.ts';
import { routines } from '../../kernels/core/routines.ts';
import { monolithic } from '../../kernels/monolithic/index.ts';
import { ABI_GROUPS } from '../../spec/abi.ts';
import { PROPERTIES } from '../../spec/properties.ts';
import { localExecutor } from '../execute/local.ts';
import type { Report } from '../report.ts';
import { check } from './check.ts';
import { replay } from './replay.ts';
import { matching } from './select.ts';
import { distributionOf } from './tally.ts';

const verdictOf = (report: Report, id: string): string | undefined =>
  report.properties.find((property) => property.id === id)?.verdict;

const storyOf = (report: Report, id: string) =>
  report.properties.find((property) => property.id === id)?.counterexample;

const checked = (kernel: Kernel, workloads = 300, seed = 3): Promise<Report> =>
  check(localExecutor(kernel), { seed, workloads });

describe('check', () => {
  test('passes the reference kernel, every property exercised', async () => {
    const report = await checked(monolithic, 700);
    const others = report.properties.filter(({ verdict }) => verdict !== 'passed');
    const elsewhere = PROPERTIES.filter(
      ({ needsServices, needsLayers, needsModulesOutside, groups }) =>
        needsServices || needsLayers || needsModulesOutside || groups.includes('ipc'),
    );
    expect(others.map(({ id, verdict }) => [id, verdict])).toEqual(
      elsewhere.map(({ id }) => [id, 'not claimed']),
    );
    expect(report.verdict).toBe('passed');
    expect(report.eventsPerWorkload[2]).toBeGreaterThanOrEqual(60);
  });

  test('is a function of kernel and seed', async () => {
    const kernel = buildCore({ zeroFrame: () => undefined });
    const [one, two] = [await checked(kernel, 128), await checked(kernel, 128)];
    expect(one).toEqual(two);
    expect((await checked(kernel, 128, 4)).events).not.toBe(one.events);
  });

  test('tells a missing fence as a short story, and what shares its cause once', async () => {
    const report = await checked(buildCore({ fencePage: () => undefined }));
    const story = storyOf(report, 'isolation/no-access-after-unmap');
    expect(report.verdict).toBe('failed');
    expect(story?.clause).toBe('stale-after-unmap');
    expect(story?.minimal.verified).toBe(true);
    expect(story?.steps.length).toBeLessThanOrEqual(6);
    expect(story?.steps.at(-1)?.violates).toBe(true);
    expect(story?.explanation.mark?.text).toBe('← stale');
  });

  test('finds a leak that no single run shows: two runs differ', async () => {
    const kernel = buildCore({
      write: (k, hart, task, va, length, a2) => {
        // A short count is allowed; here it depends on words of frames that are not the caller's.
        const words = k.image.freeFrames.map((frame) => k.machine.frame(frame)[0] ?? 0);
        const short = words.filter((word) => word !== 0).length % 3;
        return routines.write(k, hart, task, va, Math.max(Math.min(length, 1), length - short), a2);
      },
    });
    const report = await checked(kernel, 1200);
    expect(
      report.properties.filter(({ verdict }) => verdict === 'failed').map(({ id }) => id),
    ).toEqual(['isolation/confidentiality']);
    expect(
      storyOf(report, 'isolation/confidentiality')?.steps.some(({ text }) => text.includes('|')),
    ).toBe(true);
  });

  test('names a kernel that behaves differently each time, instead of blaming it for something else', async () => {
    let boots = 0;
    const kernel = defineKernel({
      ...monolithic,
      boot: (machine, image) => {
        boots += 1;
        const start = boots % 2 === 0 ? image.start : [...image.start].reverse();
        return monolithic.boot(machine, { ...image, start });
      },
    });
    const report = await checked(kernel, 200);
    expect(verdictOf(report, 'determinism/same-run-twice')).toBe('failed');
    expect(report.properties.filter(({ verdict }) => verdict === 'failed')).toHaveLength(1);
  });

  test('calls too few workloads inconclusive, never passed', async () => {
    const report = await checked(monolithic, 5);
    expect(report.verdict).toBe('inconclusive');
    expect(report.properties.some(({ verdict }) => verdict === 'passed')).toBe(false);
  });

  test('reports what a kernel does not implement as not claimed', async () => {
    const kernel = defineKernel({ ...monolithic, implements: ['tasks', 'memory'] });
    const report = await checked(kernel, 200);
    expect(verdictOf(report, 'abi/console')).toBe('not claimed');
    const claimed: readonly string[] = kernel.implements;
    expect(report.notClaimed).toEqual(ABI_GROUPS.filter((group) => !claimed.includes(group)));
    expect(report.verdict).not.toBe('failed');
  });

  test('stops generating when its time is up', async () => {
    let now = 0;
    const clock = (): number => (now += 600);
    const report = await check(localExecutor(monolithic), {
      seed: 1,
      workloads: 10_000,
      seconds: 1,
      clock,
    });
    expect(report.workloads).toBeLessThan(200);
  });

  test('a kernel that throws fails one property, and the others are still reported', async () => {
    const kernel = buildCore({
      unmap: () => {
        throw new Error('not written yet');
      },
    });
    const report = await checked(kernel);
    const story = storyOf(report, 'control/kernel-stays-up');
    expect(story?.observed).toContain('not written yet');
    expect(verdictOf(report, 'abi/tasks')).toBe('passed');
  });
});

describe('replay', () => {
  test('shows a saved counterexample again, and passes where the kernel was mended', async () => {
    const kernel = buildCore({ zeroFrame: () => undefined });
    const story = storyOf(await checked(kernel), 'isolation/fresh-pages-are-zero');
    if (!story) throw new Error('no story');
    const saved = JSON.parse(JSON.stringify(story));
    const again = await replay(localExecutor(kernel), saved);
    expect(again.reproduced).toBe(true);
    expect(again.counterexample?.steps).toEqual(story.steps);
    expect((await replay(localExecutor(monolithic), saved)).reproduced).toBe(false);
  });
});

test('a glob selects properties by id', () => {
  expect(matching('abi/*').every(({ id }) => id.startsWith('abi/'))).toBe(true);
  expect(matching('*zero').map(({ id }) => id)).toEqual(['isolation/fresh-pages-are-zero']);
  expect(matching('nothing')).toEqual([]);
});

test('a distribution names its quantiles', () => {
  expect(distributionOf([5, 1, 3, 2, 4])).toEqual([1, 1, 3, 5, 5]);
  expect(distributionOf([])).toEqual([0, 0, 0, 0, 0]);
});
