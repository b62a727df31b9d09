/** Worlds with a packet filter, and operations of which most refer to what is there. */
import fc from 'fast-check';
import { criteriaWord, MatchKey, Target } from '../../../spec/filter.ts';
import { KLD_POLICY, LINUX_POLICY, type ModuleOperation } from '../../../spec/modules.ts';
import { DatagramRequest } from '../../../spec/packets.ts';
import type { ModuleCase } from '../arbitrary.ts';
import type { ModuleWorld } from '../world.ts';
import type { MeanwhileCase } from './meanwhile.ts';
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
  type PacketText,
  packet,
  type RuleText,
  takeDown,
  use,
} from './operations.ts';

const FILTERS = ['filter', 'mangle'] as const;
const MATCHES = ['port', 'limit'] as const;
const NAMES = [...MATCHES, ...FILTERS, 'udp'] as const;

const worldArbitrary: fc.Arbitrary<ModuleWorld> = fc.record({
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

/** This host, a neighbour, and others that begin with the same bits. */
const host = fc.constantFrom(1, 1, 1, 2, 0x21, 0x2f);
const port = fc.constantFrom(7, 7, 9, 80);
const user = fc.constantFrom(3, 4, 5);
const chain = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(0, 0, 0, 2, 2, 1) },
  { weight: 4, arbitrary: user },
);
const bits = fc.constantFrom(...new Array<number>(8).fill(0), 4, 8);
const criteria = fc
  .record({
    protocol: fc.constantFrom(0, 0, 0, 0, 1, 2),
    source: host,
    sourceBits: bits,
    notSource: fc.constantFrom(false, false, false, true),
    destination: host,
    destinationBits: bits,
    notDestination: fc.constantFrom(...new Array<boolean>(9).fill(false), true),
  })
  .map((it) =>
    criteriaWord({
      ...it,
      notSource: it.notSource && it.sourceBits > 0,
      notDestination: it.notDestination && it.destinationBits > 0,
    }),
  );

const match = fc
  .oneof(
    { weight: 30, arbitrary: fc.constant({ match: 0, its: 5 }) },
    {
      weight: 10,
      arbitrary: fc
        .constantFrom(0x0709, 0x0750, 0x5050, 0)
        .map((its) => ({ match: MatchKey.port, its })),
    },
    {
      weight: 10,
      arbitrary: fc.nat(3).map((its) => ({ match: MatchKey.limit, its })),
    },
    { weight: 1, arbitrary: fc.constant({ match: 3, its: 0 }) },
  )
  .map(({ match: key, its }) => ({ match: key as number, its }));

/** To a later chain, so that few tables have loops. */
const later = (from: number): number => Target.jump + Math.max(3, Math.min(from + 1, 6));
const target = fc.constantFrom<(from: number) => number>(
  () => Target.accept,
  () => Target.accept,
  () => Target.drop,
  () => Target.drop,
  () => Target.drop,
  () => Target.none,
  () => Target.return,
  later,
  later,
  later,
);
const oddTarget = fc.constantFrom(Target.jump + 3, Target.jump + 3, Target.jump + 4, 5);
const rule: fc.Arbitrary<RuleText> = fc
  .record({
    chain,
    match,
    criteria: fc.oneof(
      { weight: 30, arbitrary: criteria },
      { weight: 1, arbitrary: fc.constantFrom(0x8000_0000, 0x9000, 9) },
    ),
    target: fc.oneof(
      { weight: 8, arbitrary: target },
      { weight: 1, arbitrary: oddTarget.map((odd) => () => odd) },
    ),
  })
  .map(({ match: its, target: aim, ...rest }) => ({
    ...rest,
    ...its,
    target: aim(rest.chain),
  }));

const packetText: fc.Arbitrary<PacketText> = fc.record({
  chain: fc.constantFrom(0, 0, 0, 2, 2, 1, 3),
  protocol: fc.constantFrom(1, 1, 2),
  source: host,
  destination: host,
  port,
  byte: fc.nat(255),
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

const tableOf = (rules: readonly RuleText[], drops: readonly number[]): ModuleOperation[] => [
  begin('filter'),
  ...drops.map((one) => dropByPolicy('filter', one)),
  ...rules.map((one) => appendRule('filter', one)),
];
/** Rules that ask matches, so that there is something to wait for. */
const asking = fc.tuple(rule, fc.constantFrom(...MATCHES)).map(([it, name]) => ({
  ...it,
  chain: 0,
  criteria: 0,
  match: MatchKey[name] as number,
  its: name === 'port' ? 0x0150 : it.its & 3,
}));
const rules = fc.array(fc.oneof(asking, asking, rule), { minLength: 1, maxLength: 4 });
const drops = fc.subarray([0]);

export const meanwhileArbitrary: fc.Arbitrary<MeanwhileCase> = fc
  .record({
    world: worldArbitrary,
    old: fc.tuple(rules, drops),
    fresh: fc.tuple(rules, drops),
    one: packetText,
    gone: fc.constantFrom(...MATCHES),
    schedule: fc.array(fc.nat(2), { maxLength: 12 }),
  })
  .map(({ world, old, fresh, one, gone, schedule }) => ({
    world,
    before: [
      ...['port', 'limit', 'filter'].flatMap(bringUp),
      ...tableOf(...old),
      commit('filter'),
      ...tableOf(...fresh),
    ],
    together: [
      packet({ ...one, chain: 0 }),
      commit('filter'),
      { op: 'unload', module: gone, force: false },
    ],
    schedule,
    after: [
      { op: 'exit', module: gone },
      ...dump('filter', fresh[0].length),
      ...bringUp(gone),
      packet(one),
    ],
  }));
