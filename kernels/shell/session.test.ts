/** Sessions at the console, on every kernel that ships. */
import { describe, expect, test } from 'vitest';
import { hybrid } from '../hybrid/index.ts';
import { layered } from '../layered/index.ts';
import { microkernel } from '../microkernel/index.ts';
import { monolithic } from '../monolithic/index.ts';
import { transcriptOf } from './dialogue.ts';
import { Session } from './session.ts';

const KERNELS = [monolithic, microkernel, hybrid, layered].map(
  (kernel) => [kernel.name, kernel] as const,
);
const PLAIN = { trace: false, width: 80 };

/** What is typed stands behind the prompts: the transcript is the script, too. */
const typedIn = (transcript: string): readonly string[] =>
  transcript
    .split('\n')
    .filter((line) => line.startsWith('$ '))
    .map((line) => line.slice(2));

const GREETING = 'Type help for the commands, exit to end.\n';

const FILES = `${GREETING}$ mkdir plans
$ echo two bridges > plans/a
$ echo three >> plans/a
$ append plans/a and four
$ cat plans/a
two bridges
three
and four
$ stat plans/a
plans/a: a file of 27 bytes
$ stat plans
plans: a directory
$ cp plans/a b
$ ln b c
$ mv c plans/d
$ rm b
$ cat plans/d b
two bridges
three
and four
cat: b: ENOENT: no such file or directory
$ echo > plans/d
$ cat plans/d

$ rmdir plans
rmdir plans: ENOTEMPTY: the directory is not empty
$ cat plans
cat: plans: EISDIR: it is a directory
$ mkdir plans/a/x
mkdir plans/a/x: ENOTDIR: not a directory
$ echo x > abcdefghijklm
echo x > abcdefghijklm: ENAMETOOLONG: a name has at most 12 bytes, a path 63
$ cp nothing e
cp nothing e: ENOENT: no such file or directory
$ sync
$ exit
`;

const TASKS = `${GREETING}$ jobs
no jobs
$ run count
count: 1 of 5
count: 2 of 5
count: 3 of 5
count: 4 of 5
count: 5 of 5
[2] count ended with 0
$ run crash
[3] crash was stopped by a fault: load page fault
$ run wild
[4] wild was stopped by a fault: store page fault
$ run seize
[5] seize was stopped by a fault: illegal instruction
$ run spin &
[6] spin
$ jobs
[6] spin, not waited for
$ kill 6
$ wait 6
[6] spin was killed
$ wait 6
wait 6: ECHILD: not a child of the shell, or waited for already
$ kill 99
kill 99: ESRCH: no such task, or it has ended
$ run tetris
run: takes one of spin, count, crash, wild, seize, bomb
$ exit
`;

const WORDS = `${GREETING}$ 
$ dir
dir: there is no such command; help lists them
$ mkdir
mkdir: takes DIRECTORY
$ sync now
sync: takes nothing else
$ echo a > b c
echo: after > stands the name of one file
$ echo   größer   als
größer als
$ exit
`;

describe.each(KERNELS)('the shell on %s', (_, kernel) => {
  test.each([0, 5, 77])('works with files, in every order of harts (seed %i)', (seed) => {
    expect(transcriptOf(new Session(kernel, seed), typedIn(FILES), PLAIN)).toBe(FILES);
  });

  test.each([0, 5, 77])('starts, waits for and ends programs (seed %i)', (seed) => {
    expect(transcriptOf(new Session(kernel, seed), typedIn(TASKS), PLAIN)).toBe(TASKS);
  });

  test('says what a line lacks, and takes any characters', () => {
    expect(transcriptOf(new Session(kernel), typedIn(WORDS), PLAIN)).toBe(WORDS);
  });

  test('survives a program that takes all memory', () => {
    const text = transcriptOf(new Session(kernel), ['run bomb', 'run bomb', 'echo alive'], PLAIN);
    expect(text.match(/bomb: (\d+) tasks, then ENOMEM/g)).toHaveLength(2);
    expect(new Set(text.match(/bomb: \d+ tasks/g)).size).toBe(1); // nothing is lost
    expect(text).toMatch(/\nalive\n\$ \n$/);
  });

  test('reads while a program in the background writes', () => {
    const lines = ['run count &', 'run count &', 'echo a line', 'wait 2', 'wait 3', 'exit'];
    const text = transcriptOf(new Session(kernel), lines, PLAIN);
    for (const number of [1, 2, 3, 4, 5]) {
      expect(text.split(`count: ${number} of 5`)).toHaveLength(3);
    }
    expect(text).toContain('[2] count ended with 0\n');
    expect(text).toContain('[3] count ended with 0\n');
    expect(text).toContain('a line\n');
  });

  test('ends where the script ends, and gives a program up that never does', () => {
    const session = new Session(kernel);
    expect(transcriptOf(session, [], PLAIN)).toBe(`${GREETING}$ \n`);
    expect(transcriptOf(new Session(kernel), ['run spin', 'echo no'], PLAIN)).toBe(
      `${GREETING}$ run spin\n(the shell still waits for the program: it was given up)\n`,
    );
  });

  test('is the same each time', () => {
    const lines = ['run count &', 'run spin &', 'cat nothing', 'kill 3', 'wait 3'];
    const again = () => transcriptOf(new Session(kernel, 9), lines, { trace: true, width: 80 });
    expect(again()).toBe(again());
  });
});

describe('the trace', () => {
  test('shows how far down the layers each system call went', () => {
    const lines = ['mkdir plans', 'echo two > plans/a', 'exit'];
    expect(
      transcriptOf(new Session(layered), lines, { trace: true, width: 80 }),
    ).toMatchInlineSnapshot(`
      "Type help for the commands, exit to end.
      $ mkdir plans
          6 user programs   mkdir
          5 programs            1
          4 buffering           2
          3 console             6
          2 segments            6
          1 processor           7
          crossings            22
      $ echo two > plans/a
          6 user programs   open   fwrite   close
          5 programs           1        1       1
          4 buffering          2        2       2
          3 console            6        6       5
          2 segments           6        6       5
          1 processor          7        7       6
          crossings           22       22      19
      $ exit
      "
    `);
  });

  test('shows the services that took part, where there are no layers', () => {
    const lines = ['mkdir plans', 'run crash'];
    expect(
      transcriptOf(new Session(monolithic), lines, { trace: true, width: 80 }),
    ).toMatchInlineSnapshot(`
      "Type help for the commands, exit to end.
      $ mkdir plans
          user programs   mkdir
          files               1
          crossings           1
      $ run crash
      [2] crash was stopped by a fault: load page fault
          user programs   spawn   wait   write
          console             ·      ·       1
          crossings           0      0       1
      $ 
      "
    `);
  });

  test('breaks its columns to the width of the terminal', () => {
    const lines = ['echo two > a', 'cp a b', 'cat b'];
    const text = transcriptOf(new Session(layered), lines, { trace: true, width: 40 });
    expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(40);
  });
});

describe('a kernel that cannot go on', () => {
  test('is told of, with the reason', () => {
    const broken = {
      ...monolithic,
      boot: () => {
        throw new Error('no frame left');
      },
    };
    const session = new Session(broken);
    expect(transcriptOf(session, ['help'], PLAIN)).toBe(
      '\n(the kernel has stopped: Error: no frame left)\n',
    );
    expect(session.state).toBe('halted');
  });
});
