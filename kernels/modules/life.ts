/** What is done with a module that is there, and how it goes: GOING, gone. How it comes: load.ts. */
import { Errno } from '../../spec/errno.ts';
import type { VirtualAddress, Word } from '../../spec/riscv.ts';
import {
  type Entry,
  type Loader,
  Phase,
  RecordWord,
  type Steps,
  setWord,
  type Work,
  wordAt,
} from './loader.ts';
import { addressOf } from './memory.ts';
import { MODULE_ENTRIES, type ModuleEntry } from './program.ts';
import { unloadError } from './rules.ts';

const { state, users, loads, dependants, forced } = RecordWord;

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

export const unload = (loader: Loader, entry: Entry | undefined, force: boolean): number => {
  const { settings, routines } = loader;
  const others = entry ? wordAt(loader, entry, loads) - 1 + wordAt(loader, entry, dependants) : 0;
  const stays = settings.policy.counts && others > 0;
  const rules = settings.policy.unload.filter(
    ({ last, forcible }) => !(stays && last) && !(force && forcible),
  );
  const refused = unloadError(loader, entry, rules);
  if (refused < 0) return refused;
  if (!entry) return -Errno.ENOENT;
  if (stays) routines.lower(loader, entry, loads);
  else go(loader, entry, force);
  return 0;
};

/** From now on it is GOING. Where force has had to do with that, the kernel is tainted. */
const go = (loader: Loader, entry: Entry, force: boolean): void => {
  const lasts = loader.settings.policy.unload.filter(({ last }) => last);
  if (force && unloadError(loader, entry, lasts) < 0) loader.taints.add('forced');
  setWord(loader, entry, state, Phase.going);
  setWord(loader, entry, loads, 0);
  setWord(loader, entry, forced, force ? 1 : 0);
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
  const force = wordAt(loader, entry, forced) !== 0;
  loader.routines.dismantle(loader, entry);
  for (const owner of entry.uses) yield* leaveAlone(loader, owner, force);
  return 0;
}

/** Under kld a module that nobody refers to any more goes by itself, unless it refuses. */
function* leaveAlone(loader: Loader, entry: Entry, force: boolean): Steps<void> {
  const { policy } = loader.settings;
  if (!policy.counts || wordAt(loader, entry, state) !== Phase.live) return;
  if ([users, loads, dependants].some((word) => wordAt(loader, entry, word) > 0)) return;
  const rules = policy.unload.filter(({ last, forcible }) => last && !(force && forcible));
  if (unloadError(loader, entry, rules) < 0) return;
  go(loader, entry, force);
  yield* runExit(loader, entry);
  yield* finish(loader.routines.forget(loader, entry));
}

export const get = (loader: Loader, entry: Entry | undefined): number => {
  if (!entry || wordAt(loader, entry, state) === Phase.going) return -Errno.ENOENT;
  loader.routines.raise(loader, entry, users);
  return 0;
};

export function* put(loader: Loader, entry: Entry | undefined): Steps {
  if (!entry || !loader.routines.lower(loader, entry, users)) return -Errno.EINVAL;
  yield* leaveAlone(loader, entry, false);
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
