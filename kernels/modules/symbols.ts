/** Symbols: who exports what, and the addresses that an importer is given. */
import { isGplCompatible, type ModuleFacts, SYMBOL_ERRNO } from '../../spec/modules.ts';
import { IMPORTS_AT, RELOCATION } from '../../spec/relocations.ts';
import { routineAt } from './life.ts';
import {
  type Entry,
  type Exporter,
  type Loader,
  Phase,
  RecordWord,
  setWord,
  wordAt,
} from './loader.ts';
import { addressOf } from './memory.ts';

export const resolve = ({ symbols }: Loader, name: string): Exporter | undefined =>
  symbols.get(name);

export const symbolError = (loader: Loader, { imports, licence }: ModuleFacts): number => {
  for (const { name, crc } of imports) {
    const found = loader.routines.resolve(loader, name);
    if (!found) return SYMBOL_ERRNO.unresolved;
    const { owner, symbol } = found;
    const phase = owner ? wordAt(loader, owner, RecordWord.state) : Phase.live;
    if (phase === Phase.going) return SYMBOL_ERRNO.unresolved;
    if (symbol.gplOnly && !isGplCompatible(licence)) return SYMBOL_ERRNO.unresolved;
    const versioned = crc !== undefined && symbol.crc !== undefined;
    if (versioned && crc !== symbol.crc) return SYMBOL_ERRNO.version;
    if (phase === Phase.coming) return SYMBOL_ERRNO.coming;
  }
  return 0;
};

export const ownersOf = (loader: Loader, { imports }: ModuleFacts): readonly Entry[] => {
  const owners = new Set<Entry>();
  for (const { name } of imports) {
    const owner = loader.routines.resolve(loader, name)?.owner;
    if (owner) owners.add(owner);
  }
  return [...owners];
};

export const relocate = (loader: Loader, entry: Entry): void => {
  const { hart, facilities } = loader;
  const rodata = addressOf(loader, entry, 'rodata');
  for (const [number, address] of facilities.entries()) hart.store(rodata + 4 * number, address);
  for (const [number, owner] of entry.uses.entries()) {
    const at = rodata + IMPORTS_AT + RELOCATION * number;
    hart.store(at, routineAt(loader, owner, 'use'));
    hart.store(at + 4, addressOf(loader, owner, 'data'));
    hart.store(at + 8, addressOf(loader, owner, 'rodata'));
    hart.store(at + 12, owner.uses.length);
  }
};

export const publish = (loader: Loader, entry: Entry): void => {
  for (const symbol of entry.facts.exports)
    loader.symbols.set(symbol.name, { owner: entry, symbol });
  for (const owner of entry.uses) count(loader, owner, 1);
};

/** One that is UNFORMED has published nothing: what it would export may be another's. */
export const withdraw = (loader: Loader, entry: Entry): void => {
  for (const { name } of entry.facts.exports)
    if (loader.symbols.get(name)?.owner?.record === entry.record) loader.symbols.delete(name);
  for (const owner of entry.uses) count(loader, owner, -1);
};

const count = (loader: Loader, owner: Entry, by: number): void =>
  setWord(loader, owner, RecordWord.dependants, wordAt(loader, owner, RecordWord.dependants) + by);
