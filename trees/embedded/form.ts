/**
 * The facts of a tree in few bytes: names of symbols stand once, modules and symbols are numbers. One CRC for each
 * symbol is enough, because only a sound tree is kept: whoever imports it was compiled with the exporter's.
 */
import { BadTree } from '../bad-tree.ts';
import type { ExportedSymbol, ImportedSymbol, ModuleTree, SoftDependencies } from '../tree.ts';

export const FORM = 1;

export interface CompactTree {
  readonly form: typeof FORM;
  readonly label: string;
  readonly builtin: readonly string[];
  /** Licences, vermagics, namespaces. */
  readonly words: readonly string[];
  readonly symbols: readonly string[];
  /** For each symbol; null where the kernel has none. */
  readonly crcs: readonly (number | null)[];
  readonly kernel: CompactExports | null;
  readonly modules: readonly CompactModule[];
}

/** Symbols that all may use; GPL-only ones; of both, those in a namespace, each followed by its word. */
export type CompactExports = readonly [open: Numbers, gplOnly: Numbers, namespaces: Numbers];
type Numbers = readonly number[];

type CompactModule = readonly [
  path: string,
  depends: Numbers,
  needs: Numbers,
  exports: CompactExports,
  imports: Numbers,
  weak: Numbers,
  licence: number,
  vermagic: number,
  namespaces: Numbers,
  flags: number,
  softdeps: SoftDependencies | 0,
];

export const [SIGNED, INIT, EXIT] = [1, 2, 4];
export const NONE = -1;

/** Numbers things as they come. */
class Register<Value> {
  readonly all: Value[] = [];
  readonly #numbers = new Map<Value, number>();

  number(value: Value): number {
    const known = this.#numbers.get(value);
    if (known !== undefined) return known;
    this.#numbers.set(value, this.all.length);
    return this.all.push(value) - 1;
  }
}

/** @throws BadTree if two modules disagree on the version of a symbol */
export const compact = (tree: ModuleTree): CompactTree => {
  const [words, symbols] = [new Register<string>(), new Register<string>()];
  const crcs: (number | null)[] = [];
  const numbers = new Map(tree.modules.map(({ name }, at) => [name, at]));

  const symbol = ({ name, crc }: ExportedSymbol | ImportedSymbol): number => {
    const number = symbols.number(name);
    const before = crcs[number];
    if (before !== undefined && before !== (crc ?? null)) {
      throw new BadTree(
        `${tree.label}: ${name} has two versions: expected a sound tree, see kernelcheck modules audit.`,
      );
    }
    crcs[number] = crc ?? null;
    return number;
  };
  const word = (text: string | undefined): number =>
    text === undefined ? NONE : words.number(text);
  const listed = (names: readonly string[]): Numbers =>
    names.map((name) => numbers.get(name) ?? NONE);
  const exported = (list: readonly ExportedSymbol[]): CompactExports => [
    list.filter(({ gplOnly }) => !gplOnly).map(symbol),
    list.filter(({ gplOnly }) => gplOnly).map(symbol),
    list.flatMap((one) =>
      one.namespace === undefined ? [] : [symbol(one), words.number(one.namespace)],
    ),
  ];
  const kernel = tree.kernelExports === undefined ? null : exported(tree.kernelExports);
  const modules = tree.modules.map(
    (module): CompactModule => [
      module.path,
      listed(module.depends),
      listed(module.needs),
      exported(module.exports),
      module.imports.map(symbol),
      module.imports.filter(({ weak }) => weak).map(symbol),
      word(module.licence),
      word(module.vermagic),
      (module.namespaces ?? []).map(word),
      (module.signed ? SIGNED : 0) | (module.init ? INIT : 0) | (module.exit ? EXIT : 0),
      module.softdeps ?? 0,
    ],
  );
  const { label, builtin } = tree;
  return {
    form: FORM,
    label,
    builtin,
    words: words.all,
    symbols: symbols.all,
    crcs,
    kernel,
    modules,
  };
};
