/** The life of a module: COMING, LIVE, GOING, gone; and what its users do meanwhile. */
import { Errno } from '../../spec/errno.ts';
import { isGplCompatible, type UnloadRefusal } from '../../spec/modules.ts';
import {
  type Entry,
  type Loader,
  type ModuleFile,
  Phase,
  RecordWord,
  setWord,
  wordAt,
} from './loader.ts';
import { addressOf } from './memory.ts';
import { USE_AT } from './symbols.ts';

const { state, users, loads, dependants } = RecordWord;

/** Where in a module's data its count of calls is, and what its init answers. */
export const DataWord = { calls: 0, answer: 4 } as const;

export const load = (loader: Loader, file: ModuleFile): number => {
  const { settings, routines, entries } = loader;
  const { facts } = file;
  const present = entries.get(facts.name);
  const isLive = present && wordAt(loader, present, state) === Phase.live;
  if (settings.policy.counts && isLive && !settings.disabled) {
    setWord(loader, present, loads, wordAt(loader, present, loads) + 1);
    return 0;
  }
  for (const { unless, errno } of settings.policy.load) {
    if (!routines.refusesLoad(loader, facts, unless)) continue;
    return -(unless === 'symbols' ? routines.symbolError(loader, facts) : errno);
  }
  const record = loader.memory.records.pop();
  if (record === undefined) return -Errno.ENOMEM;
  const entry: Entry = { facts, record, uses: routines.ownersOf(loader, facts) };
  if (!routines.layOut(loader, entry)) {
    loader.memory.records.push(record);
    return -Errno.ENOMEM;
  }
  fill(loader, entry, file);
  routines.relocate(loader, entry);
  routines.protect(loader, entry);
  setWord(loader, entry, state, Phase.coming);
  setWord(loader, entry, users, 0);
  setWord(loader, entry, loads, 1);
  setWord(loader, entry, dependants, 0);
  entries.set(facts.name, entry);
  routines.publish(loader, entry);
  if (!isGplCompatible(facts.licence)) loader.taints.add('proprietary');
  if (facts.signature !== 'valid') loader.taints.add('unsigned');
  return 0;
};

/** Its sections as they stand in the file. Init has its code in a section of its own, if there is one. */
const fill = (loader: Loader, entry: Entry, { facts, code }: ModuleFile): void => {
  const { hart } = loader;
  const text = addressOf(loader, entry, 'text');
  if (facts.pages.init > 0) hart.store(addressOf(loader, entry, 'init'), code.init);
  else hart.store(text, code.init);
  hart.store(text + 4, code.exit);
  hart.store(text + USE_AT, code.use);
  hart.store(addressOf(loader, entry, 'data') + DataWord.answer, facts.init >>> 0);
};

export const init = (loader: Loader, entry: Entry | undefined): number => {
  const { routines } = loader;
  if (!entry || wordAt(loader, entry, state) !== Phase.coming) return -Errno.EINVAL;
  const at = addressOf(loader, entry, entry.facts.pages.init > 0 ? 'init' : 'text');
  const answer = callAt(loader, at, addressOf(loader, entry, 'data'));
  if (answer < 0) {
    setWord(loader, entry, state, Phase.going);
    routines.forget(loader, entry);
    return answer;
  }
  setWord(loader, entry, state, Phase.live);
  routines.release(loader, entry, 'init');
  return 0;
};

const callAt = (loader: Loader, va: number, ...args: number[]): number => {
  const answer = loader.hart.call(va, ...args);
  if (typeof answer !== 'number') throw new TypeError('a module does not wait here');
  return answer | 0;
};

/** What only the last reference of a user has to do with. */
const OF_THE_LAST: readonly UnloadRefusal[] = ['no exit', 'in use'];

export const unload = (loader: Loader, entry: Entry | undefined, force: boolean): number => {
  const { settings, routines } = loader;
  const others = entry ? wordAt(loader, entry, loads) - 1 + wordAt(loader, entry, dependants) : 0;
  const stays = settings.policy.counts && others > 0;
  for (const { unless, errno, forcible } of settings.policy.unload) {
    if (stays && OF_THE_LAST.includes(unless)) continue;
    if (force && forcible) continue;
    if (routines.refusesUnload(loader, entry, unless)) return -errno;
  }
  if (!entry) return -Errno.ENOENT;
  if (stays) {
    setWord(loader, entry, loads, wordAt(loader, entry, loads) - 1);
    return 0;
  }
  if (force && (!entry.facts.exit || wordAt(loader, entry, users) > 0)) loader.taints.add('forced');
  setWord(loader, entry, state, Phase.going);
  setWord(loader, entry, loads, 0);
  return 0;
};

export const exit = (loader: Loader, entry: Entry | undefined): number => {
  if (!entry || wordAt(loader, entry, state) !== Phase.going) return -Errno.EINVAL;
  runExit(loader, entry);
  loader.routines.forget(loader, entry);
  return 0;
};

const runExit = (loader: Loader, entry: Entry): void => {
  if (!entry.facts.exit) return;
  callAt(loader, addressOf(loader, entry, 'text') + 4, addressOf(loader, entry, 'data'));
};

export const forget = (loader: Loader, entry: Entry): void => {
  const { routines, entries, memory } = loader;
  entries.delete(entry.facts.name);
  routines.withdraw(loader, entry);
  routines.releaseAll(loader, entry);
  setWord(loader, entry, state, 0);
  memory.records.push(entry.record);
  for (const owner of entry.uses) leaveAlone(loader, owner);
};

/** Under kld a module that nobody refers to any more goes by itself. */
const leaveAlone = (loader: Loader, entry: Entry): void => {
  if (!loader.settings.policy.counts || wordAt(loader, entry, state) !== Phase.live) return;
  const left = [users, loads, dependants].some((word) => wordAt(loader, entry, word) > 0);
  if (left) return;
  setWord(loader, entry, state, Phase.going);
  runExit(loader, entry);
  loader.routines.forget(loader, entry);
};

export const get = (loader: Loader, entry: Entry | undefined): number => {
  if (!entry || wordAt(loader, entry, state) === Phase.going) return -Errno.ENOENT;
  setWord(loader, entry, users, wordAt(loader, entry, users) + 1);
  return 0;
};

export const put = (loader: Loader, entry: Entry | undefined): number => {
  const count = entry ? wordAt(loader, entry, users) : 0;
  if (!entry || count === 0) return -Errno.EINVAL;
  setWord(loader, entry, users, count - 1);
  leaveAlone(loader, entry);
  return 0;
};

export const use = (loader: Loader, entry: Entry | undefined): number => {
  if (!entry || wordAt(loader, entry, state) !== Phase.live) return -Errno.ENOENT;
  const text = addressOf(loader, entry, 'text');
  const data = addressOf(loader, entry, 'data');
  const rodata = addressOf(loader, entry, 'rodata');
  return callAt(loader, text + USE_AT, data, rodata, entry.uses.length);
};
