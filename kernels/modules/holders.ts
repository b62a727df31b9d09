/**
 * References that address spaces hold on modules, in one frame of RAM: 64 places of four words, the number of the space
 * (0: nobody), the module's record, and how many. They end with the space.
 */
import { HOLDERS } from '../../spec/calls/modules.ts';
import { Errno } from '../../spec/errno.ts';
import { WORDS_PER_FRAME } from '../../spec/riscv.ts';
import { type Entry, type Loader, RecordWord, type Work } from './loader.ts';

const HolderWord = { space: 0, record: 1, count: 2 } as const;
const HOLDER_WORDS = 4;

function* places({ memory }: Loader): Generator<number> {
  for (let index = 0; index < HOLDERS; index++)
    yield memory.holders * WORDS_PER_FRAME + index * HOLDER_WORDS;
}

const wordOf = ({ ram }: Loader, at: number, word: number): number => ram[at + word] ?? 0;

const placeOf = (loader: Loader, space: number, record: number): number | undefined =>
  [...places(loader)].find(
    (at) =>
      wordOf(loader, at, HolderWord.space) === space &&
      wordOf(loader, at, HolderWord.record) === record,
  );

export const hold = (loader: Loader, entry: Entry, space: number): number => {
  const { ram, routines } = loader;
  const at = placeOf(loader, space, entry.record) ?? placeOf(loader, 0, 0);
  if (at === undefined) return -Errno.ENOSPC;
  const refused = routines.get(loader, entry);
  if (refused < 0) return refused;
  ram[at + HolderWord.space] = space;
  ram[at + HolderWord.record] = entry.record;
  ram[at + HolderWord.count] = wordOf(loader, at, HolderWord.count) + 1;
  return 0;
};

export const letGo = (loader: Loader, entry: Entry | undefined, space: number): Work => {
  const { ram, routines } = loader;
  const at = entry && placeOf(loader, space, entry.record);
  if (at === undefined) return -Errno.EINVAL;
  const left = wordOf(loader, at, HolderWord.count) - 1;
  if (left === 0) ram.fill(0, at, at + HOLDER_WORDS);
  else ram[at + HolderWord.count] = left;
  return routines.put(loader, entry);
};

export const letGoAll = (loader: Loader, space: number): void => {
  for (const at of places(loader)) {
    if (wordOf(loader, at, HolderWord.space) !== space) continue;
    const owner = loader.byRecord.get(wordOf(loader, at, HolderWord.record));
    const count = wordOf(loader, at, HolderWord.count);
    loader.ram.fill(0, at, at + HOLDER_WORDS);
    for (let given = 0; owner && given < count; given++)
      loader.routines.lower(loader, owner, RecordWord.users);
  }
};
