/** Worlds with a packet filter, and operations of which most refer to what is there. */
import fc from 'fast-check';
import { MatchKey, Target } from '../../../spec/filter.ts';
import { KLD_POLICY, LINUX_POLICY, type ModuleOperation } from '../../../spec/modules.ts';
import { DatagramRequest } from '../../../spec/packets.ts';
import type { ModuleCase } from '../arbitrary.ts';
import type { ModuleWorld } from '../world.ts';
import {
  appendRule,
  begin,
  bringUp,
  commit,
  datagram,
  dropByPolicy,
  dump,
  flush,
  moduleWith,
  NOTHING,
  packet,
  type RuleText,
  takeDown,
  use,
} from './operations.ts';
import { packetText, port, rule } from './tables.ts';

const FILTERS = ['filter', 'mangle'] as const;
export const MATCHES = ['port', 'limit'] as const;
const NAMES = [...MATCHES, ...FILTERS, 'udp'] as const;

export const worldArbitrary: fc.Arbitrary<ModuleWorld> = fc.record({
  files: fc.constant([
    moduleWith('filter', 'ip-tables'),
    moduleWith('mangle', 'ip-tables'),
    moduleWith('port', 'match-port'),
    moduleWith('limit', 'match-limit'),
    moduleWith('udp', 'datagram-protocol'),
  ]),
  settings: fc.record({
    policy: fc.constantFrom(LINUX_POLICY, LINUX_POLICY, KLD_POLICY),
    vermagic: fc.constant('6.1'),
    enforceSignatures: fc.constant(false),
    disabled: fc.constant(false),
    blacklist: fc.constant([]),
    kernelExports: fc.constant([]),
  }),
  pages: fc.constant(24),
});

const packets = fc
  .array(packetText, { minLength: 1, maxLength: 5 })
  .map((all): ModuleOperation[] => all.map((one) => packet(one)));

const filter = fc.constantFrom('filter', 'filter', 'filter', 'mangle');

/** A table is built; packets come before it is committed, if it ever is; and it is read. */
const replacement = fc
  .record({
    filter,
    rules: fc.array(rule, { minLength: 2, maxLength: 7 }),
    policies: fc.subarray([0, 1, 2]),
    before: packets,
    after: packets,
    commits: fc.constantFrom(1, 1, 1, 1, 1, 0, 0, 2),
  })
  .map(({ filter: it, rules, policies, before, after, commits }): ModuleOperation[] => [
    begin(it),
    ...policies.map((one) => dropByPolicy(it, one)),
    ...rules.map((one) => appendRule(it, one)),
    ...before,
    ...Array.from({ length: commits }, () => commit(it)),
    ...dump(it, rules.length),
    ...after,
    ...dump(it, rules.length),
  ]);

/** More rules than a table has room for. */
const overfull = fc
  .tuple(filter, rule)
  .map(([it, one]): ModuleOperation[] => [
    begin(it),
    ...Array.from({ length: 17 }, () => appendRule(it, one)),
    commit(it),
  ]);

const match4 = fc.constantFrom(...MATCHES);
/** A match is to go, and comes again if it could. */
const matchGoes = fc
  .tuple(match4, filter, fc.constantFrom(true, false))
  .map(([name, it, uses]): ModuleOperation[] => [
    { op: 'unload', module: name, force: false },
    ...(uses ? [begin(it), appendRule(it, ruleWith(name)), commit(it)] : []),
    { op: 'exit', module: name },
    ...bringUp(name),
  ]);
const ruleWith = (name: (typeof MATCHES)[number]): RuleText => ({
  chain: 0,
  target: Target.accept,
  match: MatchKey[name],
  its: 0x0109,
  criteria: 0,
});

const datagrams = fc
  .record({
    op: fc.constantFrom<keyof typeof DatagramRequest>(
      'bind',
      'bind',
      'unbind',
      'send',
      'send',
      'send',
      'receive',
      'receive',
      'arrive',
      'arrive',
    ),
    it: packetText,
    task: fc.constantFrom(1, 1, 1, 2),
    wrong: fc.constantFrom(...new Array<number>(8).fill(0), 1),
  })
  .map(({ op, it, task, wrong }) => datagram('udp', DatagramRequest[op], it, task, wrong));
const conversation = fc.array(datagrams, { minLength: 4, maxLength: 12 });

const ticks = fc
  .integer({ min: 1, max: 3 })
  .map((times) => Array.from({ length: times }, (): ModuleOperation => ({ op: 'tick' })));
const tuning = fc.oneof(
  fc.tuple(fc.nat(2), port).map(([op, one]) => use('port', op, one)),
  fc.tuple(fc.nat(2), fc.nat(4)).map(([op, bucket]) => use('limit', op, bucket)),
);

const name = fc.constantFrom(...NAMES);
const part = fc.oneof(
  { weight: 16, arbitrary: replacement },
  { weight: 1, arbitrary: overfull },
  { weight: 8, arbitrary: packets },
  { weight: 6, arbitrary: matchGoes },
  { weight: 8, arbitrary: conversation },
  { weight: 4, arbitrary: ticks },
  { weight: 4, arbitrary: fc.array(tuning, { minLength: 1, maxLength: 4 }) },
  { weight: 2, arbitrary: name.map(takeDown) },
  { weight: 4, arbitrary: name.map(bringUp) },
);

const FILLING = NAMES.flatMap(bringUp);
/** Filters go before the matches that they hold. */
const CLEARING = [...[...NAMES, ...NAMES].reverse().flatMap(takeDown)];
const FLUSHING = FILTERS.flatMap(flush);

export const filterCaseArbitrary: fc.Arbitrary<ModuleCase> = fc
  .tuple(
    worldArbitrary,
    fc
      .tuple(replacement, fc.array(part, { minLength: 3, maxLength: 8 }))
      .map(([first, rest]) => [first, ...rest]),
    fc.constantFrom(...new Array<boolean>(9).fill(true), false),
    fc.constantFrom<readonly ModuleOperation[]>([], CLEARING, [
      ...FLUSHING,
      ...MATCHES.flatMap(takeDown),
      ...CLEARING,
    ]),
  )
  .map(([world, parts, fills, clearing]) => ({
    world,
    operations: [NOTHING, ...(fills ? FILLING : []), ...parts.flat(), ...clearing, { op: 'tick' }],
  }));
