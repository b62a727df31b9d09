/** Operations on the packet filter, its matches and the datagram protocol, by what they mean. */
import { checksum } from '../../../model/modules/behaviours/datagram-protocol.ts';
import type { ModuleProgramName } from '../../../spec/extensions.ts';
import {
  EntryWord,
  entryRequest,
  FilterRequest,
  filterRequest,
  Target,
} from '../../../spec/filter.ts';
import type { ModuleFacts, ModuleOperation } from '../../../spec/modules.ts';
import { DATAGRAM, packetArgument, packetRequest } from '../../../spec/packets.ts';

/** A module with this program, and nothing that could refuse it. */
export const moduleWith = (name: string, program: ModuleProgramName): ModuleFacts => ({
  name,
  program,
  licence: 'GPL',
  vermagic: '6.1',
  exports: [],
  imports: [],
  pages: { text: 1, rodata: 1, data: 1, init: 1 },
  writableText: false,
  exit: true,
  init: 0,
  signature: 'valid',
});

/** Refused whatever the world: no file has this name. Runs begin with it. */
export const NOTHING: ModuleOperation = { op: 'load', module: '' };

export const bringUp = (module: string): ModuleOperation[] => [
  { op: 'load', module },
  { op: 'init', module },
];
export const takeDown = (module: string): ModuleOperation[] => [
  { op: 'unload', module, force: false },
  { op: 'exit', module },
];

export const use = (
  module: string,
  request: number,
  argument = 0,
  caller = 0,
): ModuleOperation => ({ op: 'use', module, request, argument, caller });

// ---- the filter

export interface RuleText {
  readonly chain: number;
  readonly target: number;
  readonly match: number;
  /** The argument of the match. */
  readonly its: number;
  readonly criteria: number;
}
export const appendRule = (filter: string, rule: RuleText): ModuleOperation =>
  use(
    filter,
    filterRequest(FilterRequest.append, rule.chain, rule.target, rule.match, rule.its),
    rule.criteria,
  );
export const dropByPolicy = (filter: string, chain: number): ModuleOperation =>
  use(filter, filterRequest(FilterRequest.policy, chain, Target.drop));
export const begin = (filter: string): ModuleOperation =>
  use(filter, filterRequest(FilterRequest.begin));
export const commit = (filter: string): ModuleOperation =>
  use(filter, filterRequest(FilterRequest.commit));

/** All that the live table tells of itself, if it has at most so many rules; and a little more. */
export const dump = (filter: string, rules: number): ModuleOperation[] => [
  use(filter, filterRequest(FilterRequest.count)),
  ...Array.from({ length: rules + 1 }, (_, rule) =>
    [EntryWord.rule, EntryWord.criteria, EntryWord.packets, EntryWord.packets + 1].map((word) =>
      use(filter, entryRequest(rule, word)),
    ),
  ).flat(),
];

/** It is empty, so that no match is held any more. */
export const flush = (filter: string): ModuleOperation[] => [begin(filter), commit(filter)];

// ---- packets

export interface PacketText {
  readonly chain: number;
  readonly protocol: number;
  readonly source: number;
  readonly destination: number;
  readonly port: number;
  readonly byte: number;
}
export const packet = (it: PacketText, caller = 0): ModuleOperation => ({
  op: 'ask',
  point: 'packet',
  request: packetRequest(it.chain, it.protocol, it.source, it.destination),
  argument: packetArgument(it.port, it.byte, 0),
  caller,
});

/** What the datagram protocol is asked; with a checksum that is right, or too small by `wrong`. */
export const datagram = (
  udp: string,
  op: number,
  it: Pick<PacketText, 'source' | 'destination' | 'port' | 'byte'>,
  caller = 0,
  wrong = 0,
): ModuleOperation => {
  const words = packetRequest(0, DATAGRAM, it.source, it.destination);
  const bare = packetArgument(it.port, it.byte, 0);
  const sum = (checksum(words, bare) - wrong) & 0xffff;
  return use(udp, ((op << 28) | words) >>> 0, packetArgument(it.port, it.byte, sum), caller);
};
