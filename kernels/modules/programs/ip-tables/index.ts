/**
 * The packet filter at the point `packet`: `spec/filter.ts`. Its routines call each other through the record, so that
 * replacing one in it replaces it everywhere.
 */
import { Errno } from '../../../../spec/errno.ts';
import {
  EntryWord,
  FILTER_CHAINS,
  FILTER_PRIORITY,
  FIRST_USER_CHAIN,
  FilterRequest,
  Target,
} from '../../../../spec/filter.ts';
import { chainOf } from '../../../../spec/packets.ts';
import type { VirtualAddress, Word } from '../../../../spec/riscv.ts';
import type { ModuleProgram, ModuleSteps, Place } from '../../program.ts';
import { register, unregister } from '../registering.ts';
import * as replace from './replace.ts';
import type { FilterRoutines } from './routines.ts';
import * as table from './table.ts';
import * as walking from './walk.ts';

const HOOK = { point: 'packet', priority: FILTER_PRIORITY, key: 0 } as const;

const acceptAll = (place: Place, it: VirtualAddress): void => {
  for (let chain = 0; chain < FIRST_USER_CHAIN; chain++) table.setPolicy(place, it, chain, 1);
};

const begin = (place: Place): number => {
  if (table.phaseOf(place) === table.Phase.committing) return -Errno.EBUSY;
  const fresh = table.aside(place);
  place.memory.store(fresh + table.TableWord.rules, 0);
  acceptAll(place, fresh);
  table.setPhase(place, table.Phase.building);
  return 0;
};

const policy = (place: Place, request: Word): number => {
  const [chain, target] = [table.chainOfRule(request), table.targetOf(request)];
  if (chain >= FIRST_USER_CHAIN || target > Target.drop) return -Errno.EINVAL;
  table.setPolicy(place, table.aside(place), chain, target === Target.accept ? 1 : 0);
  return 0;
};

/** Targets between `none` and the first chain of the user mean nothing. */
const isTarget = (target: number): boolean =>
  target <= Target.none || target >= Target.jump + FIRST_USER_CHAIN;
/** Bits that have no meaning, and lengths that an address does not have. */
const isCriteria = (word: Word): boolean =>
  (word & 0x9000_0000) === 0 && ((word >>> 12) & 0xf) <= 8 && (word & 0xf) <= 8;

const append = (place: Place, request: Word, criteria: Word): number => {
  const [chain, target] = [table.chainOfRule(request), table.targetOf(request)];
  if (chain >= FILTER_CHAINS || !isTarget(target) || !isCriteria(criteria)) return -Errno.EINVAL;
  return table.addRule(place, table.aside(place), request, criteria) ? 0 : -Errno.ENOSPC;
};

const count = (place: Place): number => {
  const it = table.live(place);
  let answer = table.rulesOf(place, it);
  for (let chain = 0; chain < FIRST_USER_CHAIN; chain++)
    if (table.policyOf(place, it, chain) === 0) answer |= 256 << chain;
  return answer;
};

/** What was appended, and how many packets; nothing of what the kernel has made of it. */
const entry = (place: Place, index: number, word: number): number => {
  const it = table.live(place);
  if (index >= table.rulesOf(place, it) || word > EntryWord.packets) return -Errno.EINVAL;
  return place.memory.load(table.ruleAt(it, index) + 4 * word);
};

export const filterRoutines: FilterRoutines = {
  begin,
  policy,
  append,
  entry,
  link: table.link,
  exchange: table.exchange,
  policyOf: table.policyOf,
  meets: walking.meets,
  matches: walking.matches,
  walk: walking.walk,
  hasLoop: replace.hasLoop,
  holdMatch: replace.holdMatch,
  releaseMatch: replace.releaseMatch,
  take: replace.take,
  give: replace.give,
  drained: replace.drained,
  commit: replace.commit,
};

/** What needs a table that is being built. */
const build = (routines: FilterRoutines, place: Place, request: Word, criteria: Word): number => {
  if (table.phaseOf(place) !== table.Phase.building) return -Errno.EINVAL;
  return request >>> 28 === FilterRequest.policy
    ? routines.policy(place, request)
    : routines.append(place, request, criteria);
};

const use = (
  routines: FilterRoutines,
  place: Place,
  request: Word,
  argument: Word,
): number | ModuleSteps => {
  switch (request >>> 28) {
    case FilterRequest.begin:
      return routines.begin(place);
    case FilterRequest.policy:
    case FilterRequest.append:
      return build(routines, place, request, argument);
    case FilterRequest.commit:
      return routines.commit(routines, place);
    case FilterRequest.count:
      return count(place);
    case FilterRequest.entry:
      return routines.entry(place, request & 0xff, (request >>> 8) & 0xf);
    default:
      return -Errno.EINVAL;
  }
};

/** Packets that are elsewhere are none of its business. */
function* hook(routines: FilterRoutines, place: Place, request: Word, argument: Word): ModuleSteps {
  if (chainOf(request) >= FIRST_USER_CHAIN) return 1;
  const it = table.live(place);
  table.countPackets(place, it, 1);
  const verdict = yield* routines.walk(routines, place, it, request, argument);
  table.countPackets(place, it, -1);
  return verdict;
}

export const ipTablesWith = (over: Partial<FilterRoutines> = {}): ModuleProgram => {
  const routines = { ...filterRoutines, ...over };
  return {
    init: (place) => {
      acceptAll(place, table.live(place));
      return register(HOOK);
    },
    *exit(place) {
      const gone = yield* unregister(HOOK);
      yield* routines.give(routines, place, table.live(place));
      return gone;
    },
    use: (place, request, argument) => use(routines, place, request, argument),
    hook: (place, request, argument) => hook(routines, place, request, argument),
    sleeps: true,
  };
};

export const ipTables: ModuleProgram = ipTablesWith();
