/**
 * The packet filter, in the manner of ip_tables: a table of rules in chains, and matches, which are modules of their own.
 *
 * A packet goes through the rules of its chain in order. The first that matches and decides, decides; a rule may also
 * send it through a chain of the user, from which it comes back. Whom no rule decides about, the policy of the chain does.
 *
 * A table is never changed. A new one is built aside, and takes the place of the old one when it is committed: at once,
 * and not at all if anything is wrong with it. Every rule of the live table that has a match holds a reference on the
 * module that is registered for it at the point `match`.
 * @see Linux, net/ipv4/netfilter/ip_tables.c; net/netfilter/x_tables.c
 */
import type { Word } from './riscv.ts';

/** Chains 0 to 2 are those of packets.ts, 3 to 7 the user's. */
export const FILTER_CHAINS = 8;
export const FIRST_USER_CHAIN = 3;
/** Of one table. */
export const FILTER_RULES = 16;
/** Where it is asked, among others at the point `packet`. */
export const FILTER_PRIORITY = 100;

/** What becomes of a packet that a rule matches. From `jump` on: it goes through chain `target − jump`. */
export const Target = { accept: 0, drop: 1, return: 2, none: 3, jump: 8 } as const;

/**
 * By `use`; the four highest bits of the request.
 *
 *     31 28 27   24 23    20 19   16 15             0
 *     [ op | chain | target | match | its argument  ]    append, policy
 *     [ op |      0         | word 11..8 | rule 7..0 ]   entry
 */
export const FilterRequest = {
  /** A new table is built aside, empty, with policies that accept; one that was not finished is forgotten. 0; EBUSY: a commit is under way. */
  begin: 0,
  /** The policy of a chain that is not the user's: accept or drop. 0; EINVAL; EINVAL also where nothing is being built. */
  policy: 1,
  /** A rule, its criteria as the argument. 0; EINVAL; ENOSPC. */
  append: 2,
  /** The new table takes over, its counters are 0. EINVAL; ELOOP: a chain leads back to itself; ENOENT: a match is missing. It is forgotten then. */
  commit: 3,
  /** Of the live table: rules, and from bit 8 on the policies of the three chains, a bit each. */
  count: 4,
  /** A word of a rule of the live table: `EntryWord`. EINVAL. */
  entry: 5,
} as const;

/** As it was appended, without `op`; its criteria; how many packets it has matched. What it has no match for has no argument. */
export const EntryWord = { rule: 0, criteria: 1, packets: 2 } as const;

export const filterRequest = (op: number, chain = 0, target = 0, match = 0, its = 0): Word =>
  ((op << 28) | (chain << 24) | (target << 20) | (match << 16) | its) >>> 0;
export const entryRequest = (rule: number, word: number): Word =>
  ((FilterRequest.entry << 28) | (word << 8) | rule) >>> 0;

/**
 * Which packets a rule is about. Of an address so many of its highest bits count, at most 8; protocol 0: any. The two
 * highest bits that may be set turn the meaning of an address round.
 *
 *     31  30            29       28 27      24 23    16 15  12 11         4 3    0
 *     [ 0 | !destination | !source | 0 | protocol | source | bits | destination | bits ]
 */
export interface Criteria {
  readonly protocol: number;
  readonly source: number;
  readonly sourceBits: number;
  readonly notSource: boolean;
  readonly destination: number;
  readonly destinationBits: number;
  readonly notDestination: boolean;
}
export const criteriaWord = (it: Criteria): Word =>
  ((it.notDestination ? 1 << 30 : 0) |
    (it.notSource ? 1 << 29 : 0) |
    (it.protocol << 24) |
    (it.source << 16) |
    (it.sourceBits << 12) |
    (it.destination << 4) |
    it.destinationBits) >>>
  0;

/**
 * What is asked at the point `match`: 1, the packet matches; 0, it does not; an error: it is dropped. The argument is the
 * packet's request.
 *
 *     31  24 23          16 15               0
 *     [ key | packet's port | rule's argument ]
 */
export const matchRequest = (key: number, port: number, its: number): Word =>
  ((key << 24) | (port << 16) | its) >>> 0;

/** Keys at the point `match`. */
export const MatchKey = { port: 1, limit: 2 } as const;

/**
 * Its argument is lowest port × 256 + highest port; where the highest is 0, a set of ports, which is the module's own:
 * by `use`, of the port that is the argument.
 */
export const PortSetRequest = {
  add: 0,
  remove: 1,
  /** How many ports are in the set. */
  size: 2,
} as const;

/**
 * Its argument is the number of a bucket of tokens: each packet takes one, and matches if there was one. All buckets are
 * full at first; every LIMIT_TICKS each gets a token, if it is not full.
 */
export const LIMIT_BUCKETS = 4;
export const LIMIT_TICKS = 2;
export const LIMIT_BURST = 3;
/** By `use`; the argument: which bucket. */
export const LimitRequest = {
  /** Tokens that it holds. EINVAL. */
  tokens: 0,
  /** Fills it. 0; EINVAL. */
  refill: 1,
} as const;
