/** Rules and packets that often have to do with each other. */
import fc from 'fast-check';
import { criteriaWord, MatchKey, Target } from '../../../spec/filter.ts';
import type { PacketText, RuleText } from './operations.ts';

/** This host, a neighbour, and others that begin with the same bits. */
const host = fc.constantFrom(1, 1, 1, 2, 0x21, 0x2f);
export const port = fc.constantFrom(7, 7, 9, 80);
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
export const rule: fc.Arbitrary<RuleText> = fc
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

export const packetText: fc.Arbitrary<PacketText> = fc.record({
  chain: fc.constantFrom(0, 0, 0, 2, 2, 1, 3),
  protocol: fc.constantFrom(1, 1, 2),
  source: host,
  destination: host,
  port,
  byte: fc.nat(255),
});
