/** Claims and comparisons from the command line: what is printed and written, and what is refused. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ExitCode } from './exit-codes.ts';
import { runCommand } from './program.ts';
import { recordedShell } from './testing.ts';

const folder = mkdtempSync(join(tmpdir(), 'kernelcheck-claims-'));
afterAll(() => rmSync(folder, { recursive: true }));

const run = async (
  ...args: readonly string[]
): Promise<{ code: number; out: string; err: string }> => {
  const shell = recordedShell();
  const code = await runCommand(args, () => shell);
  return { code, out: shell.printed(), err: shell.noted() };
};
const FEW = ['--seed', '1', '--workloads', '1'];

describe('claims', () => {
  test('of one architecture are judged, and what fails is a finding: the exit code is 0', async () => {
    const { code, out } = await run('claims', '--architecture', 'microkernel', ...FEW);
    expect(code).toBe(ExitCode.passed);
    expect(out).toMatch(/^The textbook’s claims, by 6 workloads on monolithic, microkernel, /);
    expect(out).toContain('microkernel/modular');
    expect(out).not.toContain('hybrid/compromise');
  });
});

describe('compare', () => {
  test('prints one document, and writes a page of charts', async () => {
    const out = join(folder, 'deep', 'er');
    const ran = await run('compare', ...FEW, '--json', '--out', out);
    expect(ran.code).toBe(ExitCode.passed);
    expect(JSON.parse(ran.out).kernels).toHaveLength(3);
    expect(readdirSync(out)).toEqual(['comparison.html', 'comparison.json']);
    expect(readFileSync(join(out, 'comparison.json'), 'utf8')).toBe(ran.out);
    expect(readFileSync(join(out, 'comparison.html'), 'utf8')).toMatch(/^<!doctype html>/);
  });
});

describe('bad input is one sentence', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  test.each([
    [
      ['claims', '--architecture', 'monlithic'],
      'kernelcheck: --architecture takes kernel, monolithic, microkernel, hybrid, layered or modules, not "monlithic"; did you mean monolithic?\n',
    ],
    [
      ['compare', '--placements', 'some'],
      'kernelcheck: --placements takes named or all, not "some".\n',
    ],
    [
      ['compare', '--out', join(file, 'x')],
      `kernelcheck: --out: ${file}/x cannot be written to (part of the path is a file); give a folder of your own.\n`,
    ],
  ])('%j', async (args, said) => {
    expect(await run(...args)).toEqual({ code: ExitCode.badInput, out: '', err: said });
  });
});
