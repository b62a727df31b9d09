import { afterAll, describe, expect, it } from 'vitest';
import { defineKernel } from '../../hardware/contract.ts';
import { KernelFolder, workload } from './fixtures/kernel-file.ts';
import { endingOf, withExecutor } from './fixtures/observe.ts';
import { localExecutor } from './local.ts';
import { printable, siteOf, tellMessage } from './sites.ts';

const folder = new KernelFolder();
afterAll(() => folder.remove());

describe('a traced run of a kernel file', () => {
  it('names the line of the file for each write and each call', async () => {
    await withExecutor(folder.kernel(), {}, async (executor) => {
      const { notes } = await executor.trace(workload);
      const sites = notes.flatMap((note) =>
        note.kind === 'snapshot' ? [] : [[note.kind, executor.site(note.stack)] as const],
      );
      // The entries of root and leaf table are written at lines 13 and 14, satp at 26.
      expect(sites).toContainEqual(['write', { line: 13 }]);
      expect(sites).toContainEqual(['write', { line: 14 }]);
      expect(sites).toContainEqual(['call', { line: 26 }]);
      expect(sites.every(([, site]) => site !== undefined)).toBe(true);
    });
  });

  it('names the other file where the line is in one', async () => {
    folder.file('export const flush = (hart): void => {\n  hart.fence();\n};', 'flush.ts');
    const inserted = { top: "import { flush } from './flush.ts';", handler: 'flush(hart);' };
    await withExecutor(folder.kernel(inserted), {}, async (executor) => {
      const { notes } = await executor.trace(workload);
      const sites = notes.map((note) => (note.kind === 'call' ? executor.site(note.stack) : 0));
      expect(sites).toContainEqual({ line: 2, file: `${folder.path}/flush.ts` });
    });
  });

  it('has the log of a run that is not traced', async () => {
    await withExecutor(folder.kernel(), {}, async (executor) => {
      const run = await executor.run(workload);
      const traced = await executor.trace(workload);
      expect([...traced.words.subarray(0, traced.length)]).toEqual([
        ...run.words.subarray(0, run.length),
      ]);
    });
  });
});

it('a shipped kernel has its places within the package', async () => {
  const executor = localExecutor(
    defineKernel({
      name: 'local',
      architecture: 'monolithic',
      implements: ['tasks'],
      boot: () => {
        throw new TypeError('local');
      },
    }),
  );
  const { halt, message } = endingOf(await executor.run(workload));
  expect(halt).toBe('boot-failed');
  // Files of this folder are the checker's, so the place of this very test is left out.
  expect(message).toBe('TypeError: local');
});

it('a told stack leads to its first line', () => {
  expect(siteOf('    at unmap (a/first.ts:57:9)\n    at first.ts:3:1')).toEqual({
    file: 'a/first.ts',
    line: 57,
  });
  expect(siteOf('')).toBeUndefined();
});

it('a message is one line without control characters', () => {
  expect(
    tellMessage('Error: a\u001b[31mb\nError: …\n    at x (y.ts:1:2)', () => '    at x (y.ts:1:2)'),
  ).toBe('Error: a�[31mb (y.ts:1)');
  expect(printable('tab\tand line\nstay, \u0007 and \u202e do not')).toBe(
    'tab\tand line\nstay, � and � do not',
  );
  expect(tellMessage('x'.repeat(999), (stack) => stack)).toHaveLength(301);
});
