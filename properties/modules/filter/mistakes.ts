/** Packet filters, matches and protocols with one mistake each, and the property that must catch it. */
import { moduleRoutines } from '../../../kernels/modules/index.ts';
import { RecordWord, setWord, wordAt } from '../../../kernels/modules/loader.ts';
import { callKernel, type ModuleProgram } from '../../../kernels/modules/program.ts';
import { datagramWith, filter } from '../../../kernels/modules/programs/datagram-protocol.ts';
import {
  filterRoutines,
  ipTables,
  ipTablesWith,
} from '../../../kernels/modules/programs/ip-tables/index.ts';
import type { FilterRoutines } from '../../../kernels/modules/programs/ip-tables/routines.ts';
import * as tables from '../../../kernels/modules/programs/ip-tables/table.ts';
import { matchLimit } from '../../../kernels/modules/programs/match-limit.ts';
import { pointNumber } from '../../../kernels/modules/programs/registering.ts';
import { EntryWord } from '../../../spec/filter.ts';
import { destinationOf, THIS_HOST } from '../../../spec/packets.ts';
import type { ModuleMistake } from '../mistakes.ts';
import type { Changes } from '../world.ts';

const right = filterRoutines;

const filtering = (over: Partial<FilterRoutines>): Changes => ({
  programs: { 'ip-tables': ipTablesWith(over) },
});
const exiting = (program: ModuleProgram, exit: ModuleProgram['exit']): ModuleProgram => ({
  ...program,
  exit,
});

const VERDICTS: readonly ModuleMistake[] = [
  {
    id: 'last-rule-decides',
    description: 'Rules of a chain are gone through from the last to the first.',
    killedBy: 'modules/first-verdict',
    ...filtering({
      link: (place, table) => {
        right.link(place, table);
        const next = new Map<number, number>();
        const { memory } = place;
        for (let chain = 0; chain < 8; chain++) {
          let before = 0;
          for (let at = tables.firstOf(place, table, chain); at !== 0; ) {
            const after = memory.load(at + tables.RuleWord.next);
            memory.store(at + tables.RuleWord.next, before);
            before = at;
            at = after;
          }
          next.set(chain, before);
          memory.store(table + tables.TableWord.chains + 4 * chain, before);
        }
        for (const at of tables.eachRule(place, table)) {
          const to = tables.jumpOf(memory.load(at + tables.RuleWord.rule));
          memory.store(at + tables.RuleWord.to, next.get(to) ?? 0);
        }
      },
    }),
  },
  {
    id: 'policy-ignored',
    description: 'What no rule decides is accepted, whatever the policy.',
    killedBy: 'modules/first-verdict',
    ...filtering({ policyOf: () => 1 }),
  },
  {
    id: 'negation-ignored',
    description: 'A rule about all hosts but some is about those.',
    killedBy: 'modules/first-verdict',
    ...filtering({ meets: (criteria, request) => right.meets(criteria & 0x1fff_ffff, request) }),
  },
  {
    id: 'match-not-asked',
    description: 'A rule is about a packet whatever its match says.',
    killedBy: 'modules/first-verdict',
    ...filtering({
      *matches(routines, { memory }, at, request) {
        yield* [];
        return routines.meets(memory.load(at + tables.RuleWord.criteria), request) ? 1 : 0;
      },
    }),
  },
  {
    id: 'fast-path-unfiltered',
    description: 'Packets from this host to itself do not go through the hooks.',
    killedBy: 'modules/first-verdict',
    bug: 'CVE-2014-4157: a fast path skipped the filter.',
    programs: {
      'datagram-protocol': datagramWith({
        *filter(request, argument) {
          if (destinationOf(request) === THIS_HOST) return 1;
          return yield* filter(request, argument);
        },
      }),
    },
  },
  {
    id: 'checksum-unchecked',
    description: 'A datagram whose checksum is wrong is delivered.',
    killedBy: 'modules/calls',
    programs: {
      'datagram-protocol': datagramWith({ checksumOf: (_, argument) => argument & 0xffff }),
    },
  },
  {
    id: 'bucket-overflows',
    description: 'Buckets get tokens though they are full.',
    killedBy: 'modules/calls',
    programs: {
      'match-limit': {
        ...matchLimit,
        timer: ({ memory, data }) => {
          for (let at = data; at < data + 16; at += 4) memory.store(at, memory.load(at) - 1);
          return callKernel('setTimer', 2);
        },
      },
    },
  },
];

const REPLACEMENT: readonly ModuleMistake[] = [
  {
    id: 'appended-live',
    description: 'A rule that is appended is in the live table at once.',
    killedBy: 'modules/table-replaced-atomically',
    ...filtering({
      append: (place, request, criteria) => {
        const answer = right.append(place, request, criteria);
        tables.addRule(place, tables.live(place), request, criteria);
        right.link(place, tables.live(place));
        return answer;
      },
    }),
  },
  {
    id: 'live-before-checked',
    description:
      'The new table is live before its matches are held; and stays so if one is missing.',
    killedBy: 'modules/table-replaced-atomically',
    ...filtering({
      *take(routines, place, table) {
        const answer = yield* right.take(routines, place, table);
        if (answer < 0) {
          right.link(place, table);
          right.exchange(place);
        }
        return answer;
      },
    }),
  },
  {
    id: 'policy-at-once',
    description: 'A policy is that of the live table, too, before anything is committed.',
    killedBy: 'modules/table-replaced-atomically',
    ...filtering({
      policy: (place, request) => {
        const answer = right.policy(place, request);
        if (answer === 0) {
          const chain = tables.chainOfRule(request);
          const said = right.policyOf(place, tables.aside(place), chain);
          tables.setPolicy(place, tables.live(place), chain, said);
        }
        return answer;
      },
    }),
  },
  {
    id: 'loop-committed',
    description: 'Chains that lead back to themselves are committed.',
    killedBy: 'modules/table-replaced-atomically',
    bug: 'CVE-2014-9922: no bound on how deep one thing stands upon another.',
    ...filtering({ hasLoop: () => false }),
  },
  {
    id: 'old-rules-return',
    description: 'A new table begins with the rules of the one before the live one.',
    killedBy: 'modules/table-replaced-atomically',
    bug: 'CVE-2022-0847: a slot that is used again keeps what it had.',
    ...filtering({
      begin: (place) => {
        const table = tables.aside(place);
        const rules = tables.rulesOf(place, table);
        const answer = right.begin(place);
        place.memory.store(table + tables.TableWord.rules, rules);
        return answer;
      },
    }),
  },
];

const REFERENCES: readonly ModuleMistake[] = [
  {
    id: 'match-not-held',
    description: 'Rules use matches without a reference.',
    killedBy: 'modules/match-stays',
    ...filtering({
      *holdMatch(key) {
        const answer = yield* right.holdMatch(key);
        if (answer >= 0) yield* right.releaseMatch(key);
        return answer;
      },
    }),
  },
  {
    id: 'match-leaked-on-failure',
    description: 'A replacement that fails keeps the references that it has got.',
    killedBy: 'modules/match-stays',
    bug: 'CVE-2014-2851: a reference was not put on the way of an error.',
    ...filtering({
      *take(routines, place, table) {
        return yield* right.take({ ...routines, releaseMatch: nothing }, place, table);
      },
    }),
  },
  {
    id: 'match-put-twice-on-failure',
    description: 'A replacement that fails puts its references twice.',
    killedBy: 'modules/match-stays',
    bug: 'CVE-2016-4557: put twice on the way of an error.',
    ...filtering({
      *take(routines, place, table) {
        const { releaseMatch } = routines;
        const twice = function* (key: number) {
          yield* releaseMatch(key);
          return yield* releaseMatch(key);
        };
        return yield* right.take({ ...routines, releaseMatch: twice }, place, table);
      },
    }),
  },
  {
    id: 'cleaned-up-twice',
    description: 'A replacement that fails also gives back what the live table holds.',
    killedBy: 'modules/match-stays',
    bug: 'CVE-2015-5706: what had failed was cleaned up a second time.',
    ...filtering({
      *take(routines, place, table) {
        const answer = yield* right.take(routines, place, table);
        if (answer < 0) yield* right.give(routines, place, tables.live(place));
        return answer;
      },
    }),
  },
  {
    id: 'old-table-keeps-matches',
    description: 'The references of the table that was replaced are not given back.',
    killedBy: 'modules/match-stays',
    bug: 'CVE-2016-0728: a reference leaked.',
    ...filtering({
      *commit(routines, place) {
        return yield* right.commit({ ...routines, give: nothing }, place);
      },
    }),
  },
  {
    id: 'exit-keeps-matches',
    description: 'A filter that goes does not give back what its table holds.',
    killedBy: 'modules/match-stays',
    programs: { 'ip-tables': exiting(ipTables, unhook) },
  },
  {
    id: 'held-without-trying',
    description: 'A match is looked up and held though it is GOING.',
    killedBy: 'modules/match-stays',
    bug: 'CVE-2020-0305: a lookup did not try to get a reference.',
    routines: {
      pin: (loader, point, key) => {
        const get: typeof moduleRoutines.get = (_, entry) => {
          if (!entry) return moduleRoutines.get(loader, entry);
          setWord(loader, entry, RecordWord.users, wordAt(loader, entry, RecordWord.users) + 1);
          return 0;
        };
        return moduleRoutines.pin({ ...loader, routines: { ...loader.routines, get } }, point, key);
      },
    },
  },
];

const LEAKS: readonly ModuleMistake[] = [
  {
    id: 'addresses-dumped',
    description:
      'Beyond the words of a rule those can be read that the kernel has made: addresses.',
    killedBy: 'modules/only-what-was-given',
    bug: 'CVE-2021-39636: ip_tables copied internal pointers out.',
    ...filtering({
      entry: (place, index, word) => {
        const table = tables.live(place);
        if (word <= EntryWord.packets || index >= tables.rulesOf(place, table))
          return right.entry(place, index, word);
        return place.memory.load(tables.ruleAt(table, index) + 4 * word);
      },
    }),
  },
  {
    id: 'counter-uninitialised',
    description: 'A new rule counts on from what lay there before.',
    killedBy: 'modules/only-what-was-given',
    bug: 'CVE-2017-1088 (FreeBSD kldstat): memory was not cleared before it was copied out.',
    ...filtering({
      append: (place, request, criteria) => {
        const table = tables.aside(place);
        const at = tables.ruleAt(table, tables.rulesOf(place, table)) + tables.RuleWord.packets;
        const before = place.memory.load(at);
        const answer = right.append(place, request, criteria);
        if (answer === 0) place.memory.store(at, before);
        return answer;
      },
    }),
  },
  {
    id: 'rules-behind-the-last',
    description: 'Behind the last rule what lies there can be read.',
    killedBy: 'modules/only-what-was-given',
    bug: 'CVE-2013-2141: a structure that was filled in part was copied out.',
    ...filtering({
      entry: (place, index, word) =>
        place.memory.load(tables.ruleAt(tables.live(place), index) + 4 * word),
    }),
  },
];

const LEFTOVERS: readonly ModuleMistake[] = [
  {
    id: 'hook-left-by-exit',
    description: 'A filter that goes leaves its hook behind.',
    killedBy: 'modules/registrations',
    bug: 'CVE-2019-2215: an exit left a link to what it freed.',
    programs: {
      'ip-tables': exiting(ipTables, function* (place) {
        return yield* right.give(right, place, tables.live(place));
      }),
    },
  },
  {
    id: 'timer-left-by-exit',
    description: 'A match that goes leaves its timer armed.',
    killedBy: 'modules/registrations',
    bug: 'Without a number: use after unload, through a timer that exit() left armed.',
    programs: { 'match-limit': exiting(matchLimit, unhookMatch) },
  },
];

function* nothing() {
  yield* [];
  return 0;
}

function* unhook() {
  return yield* callKernel('unregisterHook', pointNumber('packet'));
}
function* unhookMatch() {
  return yield* callKernel('unregisterHook', pointNumber('match'));
}

export const FILTER_MISTAKES: readonly ModuleMistake[] = [
  ...VERDICTS,
  ...REPLACEMENT,
  ...REFERENCES,
  ...LEAKS,
  ...LEFTOVERS,
];
