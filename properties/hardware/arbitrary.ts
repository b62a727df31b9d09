/**
 * Generates plays: programs, hostile tables, what supervisor code does at each trap. Valid by construction, so that
 * any part can be left out by shrinking.
 */
import fc from 'fast-check';
import type { Deed } from '../../model/hardware/actions.ts';
import { bodyAddress } from '../../spec/layout.ts';
import { MAX_HARTS, Pte, pte, satp, type Word } from '../../spec/riscv.ts';
import { type Operation, PRIVILEGED, WORKLOAD_FORMAT } from '../../spec/workload.ts';
import {
  type Activation,
  FIRST_PAGE,
  OTHER_PAGES,
  type Play,
  ROOT_A,
  ROOT_B,
  SUPERPAGES,
  TABLE_WORDS,
  USER_PAGES,
} from './world.ts';

const { V, R, W, X, U, G, A, D } = Pte;

const asid = fc.constantFrom(0, 1, 2, 3, 511);
const word = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 8 }) },
  fc.integer({ min: 0, max: 0xffff_ffff }),
);
const register = fc.constantFrom('zero', 'a0', 'a1', 'a2', 'a7', 't6', 'ra');
const vpn = fc.oneof(
  { weight: 7, arbitrary: fc.constantFrom(...USER_PAGES) },
  { weight: 2, arbitrary: fc.constantFrom(...SUPERPAGES) },
  { weight: 1, arbitrary: fc.constantFrom(...OTHER_PAGES) },
);
const offset = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(0x100, 0x104, 0xffc, 0x200) },
  { weight: 1, arbitrary: fc.constantFrom(1, 0x102, 0xfff) },
);
const address = fc.tuple(vpn, offset).map(([page, at]) => (page * 4096 + at) >>> 0);

/** Where kernel code reads and writes: mostly where the honest tables have a page, so that it can be repaired. */
const kernelAddress = (...pages: readonly number[]): fc.Arbitrary<number> =>
  fc.oneof(
    {
      weight: 14,
      arbitrary: fc
        .tuple(fc.constantFrom(...pages), fc.constantFrom(0x100, 0x104, 0xffc))
        .map(([page, at]) => (page * 4096 + at) >>> 0),
    },
    { weight: 1, arbitrary: address.map((va) => (va & ~3) >>> 0) },
  );
const readable = kernelAddress(1, 2, 3, 4, 0x400, 0xc0007, 0xc000c, 0x80000);
const writable = kernelAddress(2, 4, 2, 4, 0x400, 0xc000c);

/** Bits of an entry: mostly such as a kernel would write, sometimes any. */
const bits = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(V | R | U, V | R | W | U, V | R | W | U | D, V | X | U) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(V | R | W, V | R | X | U | G, V | R | W | U | G | A | D),
  },
  { weight: 1, arbitrary: fc.constantFrom(0, V | W | U, V, V | U, V | G, V | R | W | U | 0x300) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0x3ff }) },
);
const frame = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: FIRST_PAGE, max: 15 }) },
  { weight: 2, arbitrary: fc.constantFrom(0, 3, 7, 8, 10) },
  { weight: 1, arbitrary: fc.constantFrom(5, 16, 1024, 0xf_ffff, 0x3f_ffff) },
);
export const entry: fc.Arbitrary<Word> = fc
  .tuple(frame, bits)
  .map(([number, flags]) => pte(number, flags));
const tableWrite = fc
  .tuple(fc.constantFrom(...TABLE_WORDS), entry)
  .map(([[table, index], value]) => ({ frame: table, index, value }));

const satpValue = fc
  .tuple(
    fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom(ROOT_A, ROOT_B) },
      { weight: 1, arbitrary: fc.constantFrom(1, 4, 16, 0x3f_ffff) },
    ),
    asid,
  )
  .map(([root, space]) => satp(root, space));

export const fenceDeed: fc.Arbitrary<Deed & { readonly kind: 'fence' }> = fc
  .tuple(fc.option(address, { nil: undefined }), fc.option(asid, { nil: undefined }))
  .map(([va, space]) => ({
    kind: 'fence',
    ...(va !== undefined && { va }),
    ...(space !== undefined && { asid: space }),
  }));

const csr = (name: 'sum' | 'mxr' | 'spp'): fc.Arbitrary<Deed> =>
  fc.constantFrom(0, 1).map((value) => ({ kind: 'csr', csr: name, value }));

const textAddress = fc
  .tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 3 }))
  .map(([body, slot]) => bodyAddress(body) + slot * 4);

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 8, arbitrary: tableWrite.map((write): Deed => ({ kind: 'write', ...write })) },
  { weight: 8, arbitrary: fenceDeed },
  {
    weight: 6,
    arbitrary: satpValue.map((value): Deed => ({ kind: 'csr', csr: 'satp', value })),
  },
  { weight: 6, arbitrary: csr('sum') },
  { weight: 1, arbitrary: csr('mxr') },
  {
    weight: 6,
    arbitrary: fc.oneof(
      readable.map((va): Deed => ({ kind: 'load', va })),
      fc
        .tuple(readable, fc.nat(3))
        .map(([va, byte]): Deed => ({ kind: 'loadByte', va: va + byte })),
      fc.tuple(writable, word).map(([va, value]): Deed => ({ kind: 'store', va, value })),
    ),
  },
  { weight: 3, arbitrary: fc.nat(MAX_HARTS - 1).map((to): Deed => ({ kind: 'sendIpi', to })) },
  { weight: 2, arbitrary: fc.constant<Deed>({ kind: 'idle' }) },
  {
    weight: 2,
    arbitrary: fc.nat(30).map((value): Deed => ({ kind: 'csr', csr: 'stimecmp', value })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('sscratch' as const, 'scontext' as const), word)
      .map(([name, value]): Deed => ({ kind: 'csr', csr: name, value })),
  },
  {
    weight: 1,
    arbitrary: fc
      .oneof(textAddress, address)
      .map((value): Deed => ({ kind: 'csr', csr: 'sepc', value })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(10, 11, 12), word)
      .map(([number, value]): Deed => ({ kind: 'register', register: number as 10, value })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(textAddress, fc.array(word, { minLength: 31, maxLength: 31 }))
      .map(([pc, rest]): Deed => ({ kind: 'restore', context: [pc, ...rest] })),
  },
  {
    weight: 3,
    arbitrary: fc
      .option(
        fc.tuple(fc.constantFrom(12, 13, 15), fc.constantFrom(0, 1)).map(([page, value]) => ({
          frame: page,
          index: 0x40,
          value,
        })),
      )
      .map((until): Deed => ({ kind: 'wait', until })),
  },
  { weight: 1, arbitrary: fc.constant<Deed>({ kind: 'onRemoteFence' }) },
);

/** Rare acts that mostly end the run. */
const fatal: fc.Arbitrary<Deed> = fc.oneof(
  address.map((va): Deed => ({ kind: 'load', va })),
  csr('spp'),
  fc
    .constantFrom(0x8000_0004, 0x8000_0000, 0xc000_c000)
    .map((value): Deed => ({ kind: 'csr', csr: 'stvec', value })),
);
const deeds = (maxLength: number): fc.Arbitrary<readonly Deed[]> =>
  fc.array(fc.oneof({ weight: 60, arbitrary: deed }, { weight: 1, arbitrary: fatal }), {
    maxLength,
  });

const activation = (maxLength: number, repairs: number): fc.Arbitrary<Activation> =>
  fc.record({
    deeds: deeds(maxLength),
    repair: fc.nat(9).map((n) => n < repairs),
    skip: fc.boolean(),
    entry: textAddress,
  });

const argument = fc.oneof(word, fc.constantFrom('a0' as const, 'a1' as const, 'zero' as const));

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(address, register).map(([va, rd]): Operation => ({ op: 'load', va, rd })),
  },
  {
    weight: 8,
    arbitrary: fc
      .tuple(address, argument)
      .map(([va, value]): Operation => ({ op: 'store', va, value })),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(register, word).map(([rd, value]): Operation => ({ op: 'set', rd, value })),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(register, register).map(([rd, rs]): Operation => ({ op: 'move', rd, rs })),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.oneof(fc.constantFrom('map' as const, 'yield' as const), word),
        fc.array(argument, { maxLength: 3 }),
      )
      .map(([call, args]): Operation => ({ op: 'call', call, args })),
  },
  {
    weight: 2,
    arbitrary: fc
      .oneof({ weight: 3, arbitrary: textAddress }, address)
      .map((va): Operation => ({ op: 'jump', va })),
  },
  { weight: 1, arbitrary: fc.constant<Operation>({ op: 'loop' }) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(...PRIVILEGED)
      .map((instruction): Operation => ({ op: 'privileged', instruction })),
  },
);

const program = fc
  .array(fc.array(operation, { minLength: 8, maxLength: 14 }), { minLength: 1, maxLength: 2 })
  .map((bodies) => ({ bodies }));

const hart = fc.nat(MAX_HARTS - 1);

export const play: fc.Arbitrary<Play> = fc.record({
  workload: fc.record({
    format: fc.constant(WORKLOAD_FORMAT),
    harts: fc.integer({ min: 1, max: MAX_HARTS }),
    frames: fc.oneof(
      { weight: 30, arbitrary: fc.constant(16) },
      { weight: 1, arbitrary: fc.constant(1040) },
    ),
    tlbEntries: fc.constantFrom(1, 2, 4, 8, 16, 32, 64),
    ipiDelay: fc.constantFrom(0, 0, 1, 3, 10),
    programs: fc.array(program, { minLength: 1, maxLength: 2 }),
    start: fc.constant([]),
    schedule: fc
      .array(fc.tuple(hart, fc.integer({ min: 1, max: 6 })), { maxLength: 12 })
      .map((turns) => turns.flatMap(([id, steps]) => new Array<number>(steps).fill(id))),
    interrupts: fc.array(fc.record({ hart, after: fc.nat(40) }), { maxLength: 5 }),
    steps: fc.integer({ min: 40, max: 150 }),
  }),
  tables: fc.array(tableWrite, { maxLength: 6 }),
  activations: fc.array(activation(4, 1), { minLength: 1, maxLength: 20 }),
  nested: fc.array(activation(1, 9), { minLength: 1, maxLength: 6 }),
  remote: fc.array(deeds(2), { minLength: 1, maxLength: 3 }),
});
