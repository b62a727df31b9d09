/**
 * How a module comes. UNFORMED: it has its record, frames and addresses, and its sections can be written, and nothing in
 * them executed. COMING: it is bound to those that it imports from, its symbols can be found, and each section has the
 * rights that it keeps; so all that has to be written to text and read-only data is written before.
 */
import { Errno } from '../../spec/errno.ts';
import type { ParameterValue } from '../../spec/module-parameters.ts';
import { isGplCompatible } from '../../spec/modules.ts';
import { finish, routineAt } from './life.ts';
import {
  type Entry,
  type Loader,
  type ModuleFile,
  Phase,
  RecordWord,
  type Steps,
  setWord,
  wordAt,
} from './loader.ts';
import { fillParameters } from './parameters.ts';
import { MODULE_ENTRIES } from './program.ts';

const { state, users, loads, dependants, over, busy, forced } = RecordWord;

export const prepare = (
  loader: Loader,
  file: ModuleFile,
  brought: readonly ParameterValue[],
): number => {
  const { settings, routines, entries } = loader;
  const { facts } = file;
  const present = entries.get(facts.name);
  const isLive = present && wordAt(loader, present, state) === Phase.live;
  if (settings.policy.counts && isLive && !settings.disabled) {
    routines.raise(loader, present, loads);
    return 0;
  }
  for (const { unless, errno } of settings.policy.load)
    if (routines.refusesLoad(loader, facts, unless)) return -errno;
  const record = loader.memory.records.pop();
  if (record === undefined) return -Errno.ENOMEM;
  const entry: Entry = { facts, record, uses: [], brought };
  if (!routines.layOut(loader, entry)) {
    loader.memory.records.push(record);
    return -Errno.ENOMEM;
  }
  fill(loader, entry, file);
  enlist(loader, entry);
  if (!isGplCompatible(facts.licence)) loader.taints.add('proprietary');
  if (!routines.verifies(loader, facts)) loader.taints.add('unsigned');
  return 0;
};

/** Its text as it stands in the file. Init has its code in a section of its own, if there is one. */
const fill = (loader: Loader, entry: Entry, { code }: ModuleFile): void => {
  for (const [index, word] of code.entries()) {
    const routine = MODULE_ENTRIES[Math.floor(index / loader.slots)];
    if (!routine) continue;
    loader.hart.store(routineAt(loader, entry, routine) + 4 * (index % loader.slots), word);
  }
  fillParameters(loader, entry);
};

const enlist = (loader: Loader, entry: Entry): void => {
  setWord(loader, entry, state, Phase.unformed);
  setWord(loader, entry, users, 0);
  setWord(loader, entry, loads, 1);
  setWord(loader, entry, dependants, 0);
  for (const word of [over, busy, forced]) setWord(loader, entry, word, 0);
  loader.entries.set(entry.facts.name, entry);
  loader.byRecord.set(entry.record, entry);
};

export const form = (loader: Loader, entry: Entry | undefined): number => {
  const { settings, routines } = loader;
  if (!entry || wordAt(loader, entry, state) !== Phase.unformed) return -Errno.EINVAL;
  const { facts } = entry;
  for (const { unless, errno } of settings.policy.form) {
    if (!routines.refusesForm(loader, facts, unless)) continue;
    const error = unless === 'symbols' ? routines.symbolError(loader, facts) : errno;
    routines.dismantle(loader, entry);
    return -error;
  }
  entry.uses = routines.ownersOf(loader, facts);
  routines.relocate(loader, entry);
  routines.protect(loader, entry);
  routines.publish(loader, entry);
  setWord(loader, entry, state, Phase.coming);
  return 0;
};

export const load = (
  loader: Loader,
  file: ModuleFile,
  brought: readonly ParameterValue[],
): number => {
  const { routines, entries } = loader;
  const answer = routines.prepare(loader, file, brought);
  const entry = entries.get(file.facts.name);
  const isNew = entry && wordAt(loader, entry, state) === Phase.unformed;
  return answer === 0 && isNew ? routines.form(loader, entry) : answer;
};

/** What the file says that init answers comes on top of what its code does: that succeeds, or is undone by its exit. */
export function* init(loader: Loader, entry: Entry | undefined): Steps {
  const { routines } = loader;
  if (!entry || wordAt(loader, entry, state) !== Phase.coming) return -Errno.EINVAL;
  const error = routines.setParameters(loader, entry);
  const answer = error < 0 ? error : yield* finish(routines.enter(loader, entry, 'init', 0, 0));
  const said = answer < 0 ? answer : entry.facts.init;
  if (said < 0) {
    if (answer >= 0) yield* finish(routines.enter(loader, entry, 'exit', 0, 0));
    setWord(loader, entry, state, Phase.going);
    yield* finish(routines.forget(loader, entry));
    return said;
  }
  if (said > 0) loader.warnings.add('init above zero');
  setWord(loader, entry, state, Phase.live);
  routines.release(loader, entry, 'init');
  return 0;
}

export const dismantle = (loader: Loader, entry: Entry): void => {
  const { routines, entries, memory } = loader;
  entries.delete(entry.facts.name);
  loader.byRecord.delete(entry.record);
  routines.withdraw(loader, entry);
  routines.releaseAll(loader, entry);
  setWord(loader, entry, state, 0);
  memory.records.push(entry.record);
};
