/**
 * A tree from depmod's tables alone: modules.dep (who needs whom), modules.symbols (who exports what), modules.softdep,
 * modules.alias. They list everything that a module needs, nearest first, not which of it the module itself uses: used
 * directly is what nothing else that it needs brings along. Imports, licences and signatures stay unknown.
 */
import { BadTree, quoted } from '../bad-tree.ts';
import { moduleName } from '../names.ts';
import type { ExportedSymbol, ModuleFacts, ModuleTree } from '../tree.ts';
import { tableText } from './folder.ts';
import { answerer, type SoftNames, softNames } from './soft.ts';
import { builtinOf, kernelExportsOf, linesOf } from './tables.ts';

const DEP = 'modules.dep';

/** Nothing if there is no `modules.dep`. */
export const treeFromTables = (root: string, label: string): ModuleTree | undefined => {
  const text = tableText(root, DEP);
  if (text === undefined) return undefined;
  const rows = rowsOf(text, `${root}/${DEP}`);
  const names = new Set(rows.map(({ name }) => name));
  const exported = exportsOf(root);
  const soft = softOf(root);
  const answer = answerer([...soft.values()], names, (start) => aliasesOf(root, start));
  const needs = new Map(rows.map((row) => [row.name, new Set(row.needs)]));
  const kernelExports = kernelExportsOf(root);
  return {
    label,
    source: 'tables',
    modules: rows.map(({ name, path, needs: list }): ModuleFacts => {
      const softdeps = answer(soft.get(name) ?? softNames(''));
      return {
        name,
        path,
        depends: directOf(list, needs),
        needs: list,
        ...(softdeps !== undefined && { softdeps }),
        exports: exported.get(name) ?? [],
        imports: [],
      };
    }),
    builtin: builtinOf(root),
    ...(kernelExports !== undefined && { kernelExports }),
  };
};

interface Row {
  readonly name: string;
  readonly path: string;
  readonly needs: readonly string[];
}

const rowsOf = (text: string, file: string): readonly Row[] => {
  const rows: Row[] = [];
  const [seen, named] = [new Set<string>(), new Map<string, number>()];
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const colon = line.indexOf(':');
    const path = line.slice(0, colon);
    if (colon <= 0 || /\s/.test(path)) {
      throw new BadTree(
        `${file}:${index + 1}: expected a module's path and a colon, found ${quoted(line)}; run depmod again.`,
      );
    }
    const [name, needs] = [moduleName(path), words(line.slice(colon + 1)).map(moduleName)];
    if (seen.has(name)) {
      throw new BadTree(
        `${file}:${index + 1}: ${quoted(name)} has a line already, expected one for each module; run depmod again.`,
      );
    }
    seen.add(name);
    rows.push({ name, path, needs });
    for (const one of needs) if (!named.has(one)) named.set(one, index + 1);
  }
  for (const [one, line] of named) {
    if (seen.has(one)) continue;
    throw new BadTree(
      `${file}:${line}: ${quoted(one)} is needed but has no line of its own; run depmod again.`,
    );
  }
  return rows;
};

const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');

/** What is needed and brought along by nothing else that is needed. */
const directOf = (
  list: readonly string[],
  needs: ReadonlyMap<string, ReadonlySet<string>>,
): readonly string[] =>
  list.filter((one) => !list.some((other) => other !== one && needs.get(other)?.has(one)));

/** `alias symbol:NAME MODULE`. */
const exportsOf = (root: string): ReadonlyMap<string, readonly ExportedSymbol[]> => {
  const byModule = new Map<string, ExportedSymbol[]>();
  for (const line of linesOf(tableText(root, 'modules.symbols'))) {
    const [, symbol, module] = /^alias symbol:(\S+) (\S+)$/.exec(line) ?? [];
    if (symbol === undefined || module === undefined) continue;
    const list = byModule.get(module);
    if (list) list.push({ name: symbol, gplOnly: false });
    else byModule.set(module, [{ name: symbol, gplOnly: false }]);
  }
  return byModule;
};

/** `softdep MODULE pre: … post: …`; the first line of a module counts. */
const softOf = (root: string): ReadonlyMap<string, SoftNames> => {
  const byModule = new Map<string, SoftNames>();
  for (const line of linesOf(tableText(root, 'modules.softdep'))) {
    const [, module, rest] = /^softdep (\S+) (.*)$/.exec(line) ?? [];
    if (module === undefined || rest === undefined || byModule.has(module)) continue;
    byModule.set(module, softNames(rest));
  }
  return byModule;
};

/** `alias PATTERN MODULE`. */
const aliasesOf = function* (root: string, start: string): Generator<[string, string[]]> {
  const wanted = new RegExp(`^alias (${start}\\S*) (\\S+)$`);
  for (const line of linesOf(tableText(root, 'modules.alias'))) {
    const [, alias, module] = wanted.exec(line) ?? [];
    if (alias !== undefined && module !== undefined) yield [module, [alias]];
  }
};
