/**
 * What user mode could reach after a return, held against the abstract address space (containment): at most the
 * rights allowed, and in each frame the words that the page has. Less is fine: a kernel may map lazily.
 */
import type { ReturnEvent, Translation } from '../../spec/events.ts';
import { FIRST_TEXT_FRAME } from '../../spec/layout.ts';
import { Pte, rightsName, type Word } from '../../spec/riscv.ts';
import { difference, excess, spaceOf } from './access.ts';
import { hex } from './instruction.ts';
import { type OsState, type Page, type Space, type Task, take } from './state.ts';
import { maybe } from './unsure.ts';
import type { Violation } from './violation.ts';

export const checkView = (
  state: OsState,
  task: Task,
  event: ReturnEvent,
): Violation | undefined => {
  const space = spaceOf(state, task);
  if (!space) return undefined;
  for (const translation of event.view) {
    const violation =
      reach(space, task, event, translation) ?? contents(state, space, task, event, translation);
    if (violation) return violation;
  }
  return sharedWithin(space, task, event);
};

const where = ({ source }: Translation, hart: number): string =>
  source === 'tlb' ? `the TLB of hart ${hart}` : 'the page table';

const reach = (
  space: Space,
  task: Task,
  event: ReturnEvent,
  translation: Translation,
): Violation | undefined => {
  const { vpn, frame, rights } = translation;
  const found = excess(space, vpn, rights);
  const common = { hart: event.hart, tid: task.tid, vpn, frame };
  if (found) {
    return {
      ...common,
      clause: found.clause,
      expected: `after the return task ${task.tid} cannot do more at ${hex(vpn << 12)} than it may: ${found.reason}`,
      observed: `${where(translation, event.hart)} gives it ${rightsName(rights)} there, to frame ${frame}`,
    };
  }
  if (event.tables.includes(frame) || frame < FIRST_TEXT_FRAME) {
    return {
      ...common,
      clause: 'kernel-reachable',
      expected: 'no frame of the kernel and no page table is reachable from user mode',
      observed: `${hex(vpn << 12)} leads to frame ${frame}, which ${event.tables.includes(frame) ? 'is a page table in use' : 'is the kernel’s'}`,
    };
  }
  return undefined;
};

const contents = (
  state: OsState,
  space: Space,
  task: Task,
  event: ReturnEvent,
  { vpn, frame, words, version, source }: Translation,
): Violation | undefined => {
  const page = state.pages.get(space.pages.get(vpn)?.page ?? 0);
  if (!page) return undefined;
  if (!page.text && source === 'table') place(state, page, frame);
  if (!words || (page.frame === frame && page.version === version)) return undefined;
  const first = difference(words, page.words);
  if (first === undefined) {
    if (source === 'table') seen(page, frame, version);
    return undefined;
  }
  const index = unexplained(state, page, words, first);
  if (index === undefined) return undefined;
  const stale = source === 'tlb' && space.formerly.has(vpn);
  const fresh = page.frame === -1 && !page.text;
  return {
    clause: stale ? 'stale-after-unmap' : fresh ? 'fresh-page-is-zero' : 'contents-survive',
    hart: event.hart,
    tid: task.tid,
    vpn,
    frame,
    expected: `word ${index} of the page at ${hex(vpn << 12)} is ${hex(page.words.get(index) ?? 0)}${fresh ? ': nobody has stored to the page' : ''}`,
    observed: `${source === 'tlb' ? `the TLB of hart ${event.hart} leads to` : 'it is in'} frame ${frame}, where the word is ${hex(words.get(index) ?? 0)}`,
  };
};

/** The page is in that frame, and was compared at that version: nothing about it is unsure. */
const seen = (page: Page, frame: number, version: number): void => {
  page.frame = frame;
  page.version = version;
  if (page.unsure) page.unsure = undefined;
};

/** The index of a word that is neither what it must be nor what it may be, from one that differs on. */
const unexplained = (
  state: OsState,
  page: Page,
  words: ReadonlyMap<number, Word>,
  first: number,
): number | undefined => {
  if (!page.unsure && state.pending.length === 0) return first;
  for (const index of new Set([...words.keys(), ...page.words.keys()])) {
    const word = words.get(index) ?? 0;
    if (word !== (page.words.get(index) ?? 0) && !maybe(state, page, index, word)) return index;
  }
  return undefined;
};

const place = (state: OsState, page: Page, frame: number): void => {
  const before = state.placement.get(frame);
  if (before === page.id) return;
  if (before !== undefined && !state.pages.has(before)) take(state, 'recycledFrame');
  state.placement.set(frame, page.id);
};

/** Two pages of one space in one frame, one of them writable: a store to one changes the other. */
const sharedWithin = (space: Space, task: Task, event: ReturnEvent): Violation | undefined => {
  const { view } = event;
  for (const translation of view) {
    if (!(translation.rights & Pte.W)) continue;
    const other = view.find(
      ({ frame, vpn }) =>
        frame === translation.frame &&
        space.pages.get(vpn)?.page !== space.pages.get(translation.vpn)?.page,
    );
    if (!other) continue;
    return {
      clause: 'frame-shared',
      hart: event.hart,
      tid: task.tid,
      vpn: translation.vpn,
      frame: translation.frame,
      expected: `the pages at ${hex(translation.vpn << 12)} and ${hex(other.vpn << 12)} are different frames`,
      observed: `both are frame ${translation.frame}, and one can be written`,
    };
  }
  return undefined;
};
