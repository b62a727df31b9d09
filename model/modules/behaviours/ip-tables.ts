/**
 * The packet filter as a value: a live table, one that is being built, and how the last packet was decided.
 *
 * A packet's way is a recursion over chains: what a chain says, or nothing if the packet comes back from it.
 */
import { Errno } from '../../../spec/errno.ts';
import {
  EntryWord,
  FILTER_CHAINS,
  FILTER_PRIORITY,
  FILTER_RULES,
  FIRST_USER_CHAIN,
  FilterRequest,
  matchRequest,
  Target,
} from '../../../spec/filter.ts';
import { chainOf, destinationOf, portOf, protocolOf, sourceOf } from '../../../spec/packets.ts';
import type { Word } from '../../../spec/riscv.ts';
import { behaviour, type Outcome, type Surroundings } from '../behaviour.ts';
import type { LoadedModule } from '../state.ts';

interface Rule {
  /** As it was appended. */
  readonly word: Word;
  readonly criteria: Word;
  readonly packets: number;
  readonly chain: number;
  readonly target: number;
  readonly match: number;
}
interface Table {
  readonly rules: readonly Rule[];
  /** Chains, not the user's, that drop what no rule decides. */
  readonly drops: readonly number[];
}
export interface FilterState {
  readonly live: Table;
  readonly aside?: Table;
  readonly decidedBy: 'nobody' | 'rule' | 'user chain' | 'policy' | 'failed match';
}

const EMPTY: Table = { rules: [], drops: [] };

// ---- building

const ruleOf = (request: Word, criteria: Word): Rule => {
  const match = (request >>> 16) & 15;
  const word = match === 0 ? request & 0xfff_0000 : request & 0xfff_ffff;
  return {
    word,
    criteria,
    packets: 0,
    chain: (request >>> 24) & 15,
    target: (request >>> 20) & 15,
    match,
  };
};

const means = ({ chain, target, criteria }: Rule): boolean => {
  const aims = target <= Target.none || target - Target.jump >= FIRST_USER_CHAIN;
  const lengths = [(criteria >>> 12) & 15, criteria & 15];
  const unused = (criteria >>> 31) + ((criteria >>> 28) & 1);
  return chain < FILTER_CHAINS && aims && lengths.every((bits) => bits <= 8) && unused === 0;
};

const build = (
  state: FilterState,
  change: (aside: Table) => Table | number,
): Outcome<FilterState> => {
  if (!state.aside) return { state, answer: -Errno.EINVAL };
  const changed = change(state.aside);
  if (typeof changed === 'number') return { state, answer: changed };
  return { state: { ...state, aside: changed }, answer: 0 };
};

const append = (table: Table, rule: Rule): Table | number => {
  if (!means(rule)) return -Errno.EINVAL;
  if (table.rules.length === FILTER_RULES) return -Errno.ENOSPC;
  return { ...table, rules: [...table.rules, rule] };
};

const setPolicy = (table: Table, chain: number, target: number): Table | number => {
  if (chain >= FIRST_USER_CHAIN || target > Target.drop) return -Errno.EINVAL;
  const others = table.drops.filter((one) => one !== chain);
  return { ...table, drops: target === Target.drop ? [...others, chain] : others };
};

// ---- replacing

const comesBack = ({ rules }: Table, chain: number, way: readonly number[]): boolean =>
  way.includes(chain) ||
  rules
    .filter((rule) => rule.chain === chain && rule.target >= Target.jump)
    .some((rule) => comesBack({ rules, drops: [] }, rule.target - Target.jump, [...way, chain]));

const matchesOf = ({ rules }: Table): readonly number[] =>
  rules.map(({ match }) => match).filter((match) => match !== 0);

const holdAll = (table: Table, around: Surroundings): number => {
  const held: number[] = [];
  for (const match of matchesOf(table)) {
    const error = around.hold('match', match);
    if (error < 0) {
      for (const one of held) around.release('match', one);
      return error;
    }
    held.push(match);
  }
  return 0;
};

const commit = (state: FilterState, around: Surroundings): Outcome<FilterState> => {
  const { aside, live, decidedBy } = state;
  if (!aside) return { state, answer: -Errno.EINVAL };
  const forgotten: FilterState = { live, decidedBy };
  if (aside.rules.some(({ chain }) => comesBack(aside, chain, [])))
    return { state: forgotten, answer: -Errno.ELOOP };
  const error = holdAll(aside, around);
  if (error < 0) return { state: forgotten, answer: error };
  for (const match of matchesOf(live)) around.release('match', match);
  return { state: { live: aside, decidedBy }, answer: 0 };
};

// ---- packets

const within = (address: number, wanted: number, bits: number): boolean =>
  Math.floor(address / 2 ** (8 - bits)) === Math.floor(wanted / 2 ** (8 - bits));

const isAbout = ({ criteria }: Rule, request: Word): boolean => {
  const field = (shift: number, bits: number): number => (criteria >>> shift) & (2 ** bits - 1);
  const protocol = field(24, 4);
  const from = within(sourceOf(request), field(16, 8), field(12, 4));
  const to = within(destinationOf(request), field(4, 8), field(0, 4));
  return (
    (protocol === 0 || protocol === protocolOf(request)) &&
    from === (field(29, 1) === 0) &&
    to === (field(30, 1) === 0)
  );
};

interface Decision {
  readonly verdict: number;
  readonly by: FilterState['decidedBy'];
}

/** What a chain says; nothing: the packet comes back. `counted` is told of each rule that the packet matches. */
const through = (
  { rules }: Table,
  chain: number,
  request: Word,
  argument: Word,
  around: Surroundings,
  counted: (index: number) => void,
): Decision | undefined => {
  for (const [index, rule] of rules.entries()) {
    if (rule.chain !== chain || !isAbout(rule, request)) continue;
    if (rule.match !== 0) {
      const wanted = matchRequest(rule.match, portOf(argument), rule.word & 0xffff);
      const matched = around.ask('match', wanted, request);
      if (matched < 0) return { verdict: 0, by: 'failed match' };
      if (matched === 0) continue;
    }
    counted(index);
    const by = chain < FIRST_USER_CHAIN ? 'rule' : 'user chain';
    if (rule.target <= Target.drop) return { verdict: rule.target === Target.accept ? 1 : 0, by };
    if (rule.target === Target.return) return undefined;
    if (rule.target === Target.none) continue;
    const to = rule.target - Target.jump;
    const said = through({ rules, drops: [] }, to, request, argument, around, counted);
    if (said) return said;
  }
  return undefined;
};

const decide = (
  state: FilterState,
  request: Word,
  argument: Word,
  around: Surroundings,
): Outcome<FilterState> => {
  const chain = chainOf(request);
  const { live } = state;
  if (chain >= FIRST_USER_CHAIN) return { state, answer: 1 };
  const packets = live.rules.map((rule) => rule.packets);
  const counted = (index: number): void => {
    packets[index] = (packets[index] ?? 0) + 1;
  };
  const policy: Decision = { verdict: live.drops.includes(chain) ? 0 : 1, by: 'policy' };
  const said = through(live, chain, request, argument, around, counted) ?? policy;
  const rules = live.rules.map((rule, index) => ({ ...rule, packets: packets[index] ?? 0 }));
  return {
    state: { ...state, live: { ...live, rules }, decidedBy: said.by },
    answer: said.verdict,
  };
};

// ---- what it answers

const entry = ({ live }: FilterState, request: Word): number => {
  const rule = live.rules[request & 0xff];
  if (!rule) return -Errno.EINVAL;
  switch ((request >>> 8) & 15) {
    case EntryWord.rule:
      return rule.word;
    case EntryWord.criteria:
      return rule.criteria;
    case EntryWord.packets:
      return rule.packets;
    default:
      return -Errno.EINVAL;
  }
};

const use = (
  state: FilterState,
  request: Word,
  argument: Word,
  around: Surroundings,
): Outcome<FilterState> => {
  switch (request >>> 28) {
    case FilterRequest.begin:
      return { state: { ...state, aside: EMPTY }, answer: 0 };
    case FilterRequest.policy:
      return build(state, (aside) =>
        setPolicy(aside, (request >>> 24) & 15, (request >>> 20) & 15),
      );
    case FilterRequest.append:
      return build(state, (aside) => append(aside, ruleOf(request, argument)));
    case FilterRequest.commit:
      return commit(state, around);
    case FilterRequest.count:
      return {
        state,
        answer: state.live.drops.reduce(
          (sum, chain) => sum + 2 ** (8 + chain),
          state.live.rules.length,
        ),
      };
    case FilterRequest.entry:
      return { state, answer: entry(state, request) };
    default:
      return { state, answer: -Errno.EINVAL };
  }
};

export const ipTables = () =>
  behaviour<FilterState>({
    initial: { live: EMPTY, decidedBy: 'nobody' },
    hooks: [{ point: 'packet', priority: FILTER_PRIORITY, key: 0 }],
    use,
    hook: decide,
    leave: ({ live }, around) => {
      for (const match of matchesOf(live)) around.release('match', match);
    },
  });

/** The state of a module that is a packet filter. */
export const filterStateOf = ({ facts, inner }: LoadedModule): FilterState | undefined =>
  facts.program === 'ip-tables' ? (inner as FilterState) : undefined;
