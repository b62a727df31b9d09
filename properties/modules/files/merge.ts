/**
 * What a union shows, in one formula over its two trees:
 *
 *     merge(u, l) =  nothing                                          u is a whiteout
 *                    u's attributes, merge(u.x, l.x) for every x      both are directories, and u is not opaque
 *                    u                                                there is one
 *                    l                                                otherwise
 */
import { Kind } from '../../../spec/module-files.ts';
import type { Surveyed } from './survey.ts';

const isDirectory = (tree: Surveyed | undefined): boolean => tree?.stat.kind === Kind.directory;
const isWhiteout = (tree: Surveyed | undefined): boolean => tree?.stat.kind === Kind.whiteout;

/** @param isRoot the roots are merged whatever is said of them */
export const merge = (
  upper: Surveyed | undefined,
  lower: Surveyed | undefined,
  isRoot = true,
): Surveyed | undefined => {
  const top = upper ?? lower;
  if (!top || isWhiteout(top)) return undefined;
  const stat = { ...top.stat, opaque: false };
  if (!isDirectory(top)) return { ...top, stat };
  const hides = upper !== undefined && ((upper.stat.opaque && !isRoot) || !isDirectory(lower));
  const below = hides ? undefined : lower;
  const merged = upper !== undefined && below !== undefined;
  const attributes = { ...top, stat: merged ? { ...stat, links: 1 } : stat };
  const isKnown = [upper, below].every((part) => part === undefined || part.entries !== undefined);
  if (!isKnown) return { ...attributes, entries: undefined };
  const entries = new Map<number, Surveyed>();
  const names = new Set([...(upper?.entries?.keys() ?? []), ...(below?.entries?.keys() ?? [])]);
  for (const name of [...names].sort((a, b) => a - b)) {
    const inside = merge(upper?.entries?.get(name), below?.entries?.get(name), false);
    if (inside) entries.set(name, inside);
  }
  return { ...attributes, entries };
};

/** The first path at which a tree is not as it must be, as far as it could be read. */
export const firstDifference = (
  wanted: Surveyed | undefined,
  seen: Surveyed | undefined,
  names: readonly number[] = [],
): readonly number[] | undefined => {
  if (!wanted || !seen) return wanted === seen ? undefined : names;
  if (JSON.stringify(wanted.stat) !== JSON.stringify(seen.stat)) return names;
  const bothRead = wanted.words && seen.words;
  if (bothRead && wanted.words.join() !== seen.words.join()) return names;
  if (!wanted.entries || !seen.entries) return undefined;
  for (const name of new Set([...wanted.entries.keys(), ...seen.entries.keys()])) {
    const inside = [...names, name];
    const found = firstDifference(wanted.entries.get(name), seen.entries.get(name), inside);
    if (found) return found;
  }
  return undefined;
};
