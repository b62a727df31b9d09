/** Symbols across a tree: imported from nobody, exported twice, of another version, out of bounds for the licence. */
import type { ExportedSymbol, ImportedSymbol, ModuleFacts, ModuleTree } from '../tree.ts';
import type { AuditFinding } from './finding.ts';
import { isProprietary } from './papers.ts';

interface Owner {
  readonly by: string;
  readonly symbol: ExportedSymbol;
}

const KERNEL = 'the kernel';

const ownersOf = (tree: ModuleTree): ReadonlyMap<string, Owner> => {
  const owners = new Map<string, Owner>();
  for (const symbol of tree.kernelExports ?? []) owners.set(symbol.name, { by: KERNEL, symbol });
  for (const { name, exports } of tree.modules) {
    for (const symbol of exports) owners.set(symbol.name, { by: name, symbol });
  }
  return owners;
};

/** The loader provides these itself. */
const ALWAYS_THERE = new Set(['__this_module', '_GLOBAL_OFFSET_TABLE_']);

export const symbolProblems = (tree: ModuleTree): readonly AuditFinding[] => {
  const owners = ownersOf(tree);
  const known = tree.kernelExports !== undefined;
  const versions = new Map<string, Version>();
  return tree.modules.flatMap((module) =>
    module.imports.flatMap((imported) => {
      const owner = owners.get(imported.name);
      if (owner) return problemsWith(module, imported, owner);
      if (!known) return otherVersion(module, imported, versions);
      if (imported.weak || ALWAYS_THERE.has(imported.name)) return [];
      const detail = `${module.name} imports ${imported.name}, which neither the kernel nor a module exports: it is refused with ENOENT.`;
      return [
        { kind: 'unresolved', modules: [module.name], symbol: imported.name, detail } as const,
      ];
    }),
  );
};

const problemsWith = (
  module: ModuleFacts,
  imported: ImportedSymbol,
  { by, symbol }: Owner,
): readonly AuditFinding[] => {
  const about = { modules: by === KERNEL ? [module.name] : [module.name, by], symbol: symbol.name };
  const what = `${module.name} imports ${symbol.name} of ${by}`;
  if (symbol.gplOnly && isProprietary(module)) {
    const detail = `${what}, which is for GPL-compatible modules only; its licence is ${module.licence ?? 'not stated'}: it is refused with ENOENT.`;
    return [{ kind: 'gplOnly', ...about, detail }];
  }
  const found: AuditFinding[] = [];
  if (symbol.namespace !== undefined && !module.namespaces?.includes(symbol.namespace)) {
    const detail = `${what} without importing its namespace ${symbol.namespace}: it is refused with EINVAL.`;
    found.push({ kind: 'namespace', ...about, detail });
  }
  const [compiled, offered] = [imported.crc, symbol.crc];
  if (compiled !== undefined && offered !== undefined && compiled !== offered) {
    const detail = `${what}, compiled with version ${hex(compiled)}, but it is ${hex(offered)}: it is refused with EINVAL.`;
    found.push({ kind: 'versionMismatch', ...about, detail });
  }
  return found;
};

interface Version {
  readonly crc: number;
  readonly by: string;
}

/** Where the kernel’s own versions are unknown, modules that were compiled with different ones cannot both be right. */
const otherVersion = (
  { name }: ModuleFacts,
  { name: symbol, crc }: ImportedSymbol,
  versions: Map<string, Version>,
): readonly AuditFinding[] => {
  if (crc === undefined) return [];
  const first = versions.get(symbol);
  if (!first) versions.set(symbol, { crc, by: name });
  if (!first || first.crc === crc) return [];
  const detail = `${name} was compiled with version ${hex(crc)} of ${symbol}, ${first.by} with ${hex(first.crc)}: one of them is refused with EINVAL.`;
  return [{ kind: 'versionMismatch', modules: [name, first.by], symbol, detail }];
};

const hex = (crc: number): string => `0x${crc.toString(16).padStart(8, '0')}`;

export const duplicateExports = (tree: ModuleTree): readonly AuditFinding[] => {
  const owners = new Map<string, string[]>();
  for (const { name } of tree.kernelExports ?? []) owners.set(name, [KERNEL]);
  for (const { name: module, exports } of tree.modules) {
    for (const { name } of exports) {
      const list = owners.get(name);
      if (list) list.push(module);
      else owners.set(name, [module]);
    }
  }
  return [...owners]
    .filter(([, list]) => list.length > 1)
    .map(([symbol, list]) => ({
      kind: 'duplicateExport',
      modules: list.filter((one) => one !== KERNEL),
      symbol,
      detail: `${symbol} is exported by ${list.join(' and ')}: whoever is loaded second is refused with ENOEXEC.`,
    }));
};
