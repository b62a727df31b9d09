/**
 * What a claim says of modules of a real kernel: read from the tree of Debian's Linux 6.1 that ships, and done to it by
 * the loader of the simulated machine, beside the model.
 */
import type { ClaimCheck } from '../../spec/claims/index.ts';
import type { ModuleOperation } from '../../spec/modules.ts';
import { embeddedTree } from '../../trees/embedded/index.ts';
import type { ModuleFacts, ModuleTree } from '../../trees/tree.ts';
import { judgeModules, type Tally } from '../modules/judge.ts';
import { worldOf } from '../modules/on-tree.ts';
import type { Finding } from './verdict.ts';

type TreeCheck = Extract<ClaimCheck, { kind: 'tree' }>;

/** @param tree the one that ships, unless given */
export const ofTree = (
  { modules: names, trait, though = [] }: TreeCheck,
  tree: ModuleTree = embeddedTree(),
): Finding => {
  const named = (among: readonly string[]): readonly ModuleFacts[] =>
    tree.modules.filter(({ name }) => among.includes(name));
  const there = named(names);
  const figures = [{ of: `modules of ${tree.label}`, value: tree.modules.length }];
  if (trait === 'lacks') {
    const others = named(though);
    const lacking = there.length === 0 && others.length === though.length;
    const beside = others.length === 0 ? '' : `, but there are ${list(others)}`;
    return {
      verdict: lacking ? 'shown' : 'not shown',
      evidence: lacking
        ? `Among its modules there is no ${names.join(', and no ')}${beside}.`
        : `There is ${list([...there, ...others]) || 'none of all these'}.`,
      figures,
    };
  }
  const absent = names.find((name) => !there.some((module) => module.name === name));
  if (absent !== undefined)
    return { verdict: 'not shown', evidence: `There is no ${absent}.`, figures };
  return trait === 'comes and goes' ? comesAndGoes(tree, there) : staysWhileUsed(tree, names);
};

const list = (modules: readonly ModuleFacts[]): string =>
  modules.map(({ name, path }) => `${name} (${path})`).join(', ');

/** What is loaded for these, in order: those that are needed first. */
const withNeeds = (modules: readonly ModuleFacts[]): readonly string[] => [
  ...new Set(modules.flatMap(({ name, needs }) => [...needs.toReversed(), name])),
];

const loads = (module: string): readonly ModuleOperation[] => [
  { op: 'load', module },
  { op: 'init', module },
];
const unloads = (module: string): readonly ModuleOperation[] => [
  { op: 'unload', module, force: false },
  { op: 'exit', module },
];

interface Done {
  readonly violation: string | undefined;
  readonly tally: Tally;
}

/** The loader does it, the model says whether it may; a first operation that is refused comes before. */
const done = (
  tree: ModuleTree,
  names: readonly string[],
  operations: readonly ModuleOperation[],
): Done => {
  const part = { ...tree, modules: tree.modules.filter(({ name }) => names.includes(name)) };
  const refused: ModuleOperation = { op: 'load', module: '' };
  const { violation, tally } = judgeModules(worldOf(part), [refused, ...operations]);
  return { violation: violation && `${violation.observed}; ${violation.expected}`, tally };
};

const comesAndGoes = (tree: ModuleTree, modules: readonly ModuleFacts[]): Finding => {
  const order = withNeeds(modules);
  const { violation, tally } = done(tree, order, [
    ...order.flatMap(loads),
    ...modules.map(({ name }): ModuleOperation => ({ op: 'use', module: name })),
    ...order.toReversed().flatMap(unloads),
  ]);
  const times = (what: string): number => tally.get(what) ?? 0;
  const loaded = times('init 0');
  const ok = !violation && loaded === order.length && times('nothing left') > 0;
  return {
    verdict: ok ? 'shown' : 'not shown',
    evidence: ok
      ? `${list(modules)}: loaded with what they need, and unloaded; the frames that are free are those of before.`
      : `It does not come and go: ${violation ?? `${loaded} of ${order.length} were loaded`}.`,
    figures: [
      { of: `modules of ${tree.label}`, value: tree.modules.length },
      { of: 'loaded and unloaded', value: loaded },
    ],
  };
};

/** The first of them cannot go while the second is there. */
const staysWhileUsed = (tree: ModuleTree, names: readonly string[]): Finding => {
  const [module = '', user = ''] = names;
  const among = tree.modules.filter(({ name }) => names.includes(name));
  const order = withNeeds(among);
  const { violation, tally } = done(tree, order, [
    ...order.flatMap(loads),
    { op: 'unload', module, force: false },
    ...order.toReversed().flatMap(unloads),
  ]);
  const refused = tally.get('unload EAGAIN') ?? 0;
  const ok = !violation && refused === 1 && (tally.get('nothing left') ?? 0) > 0;
  return {
    verdict: ok ? 'shown' : 'not shown',
    evidence: ok
      ? `With ${user} loaded, unloading ${module} is refused (EWOULDBLOCK); when ${user} has gone, it goes.`
      : `It is not refused: ${violation ?? `${refused} refusals`}.`,
    figures: [{ of: 'loaded and unloaded', value: tally.get('init 0') ?? 0 }],
  };
};
