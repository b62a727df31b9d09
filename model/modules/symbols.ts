/** Who exports a symbol, and what is wrong with one that is imported. */
import {
  type ExportedSymbol,
  isGplCompatible,
  type ModuleFacts,
  SYMBOL_ERRNO,
} from '../../spec/modules.ts';
import type { LoadedModule, ModulesState } from './state.ts';

/** No owner: the kernel itself. Symbols of a module that is UNFORMED are not among them. */
export const exporterOf = (
  { settings, exporters, loaded }: ModulesState,
  name: string,
): { readonly owner?: LoadedModule; readonly symbol: ExportedSymbol } | undefined => {
  const same = (one: ExportedSymbol): boolean => one.name === name;
  const own = settings.kernelExports.find(same);
  if (own) return { symbol: own };
  const owner = loaded.get(exporters.get(name) ?? '');
  const symbol = owner?.facts.exports.find(same);
  return owner && symbol && { owner, symbol };
};

/** What is wrong with the first import that cannot be resolved; 0: nothing. */
export const symbolError = (state: ModulesState, { imports, licence }: ModuleFacts): number => {
  for (const { name, crc } of imports) {
    const found = exporterOf(state, name);
    if (!found || found.owner?.state === 'going') return SYMBOL_ERRNO.unresolved;
    if (found.symbol.gplOnly && !isGplCompatible(licence)) return SYMBOL_ERRNO.unresolved;
    if (crc !== undefined && found.symbol.crc !== undefined && crc !== found.symbol.crc)
      return SYMBOL_ERRNO.version;
    if (found.owner?.state === 'coming') return SYMBOL_ERRNO.coming;
  }
  return 0;
};

/** Whom it imports from, each once. */
export const ownersOf = (state: ModulesState, { imports }: ModuleFacts): readonly string[] => [
  ...new Set(imports.flatMap(({ name }) => exporterOf(state, name)?.owner?.facts.name ?? [])),
];
