/** Whether a refusal of the policy applies. */
import { fileBytes } from '../../spec/module-file.ts';
import type {
  FormRefusal,
  LoadRefusal,
  ModuleFacts,
  UnloadRefusal,
  UnloadRule,
} from '../../spec/modules.ts';
import { relocationBytes } from '../../spec/relocations.ts';
import { PAGE_SIZE } from '../../spec/riscv.ts';
import { type Entry, type Loader, Phase, RecordWord, SECTIONS, wordAt } from './loader.ts';
import { freeCount } from './memory.ts';

const phaseOf = (loader: Loader, entry: Entry | undefined): number =>
  entry ? wordAt(loader, entry, RecordWord.state) : 0;

export const refusesLoad = (loader: Loader, facts: ModuleFacts, unless: LoadRefusal): boolean => {
  const { settings, routines, entries } = loader;
  switch (unless) {
    case 'disabled':
      return settings.disabled;
    case 'signature':
      return settings.enforceSignatures && !routines.verifies(loader, facts);
    case 'writable text':
      return facts.writableText;
    case 'blacklisted':
      return settings.blacklist.includes(facts.name);
    case 'vermagic':
      return settings.vermagic !== facts.vermagic;
    case 'loaded':
      return phaseOf(loader, entries.get(facts.name)) === Phase.live;
    case 'not live': {
      const phase = phaseOf(loader, entries.get(facts.name));
      return phase !== 0 && phase !== Phase.live;
    }
    case 'memory':
      return SECTIONS.reduce((sum, one) => sum + facts.pages[one], 0) > freeCount(loader);
  }
};

export const refusesForm = (loader: Loader, facts: ModuleFacts, unless: FormRefusal): boolean => {
  const { routines } = loader;
  switch (unless) {
    case 'symbols':
      return routines.symbolError(loader, facts) !== 0;
    case 'relocations': {
      const owners = routines.ownersOf(loader, facts).length;
      return relocationBytes(owners) > facts.pages.rodata * PAGE_SIZE;
    }
    case 'exported twice':
      return facts.exports.some(({ name }) => routines.resolve(loader, name) !== undefined);
  }
};

export const refusesUnload = (
  loader: Loader,
  entry: Entry | undefined,
  unless: UnloadRefusal,
): boolean => {
  if (unless === 'disabled') return loader.settings.disabled;
  if (unless === 'unknown') return !entry || phaseOf(loader, entry) === Phase.unformed;
  if (!entry) return false;
  switch (unless) {
    case 'depended on':
      return wordAt(loader, entry, RecordWord.dependants) > 0;
    case 'not live':
      return phaseOf(loader, entry) !== Phase.live;
    case 'not loaded by a user':
      return wordAt(loader, entry, RecordWord.loads) === 0;
    case 'kept':
      return loader.settings.kept?.includes(entry.facts.name) === true;
    case 'quiesce':
    case 'veto':
      return (entry.facts[unless] ?? 0) !== 0;
    case 'in use':
      return wordAt(loader, entry, RecordWord.users) > 0;
    case 'no exit':
      return !entry.facts.exit;
  }
};

/** The first of these rules that refuses: its error, or where the module itself refuses, the one that it says. */
export const unloadError = (
  loader: Loader,
  entry: Entry | undefined,
  rules: readonly UnloadRule[],
): number => {
  for (const { unless, errno } of rules) {
    if (!loader.routines.refusesUnload(loader, entry, unless)) continue;
    const own = unless === 'quiesce' || unless === 'veto' ? entry?.facts[unless] : undefined;
    return -(own ?? errno);
  }
  return 0;
};

/** The bytes of a file: made once, for they never change. */
const BYTES = new WeakMap<ModuleFacts, Uint8Array>();
const bytesOf = (facts: ModuleFacts): Uint8Array => {
  const bytes = BYTES.get(facts) ?? fileBytes(facts);
  BYTES.set(facts, bytes);
  return bytes;
};

/** Where no keys were given, whoever booted the kernel has looked at the files, and says what came of it. */
export const verifies = ({ trust }: Loader, facts: ModuleFacts): boolean => {
  if (!trust) return facts.signature === 'valid';
  const signature = trust.signatureOf(facts);
  return signature !== undefined && trust.verify(bytesOf(facts), signature);
};
