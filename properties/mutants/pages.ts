/**
 * Mistakes with pages: rights that exceed those asked for, pages that nobody mapped, accesses that are refused though
 * they are allowed. The right way: kernels/core/pages.ts.
 */
import { breakPromise } from '../../kernels/core/frames.ts';
import type { State } from '../../kernels/core/kernel.ts';
import { Control, POLICY_BIT, type Space } from '../../kernels/core/layout.ts';
import { leafOf } from '../../kernels/core/pages.ts';
import { routines } from '../../kernels/core/routines.ts';
import {
  Cause,
  type Frame,
  frameOf,
  LEAF_BITS,
  Pte,
  pte,
  type Rights,
  type Vpn,
} from '../../spec/riscv.ts';
import { type Mutant, mutant } from './mutant.ts';

const { R, W, X } = Pte;

/** First word of the control frame that the kernel leaves alone: a bit a frame begins here. */
const FLAGS = 512;

/** Sets a bit of the frame's slot, or not, and answers with it: it is never cleared. */
const flagOf = (k: State, frame: Frame, raised: boolean): boolean => {
  const at = FLAGS + (frame >>> 5);
  k.control[at] = (k.control[at] ?? 0) | (raised ? 1 << (frame & 31) : 0);
  return ((k.control[at] ?? 0) & (1 << (frame & 31))) !== 0;
};

/** The one frame of zeros, taken when it is first needed; 0: no memory. */
const zeroFrame = (k: State): Frame => {
  const known = k.control[Control.policy] ?? 0;
  if (known !== 0) return known;
  const frame = k.routines.allocateFrame(k);
  if (frame !== 0) k.routines.zeroFrame(k, frame);
  k.control[Control.policy] = frame;
  return frame;
};

const isEmpty = (k: State, space: Space, vpn: Vpn): boolean => (leafOf(k, space)[vpn] ?? 0) === 0;

/** With W in a bit of the kernel's own until the first store. */
const readOnlyAtFirst = (rights: Rights): number =>
  rights & W ? (rights & ~W) | POLICY_BIT : rights;

export const pages: readonly Mutant[] = [
  mutant({
    id: 'write-intent-forgotten',
    description:
      'The first load of a page maps it as if for a store, whether the page may be written or not.',
    killedBy: 'isolation/protection-bits',
    bug: 'CVE-2016-5195 (Dirty COW): in Linux a retry forgot that the page was to be written',
    longestStory: 2,
    replace: {
      populate: (k, hart, space, vpn) => {
        const entry = routines.populate(k, hart, space, vpn);
        const forgotten = hart.scause === Cause.loadPageFault && !(entry & X);
        leafOf(k, space)[vpn] = forgotten ? entry | W : entry;
        return leafOf(k, space)[vpn] ?? 0;
      },
    },
  }),
  mutant({
    id: 'zero-frame-writable',
    description: 'A page that is read first gets the shared frame of zeros, with all its rights.',
    killedBy: 'isolation/integrity',
    bug: 'CVE-2017-1000405: in Linux reading made a huge zero page dirty, and so writable',
    longestStory: 4,
    replace: {
      populate: (k, hart, space, vpn) => {
        const zeros = hart.scause === Cause.loadPageFault ? zeroFrame(k) : 0;
        if (zeros === 0) return routines.populate(k, hart, space, vpn);
        breakPromise(k);
        k.routines.retainFrame(k, zeros);
        const leaf = leafOf(k, space);
        leaf[vpn] = pte(zeros, Pte.V | Pte.U | k.routines.rightsOf(leaf[vpn] ?? 0));
        return leaf[vpn] ?? 0;
      },
    },
  }),
  mutant({
    id: 'flag-kept',
    description:
      'A frame that held a page with the right to write passes it on to the next page in it.',
    killedBy: 'isolation/protection-bits',
    bug: 'CVE-2022-0847 (Dirty Pipe): in Linux a reused slot of a pipe kept its flags',
    longestStory: 7,
    replace: {
      populate: (k, hart, space, vpn) => {
        const entry = routines.populate(k, hart, space, vpn);
        const writable = flagOf(k, frameOf(entry), (entry & W) !== 0);
        leafOf(k, space)[vpn] = writable ? entry | W : entry;
        return leafOf(k, space)[vpn] ?? 0;
      },
    },
  }),
  mutant({
    id: 'write-kept-with-execute',
    description: 'protect adds the right to execute, and leaves the right to write.',
    killedBy: 'isolation/write-xor-execute',
    longestStory: 3,
    replace: {
      withRights: (entry, rights) =>
        routines.withRights(entry, rights & X ? rights | (entry & W) : rights),
    },
  }),
  mutant({
    id: 'grows-down',
    description: 'The first touch of a page also maps the one below, where a stack would grow.',
    killedBy: 'isolation/no-access-without-map',
    bug: 'CVE-2017-1000364: one guard page kept a Linux stack from growing into its neighbour',
    longestStory: 2,
    replace: {
      populate: (k, hart, space, vpn) => {
        const entry = routines.populate(k, hart, space, vpn);
        const below = vpn - 1;
        if (isEmpty(k, space, below) && k.routines.mapPage(k, hart, space, below, R | W)) {
          routines.populate(k, hart, space, below);
        }
        return entry;
      },
    },
  }),
  mutant({
    id: 'first-store-refused',
    description:
      'A page is read-only until the first store, and the fault of that store is answered without making it writable.',
    killedBy: 'isolation/allowed-access-succeeds',
    longestStory: 3,
    replace: {
      rightsOf: (entry) => (entry & LEAF_BITS) | (entry & POLICY_BIT ? W : 0),
      withRights: (entry, rights) => routines.withRights(entry & ~POLICY_BIT, rights),
      populate: (k, hart, space, vpn) => {
        const entry = routines.populate(k, hart, space, vpn);
        if (hart.scause !== Cause.loadPageFault) return entry;
        leafOf(k, space)[vpn] = (entry & ~LEAF_BITS) | readOnlyAtFirst(entry & LEAF_BITS);
        return leafOf(k, space)[vpn] ?? 0;
      },
    },
  }),
  mutant({
    id: 'last-page-refused',
    description: 'A fault in the last page of user space is taken for one in the kernel’s.',
    killedBy: 'isolation/allowed-access-succeeds',
    longestStory: 2,
    replace: {
      pageFault: (k, hart, task) =>
        hart.stval < k.image.userEnd - 4096 && routines.pageFault(k, hart, task),
    },
  }),
];
