/** The command as a process: exit codes, where things are printed, closed pipes, colours. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const loader = new URL('../scripts/typescript.mjs', import.meta.url).href;
const main = fileURLToPath(new URL('main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'kernelcheck-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A line of a shell, in which `$KC` is the command. */
const shell = (
  line: string,
  env: NodeJS.ProcessEnv = {},
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } =>
  spawnSync(line, {
    shell: true,
    cwd: folder,
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'],
      KC: `${process.execPath} --import ${loader} ${main}`,
      ...env,
    },
  });

describe('the command', () => {
  test('exits with the verdict, and keeps results and the rest apart', () => {
    const { status, stdout, stderr } = shell(
      '$KC check mutant:no-local-fence --seed 1 --workloads 64 --quiet',
    );
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(/^✗ {2}isolation/);
  });

  test('says what is wrong on standard error, without a stack', () => {
    const { status, stdout, stderr } = shell('$KC check gone.ts');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^kernelcheck: gone\.ts: there is no such file; [^\n]*\n$/);
  });

  test('ends quietly when nobody reads on', () => {
    const { stdout, stderr } = shell('$KC list --json | head -n 1');
    expect([stdout, stderr]).toEqual(['{\n', '']);
  });

  test('is plain in a pipe, coloured when forced to, and --no-color wins', () => {
    const colored = '\u001b[';
    expect(shell('$KC list').stdout).not.toContain(colored);
    expect(shell('$KC list', { FORCE_COLOR: '1' }).stdout).toContain(colored);
    expect(shell('$KC list', { FORCE_COLOR: '1', NO_COLOR: '1' }).stdout).not.toContain(colored);
    expect(shell('$KC list --no-color', { FORCE_COLOR: '1' }).stdout).not.toContain(colored);
  });

  test('follows the width that it is given', () => {
    const widest = (text: string): number =>
      Math.max(...text.split('\n').map((line) => line.length));
    expect(widest(shell('$KC list --calls', { COLUMNS: '60' }).stdout)).toBeLessThanOrEqual(60);
    expect(widest(shell('$KC list --calls', { COLUMNS: '120' }).stdout)).toBeGreaterThan(80);
  });
});
