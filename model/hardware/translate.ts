/** Virtual address translation. Source: RISC-V Privileged, 4.3.2; step numbers are those of the text. */
import { match } from 'ts-pattern';
import {
  asidOf,
  Cause,
  type Frame,
  frameOf,
  LEAF_BITS,
  Mode,
  Pte,
  rootOf,
  type VirtualAddress,
  WORDS_PER_FRAME,
  type Word,
} from '../../spec/riscv.ts';
import { type Hart, readWord, type State, writeWord } from './state.ts';
import { remember, remembered } from './tlb.ts';

const { V, R, W, X, U, G, A, D } = Pte;

export type AccessKind = 'load' | 'store' | 'fetch';

export type Translated =
  | { readonly kind: 'physical'; readonly address: number }
  | { readonly kind: 'fault'; readonly cause: Word };

const fault = (cause: Word): Translated & { readonly kind: 'fault' } => ({ kind: 'fault', cause });

const pageFault = (access: AccessKind) =>
  match(access)
    .with('load', () => fault(Cause.loadPageFault))
    .with('store', () => fault(Cause.storePageFault))
    .with('fetch', () => fault(Cause.instructionPageFault))
    .exhaustive();

const accessFault = (access: AccessKind) =>
  match(access)
    .with('load', () => fault(Cause.loadAccess))
    .with('store', () => fault(Cause.storeAccess))
    .with('fetch', () => fault(Cause.instructionAccess))
    .exhaustive();

/** Step 5: the rights of a page, with U, SUM and MXR (4.1.1.2). */
const allows = (hart: Hart, mode: Mode, bits: number, access: AccessKind): boolean => {
  const isUserPage = (bits & U) !== 0;
  if (mode === Mode.U && !isUserPage) return false;
  if (mode === Mode.S && isUserPage && (access === 'fetch' || !hart.sum)) return false;
  return match(access)
    .with('load', () => (bits & R) !== 0 || (hart.mxr && (bits & X) !== 0))
    .with('store', () => (bits & W) !== 0)
    .with('fetch', () => (bits & X) !== 0)
    .exhaustive();
};

interface Leaf {
  readonly kind: 'leaf';
  /** Word of RAM that holds the entry. */
  readonly at: number;
  readonly entry: Word;
  readonly level: number;
  /** This entry or one on the way has G. */
  readonly global: boolean;
}

/** Steps 2 to 4: from a table of this level down to a leaf. */
const walk = (
  state: State,
  table: Frame,
  level: number,
  va: VirtualAddress,
  access: AccessKind,
  global: boolean,
): Leaf | (Translated & { readonly kind: 'fault' }) => {
  if (table >= state.setting.frames) return accessFault(access);
  const at = table * WORDS_PER_FRAME + (Math.floor(va / 4096 / 1024 ** level) % 1024);
  const entry = readWord(state, at);
  const isGlobal = global || (entry & G) !== 0;
  if ((entry & V) === 0 || ((entry & R) === 0 && (entry & W) !== 0)) return pageFault(access);
  if ((entry & LEAF_BITS) !== 0) return { kind: 'leaf', at, entry, level, global: isGlobal };
  if (level === 0 || (entry & (U | A | D)) !== 0) return pageFault(access);
  return walk(state, frameOf(entry), level - 1, va, access, isGlobal);
};

/** Steps 5 to 8, and what the hart remembers. */
const finish = (
  state: State,
  hart: Hart,
  va: VirtualAddress,
  access: AccessKind,
  mode: Mode,
  leaf: Leaf,
): Translated => {
  const pages = 1024 ** leaf.level;
  const first = frameOf(leaf.entry);
  if (!allows(hart, mode, leaf.entry, access)) return pageFault(access);
  if (first % pages !== 0) return pageFault(access);
  const vpn = Math.floor(va / 4096);
  const frame = first + (vpn % pages);
  if (frame >= state.setting.frames) return accessFault(access);
  const updated = (leaf.entry | A | (access === 'store' ? D : 0)) >>> 0;
  writeWord(state, leaf.at, updated);
  remember(hart, {
    vpn,
    asid: asidOf(hart.satp),
    frame,
    bits: updated & 0x3ff,
    global: leaf.global,
    superpage: leaf.level > 0,
  });
  return { kind: 'physical', address: frame * 4096 + (va % 4096) };
};

export const translate = (
  state: State,
  hart: Hart,
  va: VirtualAddress,
  access: AccessKind,
  mode: Mode,
): Translated => {
  const entry = remembered(hart, Math.floor(va / 4096));
  const lacksDirty = access === 'store' && entry !== undefined && (entry.bits & D) === 0;
  if (entry && !lacksDirty) {
    if (!allows(hart, mode, entry.bits, access)) return pageFault(access);
    return { kind: 'physical', address: entry.frame * 4096 + (va % 4096) };
  }
  const leaf = walk(state, rootOf(hart.satp), 1, va, access, false);
  return leaf.kind === 'fault' ? leaf : finish(state, hart, va, access, mode, leaf);
};
