/** Whether a refusal of the policy applies. */
import type { LoadRefusal, ModuleFacts, UnloadRefusal } from '../../spec/modules.ts';
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
      return settings.enforceSignatures && facts.signature !== 'valid';
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
    case 'symbols':
      return routines.symbolError(loader, facts) !== 0;
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
  if (unless === 'unknown') return entry === undefined;
  if (!entry) return false;
  switch (unless) {
    case 'depended on':
      return wordAt(loader, entry, RecordWord.dependants) > 0;
    case 'not live':
      return phaseOf(loader, entry) !== Phase.live;
    case 'not loaded by a user':
      return wordAt(loader, entry, RecordWord.loads) === 0;
    case 'no exit':
      return !entry.facts.exit;
    case 'in use':
      return wordAt(loader, entry, RecordWord.users) > 0;
  }
};
