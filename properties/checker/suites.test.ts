import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildCore } from '../../kernels/core/build.ts';
import { monolithic } from '../../kernels/monolithic/index.ts';
import { PROPERTIES } from '../../spec/properties.ts';
import { factsOf } from '../execute/facts.ts';
import { localExecutor } from '../execute/local.ts';
import { check } from './check.ts';
import { search, workloadsWanted } from './search.ts';
import { suiteOf, suitesFor, workloadsOf } from './suites.ts';

const idsFor = (...groups: Parameters<typeof suitesFor>[0]['implements']): readonly string[] =>
  suitesFor({ implements: groups }).map(({ id }) => id);

test('a suite runs if the kernel claims something that it is about, the core always', () => {
  expect(idsFor()).toEqual(['core']);
  expect(idsFor('tasks', 'files')).toEqual(['core', 'files']);
  expect(idsFor('datagrams')).toEqual(['core', 'files']);
  expect(idsFor('tasks', 'console')).toEqual(['core']);
});

test('a property belongs to the suite that is about its groups', () => {
  for (const property of PROPERTIES) {
    const about = property.groups.some((group) => group === 'files' || group === 'datagrams');
    if (about) expect(suiteOf(property).id).toBe('files');
    if (property.id.startsWith('isolation/')) expect(suiteOf(property).id).toBe('core');
  }
});

test('workloads keep to groups that the kernel claims', () => {
  const facts = { ...factsOf(monolithic), implements: ['tasks', 'memory', 'datagrams'] as const };
  const [, files] = suitesFor(facts);
  if (!files) throw new Error('there is no suite for datagrams');
  const calls = fc
    .sample(workloadsOf(files, facts), { seed: 1, numRuns: 100 })
    .flatMap(({ programs }) => programs.flatMap(({ bodies }) => bodies.flat()))
    .flatMap((operation) => (operation.op === 'call' ? [operation.call] : []));
  expect(calls).toContain('bind');
  for (const name of ['open', 'wait', 'thread', 'write']) expect(calls).not.toContain(name);
});

test('each suite has its own number of workloads, or the one that is asked for', () => {
  const wanted = workloadsWanted(monolithic, {});
  expect(wanted.map(({ suite, wanted: count }) => count === suite.enough)).toEqual(
    wanted.map(() => true),
  );
  const one = workloadsWanted(monolithic, { workloads: 7, suites: ['files'] });
  expect(one.map(({ suite, wanted: count }) => [suite.id, count])).toEqual([['files', 7]]);
});

test('suites are counted apart, and a search may be about one of them', async () => {
  const executor = localExecutor(monolithic);
  const both = await search(executor, { seed: 1, workloads: 30 });
  expect([...both.suites].map(([id, { tally }]) => [id, tally.workloads])).toEqual([
    ['core', 30],
    ['files', 30],
    ['modules', 30],
  ]);
  expect(both.tally.workloads).toBe(90);
  expect(both.suites.get('core')?.tally.share('open')).toBe(0);
  expect(both.suites.get('files')?.tally.share('open')).toBeGreaterThan(0.8);
  const one = await search(executor, { seed: 1, workloads: 30, suites: ['files'] });
  expect([...one.suites.keys()]).toEqual(['files']);
  expect(one.suites.get('files')?.tally.share('open')).toBe(
    both.suites.get('files')?.tally.share('open'),
  );
});

test('a kernel without files is judged by the core alone', async () => {
  const report = await check(localExecutor(buildCore()), { seed: 1, workloads: 30 });
  expect(report.workloads).toBe(30);
  const files = report.properties.filter(({ id }) => id.startsWith('files/'));
  expect(files.length).toBeGreaterThan(0);
  for (const { verdict } of files) expect(verdict).toBe('not claimed');
});
