/** The model is checked before any kernel is blamed: its invariants hold in every state of small scopes. */
import { describe, expect, test } from 'vitest';
import { bodyAddress, FIRST_TEXT_FRAME, KERNEL_ROOT_FRAME } from '../../spec/layout.ts';
import { Pte, pte, satp } from '../../spec/riscv.ts';
import { type Operation, WORKLOAD_FORMAT } from '../../spec/workload.ts';
import type { Deed } from './actions.ts';
import type { Scope } from './choices.ts';
import { explore } from './explore.ts';
import { initialState, type State, type TlbEntry, writeWord } from './state.ts';
import { next, step } from './step.ts';

const { V, R, W, X, U, G } = Pte;
const ROOT = 5;
const LEAF = 6;
const FRAMES = 12;
/** Two pages of user space. */
const P = 0x2000;
const Q = 0x3000;
const entryOf = (va: number): number => LEAF * 1024 + va / 4096;

const put = (index: number, value: number): Deed => ({
  kind: 'write',
  frame: Math.floor(index / 1024),
  index: index % 1024,
  value,
});
const space = (asid: number): Deed => ({ kind: 'csr', csr: 'satp', value: satp(ROOT, asid) });

/** A booted machine: each body is one operation, then an illegal word gives the hart back to the kernel. */
const machine = (operations: readonly Operation[], tlbEntries: number, harts = 1): State => {
  const state = initialState({
    format: WORKLOAD_FORMAT,
    harts,
    frames: FRAMES,
    tlbEntries,
    ipiDelay: 0,
    programs: [{ bodies: operations.map((operation) => [operation]) }],
    start: [],
    schedule: [],
    interrupts: [],
    steps: 1_000_000,
  });
  for (const [index, word] of [...state.ram]) {
    if (index >> 10 === KERNEL_ROOT_FRAME) writeWord(state, ROOT * 1024 + (index & 1023), word);
  }
  writeWord(state, ROOT * 1024, pte(LEAF, V));
  writeWord(state, entryOf(P), pte(8, V | R | U));
  writeWord(state, entryOf(0x1000), pte(FIRST_TEXT_FRAME, V | R | X | U | Pte.A));
  for (const hart of state.harts) hart.satp = satp(ROOT, 1);
  step(state, { kind: 'booted' });
  return state;
};

const entriesFor = (operations: readonly Operation[]): readonly number[] =>
  operations.map((_, i) => bodyAddress(i));

const load = (va: number): Operation => ({ op: 'load', va, rd: 'zero' });
const store = (va: number): Operation => ({ op: 'store', va, value: 0 });

interface Small {
  readonly operations: readonly Operation[];
  readonly deeds: readonly Deed[];
  readonly tlbEntries: number;
  readonly harts?: number;
  /** Outcomes that must have been seen, or the scope says nothing. */
  readonly seen: readonly string[];
}

const SCOPES: Readonly<Record<string, Small>> = {
  'rights, A and D on two pages, a TLB of one entry': {
    operations: [load(P), store(P), store(Q)],
    deeds: [
      put(entryOf(P), 0),
      put(entryOf(P), pte(8, V | R | U)),
      put(entryOf(P), pte(9, V | R | W | U)),
      put(entryOf(P), pte(9, V | W | U)),
      put(entryOf(Q), pte(10, V | R | W)),
      put(entryOf(Q), pte(FRAMES, V | R | W | U)),
      { kind: 'fence' },
    ],
    tlbEntries: 1,
    seen: ['retired', 'returned', 'cause 2', 'cause 13', 'cause 15', 'cause 7'],
  },
  'stale entries and all forms of fences, a TLB of two entries': {
    operations: [load(P), load(Q)],
    deeds: [
      put(entryOf(P), 0),
      put(entryOf(P), pte(8, V | R | U)),
      put(entryOf(Q), pte(9, V | R | U | G)),
      put(entryOf(Q), pte(10, V | R | U)),
      space(1),
      space(2),
      { kind: 'fence' },
      { kind: 'fence', va: P },
      { kind: 'fence', asid: 1 },
      { kind: 'fence', va: Q, asid: 2 },
    ],
    tlbEntries: 2,
    seen: ['retired', 'cause 13'],
  },
  'superpages, their pieces, misaligned ones and roots that are none': {
    operations: [load(0x40_1000), store(0x40_2000), load(0x40_f000)],
    deeds: [
      put(ROOT * 1024 + 1, pte(0, V | R | W | U)),
      put(ROOT * 1024 + 1, pte(3, V | R | W | U)),
      put(ROOT * 1024 + 1, pte(LEAF, V | U)),
      put(ROOT * 1024 + 1, 0),
      { kind: 'fence', va: 0x40_3000 },
      { kind: 'csr', csr: 'satp', value: satp(77) },
      space(1),
    ],
    tlbEntries: 2,
    seen: ['retired', 'cause 13', 'cause 15', 'cause 5', 'stopped'],
  },
  'supervisor accesses with SUM and MXR, and faults that repeat': {
    operations: [load(P)],
    deeds: [
      { kind: 'csr', csr: 'sum', value: 0 },
      { kind: 'csr', csr: 'sum', value: 1 },
      { kind: 'csr', csr: 'mxr', value: 0 },
      { kind: 'csr', csr: 'mxr', value: 1 },
      put(entryOf(P), pte(8, V | X | U)),
      put(entryOf(P), pte(8, V | R | W | U)),
      { kind: 'load', va: P },
      { kind: 'store', va: P, value: 0 },
      { kind: 'fence' },
    ],
    tlbEntries: 2,
    seen: ['accessed', 'cause 13', 'cause 15', 'stopped'],
  },
  'two harts that interrupt, wait for and fence each other': {
    operations: [load(P)],
    deeds: [
      put(entryOf(P), 0),
      { kind: 'fence', va: P },
      { kind: 'sendIpi', to: 1 },
      { kind: 'onRemoteFence' },
      { kind: 'idle' },
      { kind: 'wait', until: { frame: LEAF, index: P / 4096, value: 0 } },
    ],
    tlbEntries: 1,
    harts: 2,
    seen: ['retired', 'idled', 'cause 2147483649'],
  },
};

type Advance = typeof next;

/** Mistakes in the model's step, and the invariant that finds each. */
const MISTAKES: Readonly<Record<string, readonly [string, Advance]>> = {
  'a fence that does nothing': [
    'a fence leaves nothing that it covers',
    (state, action) =>
      action.kind === 'fence' ? { state, outcome: { kind: 'done' } } : next(state, action),
  ],
  'a fence that ignores its operands': [
    'a fence leaves all that it does not cover',
    (state, action) =>
      next(state, action.kind === 'fence' ? { kind: 'fence', hart: action.hart } : action),
  ],
  'a D that is never set': [
    'a store goes only through an entry with W and D',
    (state, action) => {
      const { state: after, outcome } = withEntries(next(state, action), (entry) => ({
        ...entry,
        bits: entry.global ? entry.bits : entry.bits & ~Pte.D,
      }));
      const isLeaf = (index: number): boolean => Math.floor(index / 1024) === LEAF;
      const ram = [...after.ram].map(([index, word]): [number, number] => [
        index,
        isLeaf(index) ? word & ~Pte.D : word,
      ]);
      return { state: { ...after, ram: new Map(ram) }, outcome };
    },
  ],
  'a TLB that adds rights': [
    'an entry is kept, or comes from the tables',
    (state, action) =>
      withEntries(next(state, action), (entry) => ({ ...entry, bits: entry.bits | U })),
  ],
  'an x0 that can be written': [
    'x0 is 0',
    (state, action) => {
      const result = next(state, action);
      const harts = result.state.harts.map((hart) => ({
        ...hart,
        registers: hart.registers.fill(1),
      }));
      return { ...result, state: { ...result.state, harts } };
    },
  ],
};

const withEntries = (
  result: ReturnType<Advance>,
  change: (entry: TlbEntry) => TlbEntry,
): ReturnType<Advance> => {
  const harts = result.state.harts.map((hart) => ({
    ...hart,
    tlb: hart.tlb.map((entry) => entry && change(entry)),
  }));
  return { ...result, state: { ...result.state, harts } };
};

const explored = (small: Small, advance?: Advance) => {
  const scope: Scope = { deeds: small.deeds, entries: entriesFor(small.operations) };
  return explore(machine(small.operations, small.tlbEntries, small.harts), scope, 100_000, advance);
};

describe('every state of a small scope keeps the invariants', () => {
  test.each(Object.entries(SCOPES))('%s', (_, small) => {
    const { broken, states, outcomes } = explored(small);
    expect(broken).toBeUndefined();
    expect(states).toBeGreaterThan(100);
    for (const outcome of small.seen)
      expect(outcomes.get(outcome) ?? 0, outcome).toBeGreaterThan(0);
  });
});

test.each(Object.entries(MISTAKES))('%s breaks an invariant', (_, [invariant, advance]) => {
  const found = Object.values(SCOPES).some(
    (small) => explored(small, advance).broken?.invariant === invariant,
  );
  expect(found).toBe(true);
});
