/**
 * The properties of modules on a real kernel's tree: its modules, with their symbols, licences and signatures, are loaded,
 * used and unloaded by the kernel's own loader in random order, and at last all unloaded.
 *
 * A tree does not say how large sections are, so each has one page; and every init succeeds.
 */
import { LINUX_POLICY, type ModuleFacts, type ModuleOperation } from '../../spec/modules.ts';
import type { ModuleTree, ModuleFacts as TreeFacts } from '../../trees/tree.ts';
import { Dice } from '../arbitraries/dice.ts';
import { judgeModules, type ModuleJudgement } from './judge.ts';
import type { ModuleWorld } from './world.ts';

export interface TreeCheck extends ModuleJudgement {
  /** At the end nothing was there any more, so that what was free could be compared with what was free at boot. */
  readonly restored: boolean;
  readonly seed: number;
  readonly modules: number;
  /** The most modules that were there at once. */
  readonly most: number;
}

export interface TreeCheckOptions {
  readonly seed: number;
  /** Operations before the last ones, which unload everything. */
  readonly operations: number;
  /** After so many operations all that can be seen is compared with the model; answers always are. */
  readonly every?: number;
}

/** The word that most modules have. */
const mostCommon = (words: readonly string[]): string => {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? '';
};

/**
 * Symbols of the kernel itself are left out: it has them all. Where only depmod's tables were read nobody says which
 * symbols a module imports: then one of each module that it depends on.
 */
const factsOf = (
  module: TreeFacts,
  exported: ReadonlySet<string>,
  byName: ReadonlyMap<string, TreeFacts>,
  vermagic: string,
): ModuleFacts => {
  const known = module.imports.filter(({ name }) => exported.has(name));
  const guessed = module.depends.flatMap((owner) => byName.get(owner)?.exports.slice(0, 1) ?? []);
  const imports = module.imports.length > 0 ? known : guessed;
  return {
    name: module.name,
    licence: module.licence ?? 'GPL',
    vermagic: module.vermagic ?? vermagic,
    exports: module.exports,
    imports: imports.map(({ name, crc }) => ({ name, ...(crc !== undefined && { crc }) })),
    pages: { text: 1, rodata: 1, data: 1, init: module.init === false ? 0 : 1 },
    writableText: false,
    exit: module.exit !== false || module.init === false,
    init: 0,
    signature: module.signed === false ? 'missing' : 'valid',
  };
};

export const worldOf = ({ modules }: ModuleTree): ModuleWorld => {
  const exported = new Set(modules.flatMap(({ exports: own }) => own.map(({ name }) => name)));
  const byName = new Map(modules.map((module) => [module.name, module]));
  const vermagic = mostCommon(modules.flatMap((module) => module.vermagic ?? []));
  const files = modules.map((module) => factsOf(module, exported, byName, vermagic));
  const pages = files.reduce((sum, { pages: { init } }) => sum + 3 + init, 0);
  return {
    files,
    settings: {
      policy: LINUX_POLICY,
      vermagic,
      enforceSignatures: false,
      disabled: false,
      blacklist: [],
      kernelExports: [],
    },
    pages,
  };
};

/** What was asked for so far: which modules may be there, in the order in which they came, and who holds which. */
class Course {
  readonly #there = new Set<string>();
  readonly #held = new Map<string, number>();
  most = 0;

  *load(module: TreeFacts): Generator<ModuleOperation> {
    for (const name of [...module.needs.toReversed(), module.name]) {
      if (this.#there.has(name)) continue;
      this.#there.add(name);
      yield { op: 'load', module: name };
      yield { op: 'init', module: name };
    }
    this.most = Math.max(this.most, this.#there.size);
  }

  has(name: string): boolean {
    return this.#there.has(name);
  }

  /** @param leaves nobody holds it or needs it: it will be gone */
  *unload(module: string, leaves: boolean): Generator<ModuleOperation> {
    if (leaves && !this.#held.get(module)) this.#there.delete(module);
    yield { op: 'unload', module, force: false };
    yield { op: 'exit', module };
  }

  *hold(module: string): Generator<ModuleOperation> {
    if (this.has(module)) this.#held.set(module, (this.#held.get(module) ?? 0) + 1);
    yield { op: 'get', module };
  }

  *letGo(module: string): Generator<ModuleOperation> {
    const held = this.#held.get(module) ?? 0;
    if (held > 0) this.#held.set(module, held - 1);
    yield { op: 'put', module };
  }

  /** Everything goes: those that came last first, by force where there is no exit. */
  *clear(): Generator<ModuleOperation> {
    for (const [module, held] of this.#held)
      for (let left = held; left > 0; left--) yield { op: 'put', module };
    for (const module of [...this.#there].reverse()) {
      yield { op: 'unload', module, force: true };
      yield { op: 'exit', module };
    }
  }
}

function* operationsOn(
  { modules }: ModuleTree,
  course: Course,
  { seed, operations }: TreeCheckOptions,
): Generator<ModuleOperation> {
  yield { op: 'load', module: '' }; // what is free behind a refusal was free at boot
  const dice = new Dice(seed);
  const dependants = new Map<string, string[]>();
  for (const { name, depends } of modules)
    for (const owner of depends) dependants.set(owner, [...(dependants.get(owner) ?? []), name]);
  const one = (module: TreeFacts): Generator<ModuleOperation> => {
    const { name } = module;
    const roll = dice.roll(100);
    if (roll < 35) return course.load(module);
    if (roll < 75) {
      const needed = (dependants.get(name) ?? []).some((user) => course.has(user));
      return course.unload(name, !needed && (module.exit !== false || module.init === false));
    }
    if (roll < 82) return course.hold(name);
    if (roll < 89) return course.letGo(name);
    return [{ op: 'use', module: name } as const].values() as Generator<ModuleOperation>;
  };
  for (let done = 0; done < operations; ) {
    const module = modules[dice.roll(modules.length)];
    if (!module) break;
    for (const operation of one(module)) {
      done += 1;
      yield operation;
    }
  }
  yield* course.clear();
}

export const checkTree = (tree: ModuleTree, options: TreeCheckOptions): TreeCheck => {
  const course = new Course();
  const judged = judgeModules(
    worldOf(tree),
    operationsOn(tree, course, options),
    {},
    options.every ?? 10_000,
  );
  const restored = (judged.tally.get('nothing left') ?? 0) > 0;
  return {
    ...judged,
    restored,
    seed: options.seed,
    modules: tree.modules.length,
    most: course.most,
  };
};
