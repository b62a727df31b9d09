/**
 * Soft dependencies: `pre: a b post: c`, where a, b and c are names of modules or aliases, as modprobe looks them up:
 * a module of that name, or else all whose alias, a pattern, matches. Of several lines for a module the first counts.
 * Source: kmod, libkmod-config.c (kmod_config_add_softdep), libkmod-module.c (kmod_module_new_from_lookup).
 */
import { underscored } from '../names.ts';
import type { SoftDependencies, SoftDependency } from '../tree.ts';

export interface SoftNames {
  readonly pre: readonly string[];
  readonly post: readonly string[];
}

/** Words before the first `pre:` or `post:` belong to neither. */
export const softNames = (line: string): SoftNames => {
  const names = { pre: [] as string[], post: [] as string[] };
  let list: string[] | undefined;
  for (const word of line.split(/\s+/)) {
    if (word === 'pre:') list = names.pre;
    else if (word === 'post:') list = names.post;
    else if (word !== '') list?.push(word);
  }
  return names;
};

/** For each module its aliases, in the order of the tree. */
export type AliasSource = Iterable<readonly [module: string, aliases: readonly string[]]>;

/**
 * @param names of modules in the tree, as the kernel has them
 * @param aliases gives those that begin with an expression
 */
export const answerer = (
  wanted: readonly SoftNames[],
  names: ReadonlySet<string>,
  aliases: (start: string) => AliasSource,
): ((soft: SoftNames) => SoftDependencies | undefined) => {
  const asked = new Set(wanted.flatMap(({ pre, post }) => [...pre, ...post]).map(underscored));
  const answers = new Map<string, string[]>(
    Array.from(asked, (one) => [one, names.has(one) ? [one] : []]),
  );
  const open = [...asked].filter((one) => !names.has(one));
  for (const [module, list] of open.length > 0 ? aliases(startOf(open)) : []) {
    for (const alias of list) {
      const matches = patternOf(underscored(alias));
      for (const one of open) {
        const answer = answers.get(one);
        if (answer && !answer.includes(module) && matches(one)) answer.push(module);
      }
    }
  }
  const told = (list: readonly string[]): readonly SoftDependency[] =>
    list.map((one) => ({ asked: one, modules: answers.get(underscored(one)) ?? [] }));
  return ({ pre, post }) =>
    pre.length + post.length === 0 ? undefined : { pre: told(pre), post: told(post) };
};

/**
 * An expression for the first letters that an alias of one of these has. Of tens of thousands of aliases nearly all are
 * of hardware: that is seen at once.
 */
const startOf = (names: readonly string[]): string => {
  const starts = new Set(
    names.map((name) => expressionOf(name.slice(0, START)).replaceAll('_', '[-_]')),
  );
  return `(?:[^\\0\\s]{0,${START - 1}}[*?[]|${[...starts].join('|')})`;
};

const START = 4;
const WILDCARD = /[*?[]/;

/** `*`, `?` and `[…]` as in names of files. */
const patternOf = (pattern: string): ((text: string) => boolean) => {
  if (!WILDCARD.test(pattern)) return (text) => text === pattern;
  const parts = pattern.split(/(\*+|\?|\[[^\]]*\])/).map(expressionOf);
  const expression = new RegExp(`^${parts.join('')}$`, 's');
  return (text) => expression.test(text);
};

const expressionOf = (part: string): string => {
  if (part.startsWith('*')) return '.*';
  if (part === '?') return '.';
  const set = /^\[([!^]?)([\w-]+)\]$/.exec(part);
  if (set) return `[${set[1] ? '^' : ''}${set[2]}]`;
  return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
};
