import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { check } from '../properties/checker/check.ts';
import { fileExecutor } from '../properties/execute/worker-executor.ts';

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const checked = async (name: string, workloads: number) => {
  const executor = await fileExecutor(pathOf(name));
  try {
    return await check(executor, { seed: 3, workloads });
  } finally {
    await executor.close();
  }
};

describe('the first kernel', () => {
  test('is one file of at most 100 lines', () => {
    expect(
      readFileSync(pathOf('first-kernel.ts'), 'utf8').trimEnd().split('\n').length,
    ).toBeLessThanOrEqual(100);
  });

  test('passes everything that it claims', async () => {
    const report = await checked('first-kernel.ts', 1000);
    expect(
      report.properties.filter(({ verdict }) => verdict === 'failed' || verdict === 'inconclusive'),
    ).toEqual([]);
  });

  test('with one line less fails one property, in a story of at most 8 steps', async () => {
    const report = await checked('first-kernel-mistake.ts', 400);
    const failed = report.properties.filter(({ verdict }) => verdict === 'failed');
    expect(failed.map(({ id }) => id)).toContain('isolation/no-access-after-unmap');
    const story = failed.find(({ id }) => id === 'isolation/no-access-after-unmap')?.counterexample;
    expect(story?.steps.length).toBeLessThanOrEqual(8);
    expect(
      story?.steps.flatMap(({ kernel }) => kernel).some(({ line }) => line !== undefined),
    ).toBe(true);
  });
});

test('a kernel of services that are placed by hand passes, behind the boundary too', async () => {
  const report = await checked('placed-kernel.ts', 120);
  expect(report.properties.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
  expect(report.properties.find(({ id }) => id === 'faults/stay-in-the-service')).toMatchObject({
    verdict: 'passed',
  });
});

describe('the minimal layered kernel', () => {
  const files = readdirSync(pathOf('layered')).map((name) => pathOf(`layered/${name}`));

  test('is at most 120 lines of code', () => {
    const lines = files.flatMap((file) => readFileSync(file, 'utf8').split('\n'));
    const code = lines.filter((line) => !/^\s*(\/\/.*)?$/.test(line));
    expect(code.length).toBeLessThanOrEqual(120);
  });

  test('passes everything that it claims', async () => {
    const report = await checked('layered', 600);
    expect(
      report.properties.filter(({ verdict }) => verdict === 'failed' || verdict === 'inconclusive'),
    ).toEqual([]);
  });
});
