/**
 * What always holds in the formal machine, as small named predicates: of a state, and of a step. They are stated
 * without the code that they check: translations are read off the tables as lists, not walked.
 */
import {
  asidOf,
  type Frame,
  frameOf,
  LEAF_BITS,
  Mode,
  Pte,
  rootOf,
  type Word,
} from '../../spec/riscv.ts';
import type { Action, Outcome } from './actions.ts';
import type { Hart, State, TlbEntry } from './state.ts';
import { covers } from './tlb.ts';

const { V, R, W, U, A, D } = Pte;

/** All valid leaves below a root table, as TLB entries of this asid would show them. */
const translationsOf = (state: State, root: Frame, asid: number): readonly TlbEntry[] => {
  const { frames } = state.setting;
  const found: TlbEntry[] = [];
  const entriesIn = (table: Frame): readonly (readonly [number, Word])[] =>
    [...state.ram]
      .filter(([at]) => Math.floor(at / 1024) === table)
      .map(([at, word]) => [at % 1024, word]);
  const isValid = (entry: Word): boolean => (entry & V) !== 0 && (entry & (R | W)) !== W;
  for (const [i, entry] of entriesIn(root)) {
    if (!isValid(entry)) continue;
    const global = (entry & Pte.G) !== 0;
    if (entry & LEAF_BITS) {
      if (frameOf(entry) % 1024 !== 0) continue;
      for (let page = 0; page < 1024 && frameOf(entry) + page < frames; page++) {
        const frame = frameOf(entry) + page;
        const vpn = i * 1024 + page;
        found.push({ vpn, asid, frame, bits: entry & 0x3ff, global, superpage: true });
      }
    } else if ((entry & (U | A | D)) === 0 && frameOf(entry) < frames) {
      for (const [j, leaf] of entriesIn(frameOf(entry))) {
        if (!isValid(leaf) || !(leaf & LEAF_BITS) || frameOf(leaf) >= frames) continue;
        const isGlobal = global || (leaf & Pte.G) !== 0;
        const vpn = i * 1024 + j;
        const bits = leaf & 0x3ff;
        found.push({ vpn, asid, frame: frameOf(leaf), bits, global: isGlobal, superpage: false });
      }
    }
  }
  return found;
};

export type StateInvariant = (state: State) => boolean;

const ofHarts =
  (holds: (hart: Hart, state: State) => boolean): StateInvariant =>
  (state) =>
    state.harts.every((hart) => holds(hart, state));
const ofEntries = (holds: (entry: TlbEntry, state: State) => boolean): StateInvariant =>
  ofHarts(({ tlb }, state) => tlb.every((entry) => entry === null || holds(entry, state)));

export const STATE_INVARIANTS: Readonly<Record<string, StateInvariant>> = {
  'x0 is 0': ofHarts(({ registers }) => registers[0] === 0 && registers.length === 32),
  'registers are words': ofHarts(({ registers }) =>
    registers.every((word) => Number.isInteger(word) && word >= 0 && word < 2 ** 32),
  ),
  'pc is aligned in user mode': ofHarts(({ mode, pc }) => mode === Mode.S || pc % 4 === 0),
  'an entry sits in its slot': ofHarts(({ tlb }) =>
    tlb.every((entry, slot) => entry === null || entry.vpn % tlb.length === slot),
  ),
  'an entry is valid, accessed, and no pointer to a table': ofEntries(
    ({ bits }) => (bits & (V | A)) === (V | A) && (bits & LEAF_BITS) !== 0,
  ),
  'no entry has W without R': ofEntries(({ bits }) => (bits & (R | W)) !== W),
  'no entry leads beyond RAM': ofEntries(({ frame }, { setting }) => frame < setting.frames),
  'RAM keeps no zeros and nothing beyond its end': ({ ram, setting }) =>
    [...ram].every(([at, word]) => word !== 0 && at >= 0 && at < setting.frames * 1024),
  'kernel code runs on one hart at most': ({ harts }) =>
    harts.filter(({ status }) => status === 'kernel' || status === 'fencing').length <= 1,
  'kernel code runs in supervisor mode': ofHarts(
    ({ status, mode }) => status === 'running' || mode === Mode.S,
  ),
};

export interface Step {
  readonly before: State;
  readonly action: Action;
  readonly outcome: Outcome;
  readonly after: State;
}
export type StepInvariant = (step: Step) => boolean;

/** The hart that acts, before and after. */
const acting = ({ before, action, after }: Step): readonly [Hart, Hart] | undefined => {
  if (action.kind === 'booted') return undefined;
  const was = before.harts[action.hart];
  const is = after.harts[action.hart];
  return was && is && [was, is];
};

const sameEntry = (a: TlbEntry, b: TlbEntry): boolean =>
  a.vpn === b.vpn &&
  a.asid === b.asid &&
  a.frame === b.frame &&
  a.bits === b.bits &&
  a.global === b.global &&
  a.superpage === b.superpage;

/** The TLB entry that a user access went through. */
const through = (hart: Hart, va: number): TlbEntry | undefined => {
  const entry = hart.tlb.find(
    (one) => one?.vpn === Math.floor(va / 4096) && (one.global || one.asid === asidOf(hart.satp)),
  );
  return entry ?? undefined;
};

const isStore = ({ before, action, outcome }: Step): boolean => {
  if (action.kind !== 'execute' || outcome.kind !== 'retired') return false;
  return before.setting.operations[outcome.word & 0xfff_ffff]?.op === 'store';
};

/** Words of RAM that a step changed. */
const changed = ({ before, after }: Step): readonly number[] =>
  [...new Set([...before.ram.keys(), ...after.ram.keys()])].filter(
    (at) => before.ram.get(at) !== after.ram.get(at),
  );

export const STEP_INVARIANTS: Readonly<Record<string, StepInvariant>> = {
  // By induction: an entry was in a table at some time since the last fence that covers it.
  'an entry is kept, or comes from the tables': (step) => {
    const harts = acting(step);
    if (!harts) return true;
    const [was, is] = harts;
    const { action, after } = step;
    return is.tlb.every((entry) => {
      if (entry === null) return true;
      if (was.tlb.some((one) => one !== null && sameEntry(one, entry))) return true;
      const translations = translationsOf(after, rootOf(was.satp), asidOf(was.satp));
      return action.kind !== 'fence' && translations.some((one) => sameEntry(one, entry));
    });
  },
  'a fence leaves nothing that it covers': (step) => {
    const { action } = step;
    const hart = acting(step)?.[1];
    if (action.kind !== 'fence' || !hart) return true;
    return hart.tlb.every((entry) => entry === null || !covers(action.va, action.asid, entry));
  },
  'a fence leaves all that it does not cover': (step) => {
    const { action } = step;
    const harts = acting(step);
    if (action.kind !== 'fence' || !harts) return true;
    const [was, is] = harts;
    return was.tlb.every(
      (entry, slot) =>
        entry === null || covers(action.va, action.asid, entry) || is.tlb[slot] === entry,
    );
  },
  'no other hart’s TLB changes': ({ before, action, after }) =>
    action.kind === 'booted' ||
    before.harts.every(({ id, tlb }) => {
      const others = after.harts[id]?.tlb ?? [];
      return id === action.hart || tlb.every((entry, slot) => others[slot] === entry);
    }),
  'user mode goes only through entries with U': (step) => {
    const harts = acting(step);
    const { outcome } = step;
    if (!harts || outcome.kind !== 'retired' || harts[0].mode !== Mode.U) return true;
    if (outcome.at < 0) return true;
    const entry = through(harts[1], outcome.va);
    if (!entry || (entry.bits & U) === 0) return false;
    return entry.frame * 1024 + Math.floor((outcome.va % 4096) / 4) === outcome.at;
  },
  'a store goes only through an entry with W and D': (step) => {
    const { outcome } = step;
    const hart = acting(step)?.[1];
    if (!hart || !isStore(step) || outcome.kind !== 'retired') return true;
    const entry = through(hart, outcome.va);
    return entry !== undefined && (entry.bits & (W | D)) === (W | D);
  },
  'a load goes only through an entry with R': (step) => {
    const { outcome } = step;
    const hart = acting(step)?.[1];
    if (!hart || outcome.kind !== 'retired' || outcome.at < 0 || isStore(step)) return true;
    const bits = through(hart, outcome.va)?.bits ?? 0;
    return (bits & R) !== 0 || (hart.mxr && (bits & Pte.X) !== 0);
  },
  'the hardware changes table entries only by setting A and D': (step) => {
    const { action, outcome, before, after } = step;
    if (action.kind !== 'execute') return true;
    const stored = outcome.kind === 'retired' ? outcome.at : -1;
    return changed(step).every((at) => {
      const was = before.ram.get(at) ?? 0;
      const is = after.ram.get(at) ?? 0;
      return (
        (at === stored && isStore(step)) || ((was | A | D) === (is | A | D) && (was & ~is) === 0)
      );
    });
  },
  'a trap changes no register but those of a call': (step) => {
    const harts = acting(step);
    if (!harts || step.outcome.kind !== 'trapped' || step.outcome.cause === 8) return true;
    return harts[0].registers.every((word, i) => harts[1].registers[i] === word);
  },
  'a trap enters supervisor mode and remembers where it came from': (step) => {
    const harts = acting(step);
    const { outcome, action } = step;
    if (!harts || outcome.kind !== 'trapped' || action.kind !== 'execute') return true;
    const [was, is] = harts;
    return is.mode === Mode.S && is.sepc === was.pc && is.spp === was.mode;
  },
  'user mode is entered by sret only': (step) => {
    const harts = acting(step);
    return (
      !harts ||
      harts[0].mode === harts[1].mode ||
      harts[1].mode === Mode.S ||
      step.action.kind === 'return'
    );
  },
  'machine steps never go back': ({ before, after }) => after.clock.steps >= before.clock.steps,
};
