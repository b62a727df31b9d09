/** Counts of references in a module's record. One that has come to the limit stays there: it never wraps. */
import { REFERENCE_LIMIT } from '../../spec/modules.ts';
import { type Count, type Entry, type Loader, setWord, wordAt } from './loader.ts';

const limitOf = ({ settings }: Loader): number => settings.referenceLimit ?? REFERENCE_LIMIT;

export const raise = (loader: Loader, entry: Entry, count: Count): void => {
  const limit = limitOf(loader);
  const raised = wordAt(loader, entry, count) + 1;
  if (raised >= limit) loader.warnings.add('count saturated');
  setWord(loader, entry, count, Math.min(raised, limit));
};

export const lower = (loader: Loader, entry: Entry, count: Count): boolean => {
  const before = wordAt(loader, entry, count);
  if (before === 0) {
    loader.warnings.add('count below zero');
    return false;
  }
  if (before < limitOf(loader)) setWord(loader, entry, count, before - 1);
  return true;
};
