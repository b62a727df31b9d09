/**
 * One zero frame for all pages that nobody has stored to: mapped read-only, copied on the first store.
 *
 * The promise of the reference kernel becomes an entry that the hardware uses: it points to the zero frame, without W;
 * whether the page may be written is kept in POLICY_BIT. When the page gets its own frame, the other harts may still
 * hold the zero frame in their TLBs and would go on reading zeros: they are shot down, as for an unmap.
 */
import type { Hart } from '../../hardware/contract.ts';
import { buildCore } from '../../kernels/core/build.ts';
import type { State } from '../../kernels/core/kernel.ts';
import { Control, POLICY_BIT, PROMISED, type Space } from '../../kernels/core/layout.ts';
import { routines } from '../../kernels/core/routines.ts';
import {
  type Frame,
  LEAF_BITS,
  Pte,
  pte,
  type Rights,
  type Vpn,
  type Word,
} from '../../spec/riscv.ts';
import type { Variant } from './variant.ts';

/** The zero frame, taken when it is first needed and kept for ever; 0: no memory. */
const zeroFrameOf = (k: State): Frame => {
  const known = k.control[Control.policy] ?? 0;
  if (known !== 0) return known;
  const frame = k.routines.allocateFrame(k);
  if (frame !== 0) k.routines.zeroFrame(k, frame);
  k.control[Control.policy] = frame;
  return frame;
};

/** Rights without W in the hardware's bits, and W in ours. */
const readOnly = (rights: Rights): Word => (rights & ~Pte.W) | (rights & Pte.W ? POLICY_BIT : 0);

const mapPage = (k: State, hart: Hart, space: Space, vpn: Vpn, rights: Rights): boolean =>
  zeroFrameOf(k) !== 0 && routines.mapPage(k, hart, space, vpn, rights);

const promise = (k: State, rights: Rights): Word =>
  pte(zeroFrameOf(k), Pte.V | Pte.U | PROMISED | readOnly(rights));

const rightsOf = (entry: Word): Rights => (entry & LEAF_BITS) | (entry & POLICY_BIT ? Pte.W : 0);

const withRights = (entry: Word, rights: Rights): Word =>
  entry & PROMISED
    ? ((entry & ~(LEAF_BITS | POLICY_BIT)) | readOnly(rights)) >>> 0
    : routines.withRights(entry, rights);

const populate = (k: State, hart: Hart, space: Space, vpn: Vpn): Word => {
  const entry = routines.populate(k, hart, space, vpn);
  k.routines.fencePage(k, hart, space, vpn);
  k.routines.shootdown(k, hart, space, vpn);
  return entry;
};

export const variants: readonly Variant[] = [
  {
    id: 'copy-on-write',
    description:
      'Untouched pages share one read-only frame of zeros, and are copied on the first store.',
    kernel: buildCore({
      name: 'variant:copy-on-write',
      mapPage,
      promise,
      rightsOf,
      withRights,
      populate,
    }),
  },
];
