/** From compact facts back to a tree. */
import { moduleName } from '../names.ts';
import type { ExportedSymbol, ImportedSymbol, ModuleFacts, ModuleTree } from '../tree.ts';
import { type CompactExports, type CompactTree, EXIT, INIT, NONE, SIGNED } from './form.ts';

export const expand = (tree: CompactTree): ModuleTree => {
  const names = tree.modules.map(([path]) => moduleName(path));
  const listed = (numbers: readonly number[]): string[] => numbers.map((at) => names[at] ?? '');
  const word = (at: number): string => tree.words[at] ?? '';
  const imported = tree.symbols.map((name, at): ImportedSymbol => {
    const crc = tree.crcs[at] ?? undefined;
    return crc === undefined ? { name } : { name, crc };
  });
  const symbol = (at: number): ImportedSymbol => imported[at] ?? { name: '' };
  const exported = ([open, gplOnly, spaces]: CompactExports): ExportedSymbol[] => {
    const namespaces = new Map<number, string>();
    for (let i = 0; i < spaces.length; i += 2) {
      namespaces.set(spaces[i] ?? NONE, word(spaces[i + 1] ?? NONE));
    }
    const one = (at: number, gpl: boolean): ExportedSymbol => {
      const namespace = namespaces.get(at);
      return { ...symbol(at), gplOnly: gpl, ...(namespace !== undefined && { namespace }) };
    };
    return [...open.map((at) => one(at, false)), ...gplOnly.map((at) => one(at, true))];
  };
  const modules = tree.modules.map((module, at): ModuleFacts => {
    const [path, depends, needs, exports, imports, weak, licence, vermagic, spaces, flags, soft] =
      module;
    return {
      name: names[at] ?? '',
      path,
      depends: listed(depends),
      needs: listed(needs),
      ...(soft !== 0 && { softdeps: soft }),
      exports: exported(exports),
      imports: imports.map((one) =>
        weak.includes(one) ? { ...symbol(one), weak: true } : symbol(one),
      ),
      ...(licence !== NONE && { licence: word(licence) }),
      ...(vermagic !== NONE && { vermagic: word(vermagic) }),
      ...(spaces.length > 0 && { namespaces: spaces.map(word) }),
      signed: (flags & SIGNED) !== 0,
      init: (flags & INIT) !== 0,
      exit: (flags & EXIT) !== 0,
    };
  });
  return {
    label: tree.label,
    source: 'facts',
    modules,
    builtin: tree.builtin,
    ...(tree.kernel !== null && { kernelExports: exported(tree.kernel) }),
  };
};
