/**
 * The MMU alone: sequences of accesses, fences, table writes and CSR writes, each on the optimised MMU and in the
 * model. Faster and denser than whole plays: nearly every operation translates.
 */
import fc from 'fast-check';
import { HartState } from '../../hardware/hart-state.ts';
import { Access, Mmu } from '../../hardware/mmu.ts';
import { type Hart, initialState, type State, writeWord } from '../../model/hardware/state.ts';
import { fence, remembered } from '../../model/hardware/tlb.ts';
import { type AccessKind, type Translated, translate } from '../../model/hardware/translate.ts';
import { type Mode, satp } from '../../spec/riscv.ts';
import { WORKLOAD_FORMAT } from '../../spec/workload.ts';
import { entry, fenceDeed } from './arbitrary.ts';
import { ramDifference, tlbDifference } from './difference.ts';
import type { Counts } from './puppet.ts';
import {
  honestTables,
  OTHER_PAGES,
  ROOT_A,
  ROOT_B,
  SUPERPAGES,
  TABLE_WORDS,
  USER_PAGES,
} from './world.ts';

export type MmuOperation =
  | {
      readonly kind: 'access';
      readonly access: AccessKind;
      readonly va: number;
      readonly mode: Mode;
    }
  | { readonly kind: 'fence'; readonly va?: number; readonly asid?: number }
  | {
      readonly kind: 'write';
      readonly frame: number;
      readonly index: number;
      readonly value: number;
    }
  | { readonly kind: 'satp'; readonly root: number; readonly asid: number }
  | { readonly kind: 'sum' | 'mxr'; readonly value: boolean };

export interface MmuPlay {
  readonly tlbEntries: number;
  readonly operations: readonly MmuOperation[];
}

const PAGES = [...USER_PAGES, ...USER_PAGES, 1, 1, 2, 2, 3, 0x400, ...SUPERPAGES, ...OTHER_PAGES];
const FRAMES = 16;

/** A few accesses to one page, one after the other. */
const accesses: fc.Arbitrary<readonly MmuOperation[]> = fc
  .tuple(
    fc.constantFrom(...PAGES),
    fc.array(
      fc.tuple(
        fc.constantFrom<AccessKind>('load', 'store', 'fetch'),
        fc.constantFrom<Mode>(0, 0, 1),
      ),
      { minLength: 1, maxLength: 5 },
    ),
  )
  .map(([vpn, kinds]) =>
    kinds.map(([access, mode]) => ({ kind: 'access', access, va: vpn * 4096 + 0x104, mode })),
  );

const change: fc.Arbitrary<MmuOperation> = fc.oneof(
  { weight: 2, arbitrary: fenceDeed.map((fence): MmuOperation => fence) },
  {
    weight: 6,
    arbitrary: fc
      .constantFrom(...honestTables(FRAMES))
      .map((write): MmuOperation => ({ kind: 'write', ...write })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...TABLE_WORDS), entry)
      .map(([[frame, index], value]): MmuOperation => ({ kind: 'write', frame, index, value })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom(ROOT_A, ROOT_A, ROOT_A, ROOT_B, ROOT_B, 1, 99),
        fc.constantFrom(0, 1, 511),
      )
      .map(([root, asid]): MmuOperation => ({ kind: 'satp', root, asid })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('sum' as const, 'mxr' as const), fc.boolean())
      .map(([kind, value]): MmuOperation => ({ kind, value })),
  },
);

export const mmuPlay: fc.Arbitrary<MmuPlay> = fc.record({
  tlbEntries: fc.constantFrom(1, 2, 4, 8, 16, 32, 64),
  operations: fc
    .array(
      fc.oneof(
        accesses,
        change.map((one) => [one]),
      ),
      {
        minLength: 10,
        maxLength: 60,
        size: 'max',
      },
    )
    .map((chunks) => chunks.flat()),
});

/** Both sides, as boot of a kernel with honest tables leaves them. */
const both = (
  tlbEntries: number,
): { state: State; model: Hart; machine: HartState; ram: Uint32Array } => {
  const state = initialState({
    format: WORKLOAD_FORMAT,
    harts: 1,
    frames: FRAMES,
    tlbEntries,
    ipiDelay: 0,
    programs: [],
    start: [],
    schedule: [],
    interrupts: [],
    steps: 0,
  });
  const ram = new Uint32Array(FRAMES * 1024);
  for (const { frame, index, value } of honestTables(FRAMES)) {
    writeWord(state, frame * 1024 + index, value);
  }
  for (const [at, value] of state.ram) ram[at] = value;
  const [model] = state.harts;
  if (!model) throw new Error('a machine has a hart');
  return { state, model, machine: new HartState(0, tlbEntries), ram };
};

const ACCESS = { load: Access.read, store: Access.write, fetch: Access.execute } as const;

/** Performs the sequence on both sides; the first difference, or `undefined`. */
export const compareMmu = (
  play: MmuPlay,
  counts: Counts = new Map(),
  sabotage: (mmu: Mmu, ram: Uint32Array) => void = () => undefined,
): string | undefined => {
  const { state, model, machine, ram } = both(play.tlbEntries);
  const mmu = new Mmu(ram, FRAMES);
  sabotage(mmu, ram);
  const count = (what: string): void => {
    counts.set(what, (counts.get(what) ?? 0) + 1);
  };
  for (const [number, operation] of play.operations.entries()) {
    switch (operation.kind) {
      case 'access': {
        const { va, access, mode } = operation;
        const known = remembered(model, va >>> 12);
        const walks = mmu.walks;
        const expected = translate(state, model, va, access, mode);
        const physical = mmu.translate(machine, va, ACCESS[access], mode);
        const seen: Translated =
          physical < 0
            ? { kind: 'fault', cause: ~physical }
            : { kind: 'physical', address: physical };
        if (JSON.stringify(seen) !== JSON.stringify(expected)) {
          return `operation ${number}: the model answers ${JSON.stringify(expected)}, the machine ${JSON.stringify(seen)}`;
        }
        count(known ? 'hit' : 'miss');
        if (known && mmu.walks > walks) count('a store through an entry without D');
        if (known?.global && known.asid !== machine.asidBits >>> 20) count('global hit');
        if (known?.superpage) count('superpage hit');
        count(seen.kind === 'fault' ? `cause ${seen.cause}` : `${access} in mode ${mode}`);
        break;
      }
      case 'fence':
        fence(model, operation.va, operation.asid);
        mmu.fence(machine, operation.va, operation.asid);
        break;
      case 'write':
        writeWord(state, operation.frame * 1024 + operation.index, operation.value);
        ram[operation.frame * 1024 + operation.index] = operation.value;
        break;
      case 'satp':
        model.satp = satp(operation.root, operation.asid);
        machine.satp = model.satp;
        machine.rootBase = operation.root << 10;
        machine.asidBits = operation.asid << 20;
        break;
      case 'sum':
      case 'mxr':
        model[operation.kind] = operation.value;
        machine[operation.kind] = operation.value;
        break;
    }
    const difference = tlbDifference(model, machine);
    if (difference !== undefined) return `operation ${number}: ${difference}`;
  }
  return ramDifference(state, ram);
};
