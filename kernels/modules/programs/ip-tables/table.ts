/**
 * The data of the packet filter: two tables, of which one is live and the other one is built.
 *
 *     word 0          which table is live
 *     word 1          what becomes of the other one: `Phase`
 *     byte 64, 1088   the tables
 *
 * A table:
 *
 *     word 0          rules
 *     word 1          packets that are going through it now
 *     word 2, 3, 4    policies: 1 accepts, 0 drops
 *     word 8 …        for each chain the address of its first rule; 0: it is empty
 *     byte 64 …       rules, 32 bytes each: as it was appended, criteria, packets, the address of the next rule of its
 *                     chain, that of the first rule of the chain it jumps to
 */
import { FILTER_CHAINS, FILTER_RULES, Target } from '../../../../spec/filter.ts';
import type { VirtualAddress, Word } from '../../../../spec/riscv.ts';
import type { Place } from '../../program.ts';

const LIVE = 0;
const PHASE = 4;
const TABLES = 64;
const TABLE_BYTES = 1024;
export const Phase = { nothing: 0, building: 1, committing: 2 } as const;

/** Bytes of a table, and of a rule. */
export const TableWord = { rules: 0, packets: 4, policies: 8, chains: 32, first: 64 } as const;
export const RuleWord = { rule: 0, criteria: 4, packets: 8, next: 12, to: 16 } as const;
const RULE_BYTES = 32;

const tableAt = ({ data }: Place, which: number): VirtualAddress =>
  data + TABLES + TABLE_BYTES * which;
const which = ({ memory, data }: Place): number => memory.load(data + LIVE);
export const live = (place: Place): VirtualAddress => tableAt(place, which(place));
export const aside = (place: Place): VirtualAddress => tableAt(place, 1 - which(place));
/** The one that was built is live from now on, and the other one is not. */
export const exchange = (place: Place): void => {
  place.memory.store(place.data + LIVE, 1 - which(place));
};

export const phaseOf = ({ memory, data }: Place): number => memory.load(data + PHASE);
export const setPhase = ({ memory, data }: Place, phase: number): void =>
  memory.store(data + PHASE, phase);

export const ruleAt = (table: VirtualAddress, index: number): VirtualAddress =>
  table + TableWord.first + RULE_BYTES * index;
export const rulesOf = ({ memory }: Place, table: VirtualAddress): number =>
  memory.load(table + TableWord.rules);
/** The addresses of its rules, in the order in which they were appended. */
export const eachRule = (place: Place, table: VirtualAddress): VirtualAddress[] =>
  Array.from({ length: rulesOf(place, table) }, (_, index) => ruleAt(table, index));

export const policyOf = ({ memory }: Place, table: VirtualAddress, chain: number): number =>
  memory.load(table + TableWord.policies + 4 * chain);
export const setPolicy = (
  { memory }: Place,
  table: VirtualAddress,
  chain: number,
  verdict: number,
): void => memory.store(table + TableWord.policies + 4 * chain, verdict);

export const firstOf = ({ memory }: Place, table: VirtualAddress, chain: number): VirtualAddress =>
  memory.load(table + TableWord.chains + 4 * chain);

export const countPackets = ({ memory }: Place, table: VirtualAddress, by: number): void =>
  memory.store(table + TableWord.packets, memory.load(table + TableWord.packets) + by);

/** Fields of a rule as it was appended. */
export const chainOfRule = (rule: Word): number => (rule >>> 24) & 0xf;
export const targetOf = (rule: Word): number => (rule >>> 20) & 0xf;
export const matchOf = (rule: Word): number => (rule >>> 16) & 0xf;
/** The chain that it jumps to. Below 0: none. */
export const jumpOf = (rule: Word): number => targetOf(rule) - Target.jump;

/** Without a match there is nothing that its argument could mean. */
const normal = (rule: Word): Word =>
  matchOf(rule) === 0 ? rule & 0x0fff_0000 : rule & 0x0fff_ffff;

/** A rule at the end of a table; false: it is full. */
export const addRule = (
  place: Place,
  table: VirtualAddress,
  rule: Word,
  criteria: Word,
): boolean => {
  const { memory } = place;
  const rules = rulesOf(place, table);
  if (rules === FILTER_RULES) return false;
  const at = ruleAt(table, rules);
  memory.store(at + RuleWord.rule, normal(rule));
  memory.store(at + RuleWord.criteria, criteria);
  memory.store(at + RuleWord.packets, 0);
  memory.store(table + TableWord.rules, rules + 1);
  return true;
};

/** Rules of each chain are linked in their order, jumps to the chain that they are about. */
export const link = (place: Place, table: VirtualAddress): void => {
  const { memory } = place;
  const firsts = new Array<VirtualAddress>(FILTER_CHAINS).fill(0);
  for (const at of eachRule(place, table).reverse()) {
    const chain = chainOfRule(memory.load(at + RuleWord.rule));
    memory.store(at + RuleWord.next, firsts[chain] ?? 0);
    firsts[chain] = at;
  }
  for (const at of eachRule(place, table))
    memory.store(at + RuleWord.to, firsts[jumpOf(memory.load(at + RuleWord.rule))] ?? 0);
  for (const [chain, first] of firsts.entries())
    memory.store(table + TableWord.chains + 4 * chain, first);
};
