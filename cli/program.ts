/**
 * The command line: verbs, options and what they take. Each verb is a function of a shell, its arguments and its flags;
 * whatever goes wrong becomes one sentence and an exit code here, and nowhere else.
 */
import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { SUITES } from '../properties/checker/suites.ts';
import { BadInput } from '../properties/execute/bad-input.ts';
import { BadTree } from '../trees/bad-tree.ts';
import { ExitCode } from './exit-codes.ts';
import { type Shell, terminalShell } from './shell.ts';
import {
  parseArchitecture,
  parseGraphFormat,
  parseOperations,
  parsePlacements,
  parseProperty,
  parseSeconds,
  parseSeed,
  parseWorkloads,
  Usage,
} from './usage.ts';
import { type CheckFlags, checkVerb } from './verbs/check.ts';
import { type ClaimsFlags, claimsVerb } from './verbs/claims.ts';
import { type CompareFlags, compareVerb } from './verbs/compare.ts';
import { demoVerb } from './verbs/demo.ts';
import { type ListFlags, listVerb } from './verbs/list.ts';
import { MATRIX_SEED, matrixVerb } from './verbs/matrix.ts';
import { MODULES_VERBS, type ModulesFlags, modulesVerb, TREE_CHECK } from './verbs/modules.ts';
import { replayVerb } from './verbs/replay.ts';
import { type RunFlags, runVerb } from './verbs/run.ts';

interface Common {
  readonly color: boolean;
  readonly debug?: boolean;
}

/** Runs one command. @param args without the program's name @param openShell what to print to, with colour or without */
export const runCommand = async (
  args: readonly string[],
  openShell: (color: boolean) => Shell = terminalShell,
): Promise<ExitCode> => {
  let code: ExitCode = ExitCode.passed;
  const program = commandLine(openShell, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    return failure(error, openShell(false), args.includes('--debug'));
  }
};

const commandLine = (open: (color: boolean) => Shell, done: (code: ExitCode) => void): Command => {
  const { version } = createRequire(import.meta.url)('kernelcheck/package.json') as {
    version: string;
  };
  const program = new Command('kernelcheck')
    .description(
      'Checks whether an operating-system kernel keeps the promises of its architecture.',
    )
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => open(false).out(text),
      writeErr: (text) => open(false).note(text),
      outputError: () => {}, // told by failure()
    })
    .addHelpText('after', EXIT_CODES);
  const verb = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .option('--no-color', 'no colours, whatever the terminal can do')
      .option('--debug', 'after an error, show where it was raised');

  verb(
    'check <kernel>',
    'check a kernel: a shipped name, mutant:<id>, variant:<id>, or the path of a .ts or .js file',
  )
    .option(
      '--seed <number>',
      'generate the same workloads again (default: another seed each time)',
      parseSeed,
    )
    .option(
      '--workloads <n>',
      `how many workloads of each suite to run (default: ${SUITES.map(({ id, enough }) => `${id} ${enough}`).join(', ')})`,
      parseWorkloads,
    )
    .option('--time <seconds>', 'stop generating after so many seconds', parseSeconds)
    .option(
      '--property <glob>',
      'judge only properties with such an id: isolation/*',
      parseProperty,
    )
    .option('--json', 'print one JSON document (schema/report.schema.json)')
    .option('--quiet', 'print the verdict and what is not well, nothing else')
    .option(
      '--report <dir>',
      'write report.md, report.json, junit.xml and the counterexamples there',
    )
    .action(async (kernel: string, flags: CheckFlags & Common) =>
      done(await checkVerb(open(flags.color), kernel, flags)),
    );
  verb(
    'replay <file> [kernel]',
    'run a saved counterexample again, on the same kernel or on another',
  )
    .option('--quiet', 'print the outcome, not the story')
    .action(async (file: string, kernel: string | undefined, flags: { quiet?: boolean } & Common) =>
      done(await replayVerb(open(flags.color), file, kernel, flags)),
    );
  verb('list', 'list kernels, properties, mutants and variants')
    .option('--calls', 'the system calls instead: arguments, results, every error')
    .option('--json', 'print one JSON document (schema/list.schema.json)')
    .action((flags: ListFlags & Common) => done(listVerb(open(flags.color), flags)));
  verb('demo', 'check a kernel that passes and one that fails, and show its story')
    .option('--seed <number>', 'another seed', parseSeed)
    .action(async (flags: { seed?: number } & Common) =>
      done(await demoVerb(open(flags.color), flags)),
    );
  verb('run <kernel>', 'use a shipped kernel: a shell for its files, tasks and console')
    .option('--script <file>', 'type the lines of this file (default: what you type, or a pipe)')
    .option('--seed <number>', 'other turns of the harts, another disk (default: 0)', parseSeed)
    .option('--trace', 'after each command, how far down its system calls went')
    .action(async (kernel: string, flags: RunFlags & Common) =>
      done(await runVerb(open(flags.color), kernel, flags)),
    );
  verb('matrix', 'show which property catches which mutant')
    .option('--seed <number>', `another seed (default: ${MATRIX_SEED})`, parseSeed)
    .option('--quiet', 'no progress')
    .action(async (flags: { seed?: number; quiet?: boolean } & Common) =>
      done(await matrixVerb(open(flags.color), flags)),
    );
  measuring(verb, open, done);
  verb('modules [tree] [question...]', 'ask about the modules of a real Linux kernel')
    .option('--json', 'print one JSON document (schema/modules.schema.json)')
    .option('--format <format>', 'of graph: svg (default) or dot', parseGraphFormat)
    .option('--out <file>', 'of graph: write it there')
    .option('--seed <number>', `of check: another order (default: ${TREE_CHECK.seed})`, parseSeed)
    .option(
      '--operations <number>',
      `of check: so many before all is unloaded (default: ${TREE_CHECK.operations})`,
      parseOperations,
    )
    .addHelpText('after', MODULES_VERBS)
    .action(async (tree: string | undefined, question: string[], flags: ModulesFlags & Common) => {
      const words = tree === undefined ? [] : [tree, ...question];
      done(await modulesVerb(open(flags.color), words, flags));
    });
  return program;
};

/** The verbs that measure kernels against each other. */
const measuring = (
  verb: (name: string, description: string) => Command,
  open: (color: boolean) => Shell,
  done: (code: ExitCode) => void,
): void => {
  const perFamily = 'how many workloads of each kind to run (default: 12)';
  verb(
    'claims',
    'judge what textbooks say of kernels, sentence by sentence, by running all architectures',
  )
    .option('--architecture <name>', 'only what is said of this one', parseArchitecture)
    .option('--seed <number>', 'other workloads and tables of costs', parseSeed)
    .option('--workloads <n>', perFamily, parseWorkloads)
    .option('--json', 'print one JSON document (schema/claims.schema.json)')
    .action(async (flags: ClaimsFlags & Common) =>
      done(await claimsVerb(open(flags.color), flags)),
    );
  verb('compare', 'run the same workloads on all architectures: cost, trusted code, blast radius')
    .option(
      '--placements <which>',
      'named: the kernels that ship (default); all: every placement of the services',
      parsePlacements,
    )
    .option('--seed <number>', 'other workloads', parseSeed)
    .option('--workloads <n>', perFamily, parseWorkloads)
    .option('--json', 'print one JSON document (schema/comparison.schema.json)')
    .option(
      '--out <dir>',
      'also write comparison.html, a page of charts, and comparison.json there',
    )
    .action(async (flags: CompareFlags & Common) =>
      done(await compareVerb(open(flags.color), flags)),
    );
};

const EXIT_CODES = `
Exit codes: 0 everything claimed passed, 1 a property failed, 2 bad input, 3 inconclusive.`;

/** One sentence for the person at the terminal; the stack only for those who ask. */
const failure = (error: unknown, shell: Shell, debug: boolean): ExitCode => {
  if (error instanceof CommanderError && error.exitCode === 0) return ExitCode.passed; // help, version
  if (error instanceof CommanderError && error.code === 'commander.help') return ExitCode.badInput;
  const known = [Usage, BadInput, BadTree].some((kind) => error instanceof kind);
  shell.note(
    `kernelcheck: ${known && error instanceof Error ? error.message : sentence(error, debug)}\n`,
  );
  if (debug && error instanceof Error) shell.note(`${error.stack ?? ''}\n`);
  return known || error instanceof CommanderError ? ExitCode.badInput : ExitCode.internal;
};

const sentence = (error: unknown, debug: boolean): string => {
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof CommanderError) {
    const said = text
      .replace(/^error: /, '')
      .replace(/\s+/g, ' ')
      .trim();
    return `${said}${/[.?)]$/.test(said) ? '' : '.'} Try kernelcheck --help.`;
  }
  return `a fault of kernelcheck itself: ${text}${debug ? '' : ' (--debug shows where)'}`;
};
