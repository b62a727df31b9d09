/**
 * `kernelcheck modules`: questions about a real kernel’s tree of modules. First the folder of a tree, if another than the
 * one that ships is meant; then a verb and what it takes.
 */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { nearest } from '../../properties/execute/facts.ts';
import { checkTree } from '../../properties/modules/on-tree.ts';
import {
  renderAudit,
  renderPlan,
  renderSummary,
  renderTreeCheck,
  renderUnload,
  renderWhy,
} from '../../properties/render/modules.ts';
import { auditTree, isSound } from '../../trees/ask/audit.ts';
import { type GraphFormat, graphDot, graphOf, graphSvg } from '../../trees/ask/graph.ts';
import { planLoad } from '../../trees/ask/plan.ts';
import { summarize } from '../../trees/ask/summary.ts';
import { planUnload } from '../../trees/ask/unload.ts';
import { whyNeeded } from '../../trees/ask/why.ts';
import { embeddedTree } from '../../trees/embedded/index.ts';
import { readModuleTree } from '../../trees/read/index.ts';
import type { ModuleTree } from '../../trees/tree.ts';
import { ExitCode } from '../exit-codes.ts';
import type { Shell } from '../shell.ts';
import { reasonOf } from '../store.ts';
import { Usage } from '../usage.ts';

export interface ModulesFlags {
  readonly json?: boolean;
  /** Of `graph`. */
  readonly format?: GraphFormat;
  /** A file, of `graph`. */
  readonly out?: string;
  /** Of `check`. */
  readonly seed?: number;
  readonly operations?: number;
}

/** What `check` does unless told otherwise. */
export const TREE_CHECK = { seed: 1, operations: 100_000 } as const;

interface Asked {
  readonly tree: ModuleTree;
  readonly shell: Shell;
  readonly flags: ModulesFlags;
}

interface Verb {
  /** What it takes. */
  readonly takes: readonly string[];
  readonly tells: string;
  readonly run: (asked: Asked, ...args: readonly [string, string]) => Promise<ExitCode> | ExitCode;
}

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

const VERBS: Readonly<Record<string, Verb>> = {
  plan: {
    takes: ['name'],
    tells: 'the order of loading, as modprobe has it',
    run: ({ tree, shell, flags }, name) => {
      const order = planLoad(tree, name);
      shell.out(flags.json ? json(order) : renderPlan(order, name, shell));
      return ExitCode.passed;
    },
  },
  unload: {
    takes: ['name'],
    tells: 'what refuses, why, and what must go first',
    run: ({ tree, shell, flags }, name) => {
      const plan = planUnload(tree, name);
      shell.out(flags.json ? json(plan) : renderUnload(plan, shell));
      return ExitCode.passed;
    },
  },
  why: {
    takes: ['name', 'other'],
    tells: 'why one needs another: the shortest chain',
    run: ({ tree, shell, flags }, name, other) => {
      const links = whyNeeded(tree, name, other);
      shell.out(flags.json ? json(links ?? null) : renderWhy(links, [name, other], shell));
      return ExitCode.passed;
    },
  },
  graph: {
    takes: ['name'],
    tells: 'a picture of all that it needs: SVG, or DOT',
    run: (asked, name) => drawGraph(asked, name),
  },
  audit: {
    takes: [],
    tells: 'cycles, symbols, licences, versions, signatures',
    run: ({ tree, shell, flags }) => {
      const audit = auditTree(tree);
      shell.out(flags.json ? json(audit) : renderAudit(audit, shell));
      return isSound(audit) ? ExitCode.passed : ExitCode.failed;
    },
  },
  check: {
    takes: [],
    tells: 'load, use and unload them all in random order by the kernel’s own loader',
    run: ({ tree, shell, flags }) => {
      const { seed, operations } = { ...TREE_CHECK, ...flags };
      const check = checkTree(tree, { seed, operations });
      const { tally, ...rest } = check;
      shell.out(
        flags.json
          ? json({ ...rest, tally: Object.fromEntries(tally) })
          : renderTreeCheck(check, tree.label, shell),
      );
      return check.violation || !check.restored ? ExitCode.failed : ExitCode.passed;
    },
  },
};

const drawGraph = async ({ tree, shell, flags }: Asked, name: string): Promise<ExitCode> => {
  const graph = graphOf(tree, name);
  const format = flags.format ?? (flags.out?.endsWith('.dot') ? 'dot' : 'svg');
  const drawn = format === 'dot' ? graphDot(graph) : await graphSvg(graph);
  if (flags.out !== undefined) {
    const { out } = flags;
    await writeFile(out, drawn).catch((error: unknown) => {
      throw new Usage(`--out: ${out} cannot be written (${reasonOf(error)}).`);
    });
    shell.note(`Written to ${out}\n`);
  }
  if (flags.json) shell.out(json({ ...graph, [format]: drawn }));
  else if (flags.out === undefined) shell.out(drawn);
  return ExitCode.passed;
};

export const modulesVerb = async (
  shell: Shell,
  words: readonly string[],
  flags: ModulesFlags,
): Promise<ExitCode> => {
  const [first, ...others] = words;
  const own = first === undefined || Object.hasOwn(VERBS, first);
  const [name, ...args] = own ? words : others;
  if (!own) requireFolderOrVerb(first);
  const verb = name === undefined ? undefined : verbOf(name, args);
  const tree = own ? embeddedTree() : await readModuleTree(first);
  if (verb) return verb.run({ tree, shell, flags }, args[0] ?? '', args[1] ?? '');
  const summary = summarize(tree);
  shell.out(flags.json ? json(summary) : renderSummary(summary, shell));
  return ExitCode.passed;
};

const verbOf = (name: string, args: readonly string[]): Verb => {
  const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (verb === undefined)
    throw new Usage(`modules: there is no verb ${JSON.stringify(name)}; ${hint(name)}`);
  if (args.length !== verb.takes.length) {
    const wanted = verb.takes.map((one) => `<${one}>`).join(' ') || 'nothing more';
    throw new Usage(
      `modules ${name} takes ${wanted}, not ${args.length} ${args.length === 1 ? 'word' : 'words'}.`,
    );
  }
  return verb;
};

const hint = (word: string): string => {
  const near = nearest(word, Object.keys(VERBS));
  return near === undefined
    ? `verbs are ${Object.keys(VERBS).join(', ')}.`
    : `did you mean ${near}?`;
};

/** Who mistypes a verb has no folder of that name. */
const requireFolderOrVerb = (word: string): void => {
  if (existsSync(word)) return;
  throw new Usage(
    `modules: there is neither a folder nor a verb ${JSON.stringify(word)}; ${hint(word)}`,
  );
};

/** For the help. */
export const MODULES_VERBS = `
Verbs, after the folder of a tree or alone (then of Debian’s Linux 6.1, which ships):
${Object.entries(VERBS)
  .map(([name, { takes, tells }]) => {
    const call = [name, ...takes.map((one) => `<${one}>`)].join(' ');
    return `  ${call.padEnd(20)} ${tells}`;
  })
  .join('\n')}
Without a verb: the tree at a glance. A hyphen in a name is the same as an underscore.

Examples: kernelcheck modules plan btrfs
          kernelcheck modules /lib/modules/$(uname -r) audit`;
