/** The life of a module: COMING, LIVE, GOING, gone; and what its users do meanwhile. */
import { Errno } from '../../spec/errno.ts';
import { isGplCompatible, type UnloadRefusal } from '../../spec/modules.ts';
import type { VirtualAddress, Word } from '../../spec/riscv.ts';
import {
  type Entry,
  type Loader,
  type ModuleFile,
  Phase,
  RecordWord,
  type Steps,
  setWord,
  type Work,
  wordAt,
} from './loader.ts';
import { addressOf } from './memory.ts';
import { MODULE_ENTRIES, type ModuleEntry } from './program.ts';

const { state, users, loads, dependants } = RecordWord;

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
  setWord(loader, entry, RecordWord.over, 0);
  setWord(loader, entry, RecordWord.busy, 0);
  setWord(loader, entry, dependants, 0);
  entries.set(facts.name, entry);
  loader.byRecord.set(record, entry);
  routines.publish(loader, entry);
  if (!isGplCompatible(facts.licence)) loader.taints.add('proprietary');
  if (facts.signature !== 'valid') loader.taints.add('unsigned');
  return 0;
};

/** Its text as it stands in the file. Init has its code in a section of its own, if there is one. */
const fill = (loader: Loader, entry: Entry, { code }: ModuleFile): void => {
  for (const [index, word] of code.entries()) {
    const routine = MODULE_ENTRIES[Math.floor(index / loader.slots)];
    if (!routine) continue;
    loader.hart.store(routineAt(loader, entry, routine) + 4 * (index % loader.slots), word);
  }
};

/** Work that is done at once, or goes on in steps. */
export function* finish(work: Work): Steps {
  return typeof work === 'number' ? work : yield* work;
}

/** Where one of its routines begins. */
export const routineAt = (loader: Loader, entry: Entry, routine: ModuleEntry): VirtualAddress =>
  routine === 'init' && entry.facts.pages.init > 0
    ? addressOf(loader, entry, 'init')
    : addressOf(loader, entry, 'text') + 4 * loader.slots * MODULE_ENTRIES.indexOf(routine);

export const enter = (
  loader: Loader,
  entry: Entry,
  routine: ModuleEntry,
  request: Word,
  argument: Word,
): Work => {
  const data = addressOf(loader, entry, 'data');
  const rodata = addressOf(loader, entry, 'rodata');
  const at = routineAt(loader, entry, routine);
  return called(loader.hart.call(at, data, rodata, entry.uses.length, request, argument));
};

/** In the kernel there is nobody left to say so. */
export const giveUp = (): number => -Errno.EIO;

/** The answer of a routine that was called through its address. */
export const called = (answer: number | Generator<unknown, number, void>): Work =>
  typeof answer === 'number' ? answer | 0 : stepping(answer);

function* stepping(steps: Generator<unknown, number, void>): Steps {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value | 0;
    yield value;
  }
}

/** What the file says that init answers comes on top of what its code does: that succeeds, or is undone by its exit. */
export function* init(loader: Loader, entry: Entry | undefined): Steps {
  const { routines } = loader;
  if (!entry || wordAt(loader, entry, state) !== Phase.coming) return -Errno.EINVAL;
  const answer = yield* finish(routines.enter(loader, entry, 'init', 0, 0));
  const said = answer < 0 ? answer : entry.facts.init;
  if (said < 0) {
    if (answer >= 0) yield* finish(routines.enter(loader, entry, 'exit', 0, 0));
    setWord(loader, entry, state, Phase.going);
    yield* finish(routines.forget(loader, entry));
    return said;
  }
  setWord(loader, entry, state, Phase.live);
  routines.release(loader, entry, 'init');
  return 0;
}

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

export function* exit(loader: Loader, entry: Entry | undefined): Steps {
  if (!entry || wordAt(loader, entry, state) !== Phase.going) return -Errno.EINVAL;
  yield* runExit(loader, entry);
  yield* finish(loader.routines.forget(loader, entry));
  return 0;
}

function* runExit(loader: Loader, entry: Entry): Steps<void> {
  if (entry.facts.exit) yield* finish(loader.routines.enter(loader, entry, 'exit', 0, 0));
}

export function* forget(loader: Loader, entry: Entry): Steps {
  const { routines, entries, memory } = loader;
  entries.delete(entry.facts.name);
  loader.byRecord.delete(entry.record);
  routines.withdraw(loader, entry);
  routines.releaseAll(loader, entry);
  setWord(loader, entry, state, 0);
  memory.records.push(entry.record);
  for (const owner of entry.uses) yield* leaveAlone(loader, owner);
  return 0;
}

/** Under kld a module that nobody refers to any more goes by itself. */
function* leaveAlone(loader: Loader, entry: Entry): Steps<void> {
  if (!loader.settings.policy.counts || wordAt(loader, entry, state) !== Phase.live) return;
  const left = [users, loads, dependants].some((word) => wordAt(loader, entry, word) > 0);
  if (left) return;
  setWord(loader, entry, state, Phase.going);
  yield* runExit(loader, entry);
  yield* finish(loader.routines.forget(loader, entry));
}

export const get = (loader: Loader, entry: Entry | undefined): number => {
  if (!entry || wordAt(loader, entry, state) === Phase.going) return -Errno.ENOENT;
  setWord(loader, entry, users, wordAt(loader, entry, users) + 1);
  return 0;
};

export function* put(loader: Loader, entry: Entry | undefined): Steps {
  const count = entry ? wordAt(loader, entry, users) : 0;
  if (!entry || count === 0) return -Errno.EINVAL;
  setWord(loader, entry, users, count - 1);
  yield* leaveAlone(loader, entry);
  return 0;
}

/** It has a reference while it is at work, so that it cannot go meanwhile. */
export function* use(
  loader: Loader,
  entry: Entry | undefined,
  request: Word,
  argument: Word,
): Steps {
  const { routines } = loader;
  if (!entry || wordAt(loader, entry, state) !== Phase.live) return -Errno.ENOENT;
  const refused = routines.get(loader, entry);
  if (refused < 0) return refused;
  const answer = yield* finish(routines.enter(loader, entry, 'use', request, argument));
  yield* finish(routines.put(loader, entry));
  return answer;
}
