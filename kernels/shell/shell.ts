/**
 * The operator's shell: a program in user mode, which knows the system by its calls and nothing else. It reads a line,
 * does it, and says in one line what failed.
 *
 * Left out, because no call tells: `ls` (no call lists a directory), and which of its jobs have ended before it waits for
 * them. Words are separated by blanks; there are no quotes, patterns or variables.
 */
import { failureText, statusText } from './failures.ts';
import { APPEND, cat, copy, put, REPLACE, stat } from './files.ts';
import { FIRST_PROGRAM, OPERATOR_PROGRAMS } from './programs.ts';
import type { Steps, System } from './system.ts';

export const PROMPT = '$ ';

/** What the shell knows. */
interface Memory {
  /** Children that it has not waited for: name by tid. */
  readonly jobs: Map<number, string>;
  ended: boolean;
}

interface Command {
  readonly name: string;
  readonly args: string;
  readonly about: string;
  /** How many words it takes. */
  readonly least: number;
  readonly most?: number;
  /** Answers with a negative errno, or 0; a number that is none was told of already. */
  readonly run: (system: System, words: readonly string[], memory: Memory) => Steps<number>;
}

const MANY = Number.POSITIVE_INFINITY;

/** A command that is one call on one path, or on two. */
const onPath = (
  name: string,
  call: 'unlink' | 'mkdir' | 'rmdir',
  args: string,
  about: string,
): Command => ({
  name,
  args,
  about,
  least: 1,
  run: (system, [path = '']) => system.onPath(call, path),
});
const onPaths = (name: string, call: 'rename' | 'link', about: string): Command => ({
  name,
  args: 'FROM TO',
  about,
  least: 2,
  run: (system, [from = '', to = '']) => system.onPaths(call, from, to),
});

/** `echo TEXT`, `echo TEXT > FILE`, `echo TEXT >> FILE`. */
function* echo(system: System, words: readonly string[]): Steps<number> {
  const at = words.findIndex((word) => word === '>' || word === '>>');
  if (at < 0) {
    yield* system.print(`${words.join(' ')}\n`);
    return 0;
  }
  const [path, ...rest] = words.slice(at + 1);
  if (path === undefined || rest.length > 0) {
    yield* system.print(`echo: after ${words[at]} stands the name of one file\n`);
    return 0;
  }
  const text = words.slice(0, at).join(' ');
  return yield* put(system, path, text, words[at] === '>' ? REPLACE : APPEND);
}

function* run(system: System, words: readonly string[], memory: Memory): Steps<number> {
  const background = words.at(-1) === '&';
  const [name = ''] = words;
  const index = OPERATOR_PROGRAMS.findIndex((program) => program.name === name);
  if (index < 0 || words.length > (background ? 2 : 1)) {
    const names = OPERATOR_PROGRAMS.map((program) => program.name).join(', ');
    yield* system.print(`run: takes one of ${names}\n`);
    return 0;
  }
  const tid = yield* system.call('spawn', FIRST_PROGRAM + index);
  if (tid < 0) return tid;
  memory.jobs.set(tid, name);
  if (!background) return yield* waitFor(system, tid, memory);
  yield* system.print(`[${tid}] ${name}\n`);
  return 0;
}

function* waitFor(system: System, tid: number, { jobs }: Memory): Steps<number> {
  const status = yield* system.call('wait', tid);
  if (status < 0) return status;
  yield* system.print(`[${tid}] ${jobs.get(tid) ?? 'task'} ${statusText(status)}\n`);
  jobs.delete(tid);
  return 0;
}

function* listJobs(system: System, { jobs }: Memory): Steps<number> {
  for (const [tid, name] of jobs) yield* system.print(`[${tid}] ${name}, not waited for\n`);
  if (jobs.size === 0) yield* system.print('no jobs\n');
  return 0;
}

function* help(system: System): Steps<number> {
  for (const { name, args, about } of COMMANDS) {
    yield* system.print(`  ${`${name} ${args}`.padEnd(22)} ${about}\n`);
  }
  for (const { name, about } of OPERATOR_PROGRAMS) {
    yield* system.print(`  ${`run ${name}`.padEnd(22)} ${about}\n`);
  }
  yield* system.print('There is no ls: no system call lists a directory.\n');
  return 0;
}

const COMMANDS: readonly Command[] = [
  { name: 'help', args: '', about: 'this list', least: 0, run: help },
  {
    name: 'echo',
    args: 'TEXT [> FILE]',
    about: 'the text to the console, into a file, or behind it (>>)',
    least: 0,
    most: MANY,
    run: echo,
  },
  {
    name: 'cat',
    args: 'FILE ...',
    about: 'what is in files',
    least: 1,
    most: MANY,
    *run(system, paths) {
      for (const path of paths) {
        const result = yield* cat(system, path);
        if (result < 0) yield* system.print(`cat: ${path}: ${failureText(result)}\n`);
      }
      return 0;
    },
  },
  {
    name: 'append',
    args: 'FILE TEXT',
    about: 'a line more in a file',
    least: 2,
    most: MANY,
    run: (system, [path = '', ...words]) => put(system, path, words.join(' '), APPEND),
  },
  {
    name: 'cp',
    args: 'FROM TO',
    about: 'copies a file',
    least: 2,
    run: (system, [from = '', to = '']) => copy(system, from, to),
  },
  onPaths('mv', 'rename', 'another name for a file or directory'),
  onPaths('ln', 'link', 'a second name for a file'),
  onPath('rm', 'unlink', 'FILE', 'takes the name of a file away'),
  onPath('mkdir', 'mkdir', 'DIRECTORY', 'a new directory'),
  onPath('rmdir', 'rmdir', 'DIRECTORY', 'takes an empty directory away'),
  {
    name: 'stat',
    args: 'PATH',
    about: 'what is there',
    least: 1,
    run: (system, [path = '']) => stat(system, path),
  },
  {
    name: 'sync',
    args: '',
    about: 'all to the disk',
    least: 0,
    run: (system) => system.call('sync'),
  },
  {
    name: 'run',
    args: 'PROGRAM [&]',
    about: 'starts a program, and waits for it unless &',
    least: 1,
    most: 3,
    run,
  },
  {
    name: 'jobs',
    args: '',
    about: 'the programs that were not waited for',
    least: 0,
    run: (system, _, memory) => listJobs(system, memory),
  },
  {
    name: 'wait',
    args: 'TASK',
    about: 'waits for a program that was started with &',
    least: 1,
    run: (system, [tid], memory) => waitFor(system, Number(tid), memory),
  },
  {
    name: 'kill',
    args: 'TASK',
    about: 'ends a program',
    least: 1,
    run: (system, [tid]) => system.call('kill', Number(tid)),
  },
  {
    name: 'exit',
    args: '',
    about: 'ends the session',
    least: 0,
    // biome-ignore lint/correctness/useYield: it asks the system for nothing.
    *run(_, __, memory) {
      memory.ended = true;
      return 0;
    },
  },
];

function* obey(system: System, words: readonly string[], memory: Memory): Steps<void> {
  const [name = '', ...args] = words;
  const command = COMMANDS.find((one) => one.name === name);
  if (!command) {
    yield* system.print(`${name}: there is no such command; help lists them\n`);
    return;
  }
  const { least, most = least, run: act } = command;
  if (args.length < least || args.length > most) {
    yield* system.print(`${name}: takes ${command.args || 'nothing else'}\n`);
    return;
  }
  const result = yield* act(system, args, memory);
  if (result < 0) yield* system.print(`${words.join(' ')}: ${failureText(result)}\n`);
}

/** Reads and obeys until `exit`. */
export function* shell(system: System): Steps<void> {
  const memory: Memory = { jobs: new Map(), ended: false };
  yield* system.print('Type help for the commands, exit to end.\n');
  while (!memory.ended) {
    yield* system.print(PROMPT);
    const line = yield* system.readLine();
    if (typeof line === 'number') {
      yield* system.print(`input: ${failureText(line)}\n`);
      return;
    }
    const words = line.split(' ').filter((word) => word !== '');
    if (words.length > 0) yield* obey(system, words, memory);
  }
}
