/** The command line from end to end: what is printed, what is written, and the exit code. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ExitCode } from './exit-codes.ts';
import { runCommand } from './program.ts';
import { type RecordedShell, recordedShell } from './testing.ts';
import { demoVerb } from './verbs/demo.ts';

const before = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'kernelcheck-'));
beforeAll(() => process.chdir(folder));
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}
const run = async (...args: readonly string[]): Promise<Ran> => {
  const shell = recordedShell();
  const code = await runCommand(args, () => shell);
  return { code, out: shell.printed(), err: shell.noted() };
};

const FEW = ['--seed', '1', '--workloads', '64'];
const BROKEN = ['check', 'mutant:no-local-fence', ...FEW];

describe('run', () => {
  test('types a script into the shell, and shows the session', async () => {
    writeFileSync('commands.txt', 'echo hello > a\r\ncat a\nexit\n');
    const { code, out, err } = await run('run', 'layered', '--script', 'commands.txt');
    expect([code, err]).toEqual([ExitCode.passed, '']);
    expect(out).toBe(
      'Type help for the commands, exit to end.\n$ echo hello > a\n$ cat a\nhello\n$ exit\n',
    );
  });

  test('names the kernels that there are, and the script that there is not', async () => {
    const unknown = await run('run', 'layerd');
    expect(unknown.code).toBe(ExitCode.badInput);
    expect(unknown.err).toBe(
      'kernelcheck: there is no kernel "layerd" that ships (did you mean `layered`?); there are monolithic, microkernel, hybrid, layered.\n',
    );
    const missing = await run('run', 'layered', '--script', 'nothing.txt');
    expect(missing.code).toBe(ExitCode.badInput);
    expect(missing.err).toBe('kernelcheck: --script: "nothing.txt" cannot be read (ENOENT).\n');
  });
});

describe('check', () => {
  test('exits with 0 when everything claimed has passed', async () => {
    const { code, out, err } = await run(
      'check',
      'monolithic',
      ...FEW,
      '--property',
      'abi/unknown-calls',
    );
    expect([code, err]).toEqual([ExitCode.passed, '']);
    expect(out).toMatch(/^monolithic, a monolithic kernel\n64 workloads, .*, seed 1\n/);
    expect(out).toMatch(/\nPASSED {2}1 passed of 1 claimed property\n$/);
  });

  test('exits with 3 when a pass would mean little', async () => {
    const { code, out } = await run('check', 'monolithic', '--seed', '1', '--workloads', '5');
    expect(code).toBe(ExitCode.inconclusive);
    expect(out).toContain('only 5 workloads were run');
  });

  test('exits with 1 when a property failed, and tells a story that can be replayed', async () => {
    const { code, out } = await run(...BROKEN);
    expect(code).toBe(ExitCode.failed);
    expect(out).toContain('Once unmap has returned, nobody reaches the page, on any hart.');
    const file = /Again {5}npx kernelcheck replay (\.kernelcheck\/\d+\.json)/.exec(out)?.[1];
    expect(existsSync(file ?? '')).toBe(true);
  });

  test('saves the same counterexample once, and overwrites none', async () => {
    const files = readdirSync('.kernelcheck');
    const texts = files.map((name) => readFileSync(join('.kernelcheck', name), 'utf8'));
    await run(...BROKEN);
    expect(readdirSync('.kernelcheck')).toEqual(files);
    await run('check', 'mutant:page-zero', ...FEW, '--property', 'abi/memory');
    expect(readdirSync('.kernelcheck').length).toBe(files.length + 1);
    expect(files.map((name) => readFileSync(join('.kernelcheck', name), 'utf8'))).toEqual(texts);
  });

  test('prints one document with --json, the same for the same seed', async () => {
    const { code, out, err } = await run(...BROKEN, '--json');
    const { kernel, seed, verdict } = JSON.parse(out);
    expect([code, err, kernel, seed, verdict]).toEqual([
      1,
      '',
      'mutant:no-local-fence',
      1,
      'failed',
    ]);
    expect((await run(...BROKEN, '--json')).out).toBe(out);
  });

  test('prints the verdict and what is not well with --quiet', async () => {
    const { out } = await run(...BROKEN, '--quiet', '--property', 'isolation/no-*');
    expect(out).toMatch(
      /^✗ {2}isolation\/no-access-after-unmap {2}npx kernelcheck replay \S+\nFAILED .*\n$/,
    );
  });

  test('chooses a seed and says which', async () => {
    const args = ['check', 'monolithic', '--workloads', '20', '--quiet', '--property', 'abi/tasks'];
    const seeds = [await run(...args), await run(...args)].map(
      ({ out }) => /seed (\d+)/.exec(out)?.[1],
    );
    expect(Number(seeds[0])).toBeGreaterThanOrEqual(0);
    expect(seeds[0]).not.toBe(seeds[1]);
  });

  test('stops after --time', async () => {
    const start = performance.now();
    const { code } = await run('check', 'monolithic', '--seed', '1', '--time', '0.2', '--quiet');
    expect([ExitCode.passed, ExitCode.inconclusive]).toContain(code);
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  test('writes renderings and counterexamples with --report', async () => {
    const { err } = await run(...BROKEN, '--report', 'made/for it');
    expect(err).toBe('Written to made/for it: report.md, report.json, junit.xml\n');
    expect(readdirSync('made/for it').sort()).toEqual([
      '1.json',
      'junit.xml',
      'report.json',
      'report.md',
    ]);
    const report = JSON.parse(readFileSync('made/for it/report.json', 'utf8'));
    const again = report.properties.flatMap(
      ({ counterexample: one }: { counterexample?: { replay: string } }) => one?.replay ?? [],
    );
    expect(again).toContain("npx kernelcheck replay 'made/for it/1.json'");
  });

  test('says so when counterexamples cannot be saved, and goes on', async () => {
    const elsewhere = mkdtempSync(join(folder, 'other-'));
    process.chdir(elsewhere);
    writeFileSync('.kernelcheck', 'a file in the way');
    const { code, err } = await run(...BROKEN, '--quiet');
    process.chdir(folder);
    expect([code, err]).toEqual([
      1,
      'Counterexamples are not saved: .kernelcheck: it is a file.\n',
    ]);
  });
});

describe('replay', () => {
  test('shows a saved story again, exactly', async () => {
    const told = (text: string): string | undefined =>
      /^FAILED {2}isolation[\s\S]*?Smallest.*$/m.exec(text)?.[0];
    const { out } = await run(
      ...BROKEN,
      '--report',
      'saved',
      '--property',
      'isolation/no-access-after-unmap',
    );
    const again = await run('replay', 'saved/1.json');
    expect(again.code).toBe(ExitCode.failed);
    expect(told(again.out)).toBe(told(out));
    expect(again.out).toContain('Again     npx kernelcheck replay saved/1.json\n');
    expect(again.out).toMatch(/\nmutant:no-local-fence fails again in the same way\.\n$/);
  });

  test('runs it on another kernel', async () => {
    const { code, out } = await run('replay', 'saved/1.json', 'monolithic', '--quiet');
    expect([code, out]).toEqual([
      0,
      'monolithic passes this workload: isolation/no-access-after-unmap is not broken by it.\n',
    ]);
  });
});

describe('list', () => {
  test('names kernels, properties, mutants and variants', async () => {
    const { code, out } = await run('list');
    expect(code).toBe(0);
    for (const word of ['monolithic', 'isolation/integrity', 'no-local-fence', 'lifo'])
      expect(out).toContain(word);
  });

  test('shows the call table, or one document', async () => {
    expect((await run('list', '--calls')).out).toContain(' 6  map(va, prot)');
    expect(JSON.parse((await run('list', '--json')).out)).toHaveProperty('mutants');
  });
});

test('the demo shows a kernel that passes and one that fails, and always ends well', async () => {
  const shell: RecordedShell = recordedShell();
  expect(await demoVerb(shell, { workloads: 200 })).toBe(0);
  const out = shell.printed();
  expect(out).toContain('1  monolithic');
  expect(out).toMatch(/2 {2}.*first-kernel-mistake\.ts/);
  expect(out).toContain('Smallest');
  expect(out).toContain('cp ');
});

describe('bad input', () => {
  beforeAll(() => {
    writeFileSync('text.txt', 'no kernel');
    writeFileSync('broken.json', '{');
    writeFileSync('broken.ts', 'export default {');
    writeFileSync(
      'misplaced.ts',
      "import { linkKernel } from 'kernelcheck';\nexport default linkKernel({ name: 'm', placement: { clock: 'user' } });",
    );
  });

  test.each([
    ['chek x', /unknown command 'chek' \(Did you mean check\?\) Try kernelcheck --help\./],
    ['check', /missing required argument 'kernel'/],
    ['check a b', /too many arguments for 'check'/],
    ['check monolithic --sed 3', /unknown option '--sed' \(Did you mean --seed\?\)/],
    ['check monolithic --seed', /option '--seed <number>' argument missing/],
    ['check monolithic --seed x', /--seed takes a whole number/],
    ['check monolithic --workloads -4', /--workloads takes a whole number/],
    ['check monolithic --time soon', /--time takes a number of seconds/],
    ['check monolithic --property nothing/at-all', /no property is called "nothing\/at-all"/],
    ['check monolithc', /there is no kernel "monolithc" \(did you mean `monolithic`\?\)/],
    ['check mutant:nobody', /there is no mutant "nobody"/],
    ['check gone.ts', /gone\.ts: there is no such file/],
    ['check broken.ts', /broken\.ts:1:\d+: /],
    [
      'check misplaced.ts',
      /misplaced\.ts cannot be linked: the placement names clock, which is no/,
    ],
    [
      'check monolithic --report text.txt',
      /--report: text\.txt cannot be written to \(it is a file\)/,
    ],
    ['replay', /missing required argument 'file'/],
    ['replay gone.json', /gone\.json cannot be read \(there is no such file\)/],
    ['replay .', /\. cannot be read \(it is a folder\)/],
    ['replay broken.json', /broken\.json is not a saved counterexample: it is not JSON/],
    ['list extra', /too many arguments for 'list'/],
  ])('%s: one sentence, exit code 2', async (line, sentence) => {
    const { code, out, err } = await run(...line.split(' '));
    expect([code, out]).toEqual([ExitCode.badInput, '']);
    expect(err).toMatch(sentence);
    expect(err).toMatch(/^kernelcheck: [^\n]+[.?]\n$/);
  });

  test('is told with a stack only after --debug', async () => {
    const { err } = await run('check', 'gone.ts', '--debug');
    expect(err).toMatch(/^kernelcheck: gone\.ts: .*\n.*\n\s+at /);
  });

  test('without a verb shows the help', async () => {
    const { code, err } = await run();
    expect(code).toBe(ExitCode.badInput);
    expect(err).toContain('Usage: kernelcheck');
  });
});

test('help and version are no errors', async () => {
  const help = await run('check', '--help');
  expect([help.code, help.err]).toEqual([0, '']);
  expect(help.out).toContain('--workloads <n>');
  expect((await run('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test('a fault of kernelcheck itself is told as one', async () => {
  const shell = recordedShell();
  const broken = {
    ...shell,
    out: () => {
      throw new Error('no paper');
    },
  };
  expect(await runCommand(['list'], () => broken)).toBe(ExitCode.internal);
  expect(shell.noted()).toBe(
    'kernelcheck: a fault of kernelcheck itself: no paper (--debug shows where)\n',
  );
});
