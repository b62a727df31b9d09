/** Why, for reach: what tables and TLBs held of the page after each step that changed something. */
import type { Mapping } from '../../hardware/trace.ts';
import { rightsName } from '../../spec/riscv.ts';
import type { Explanation } from '../report.ts';
import { inTables, inTlb, type Snapshot, snapshotAt, tableChanges } from './machine.ts';
import type { Replay, Row } from './replay.ts';
import { hex } from './text.ts';

const entryText = (mapping: Mapping | undefined): string =>
  mapping ? `frame ${mapping.frame} ${rightsName(mapping.rights)}` : 'nothing';

interface Place {
  readonly root: number;
  readonly asid: number;
}

/** Root and ASID that the task returned with last. */
const placeOf = (replay: Replay, tid: number): Place | undefined => {
  let place: Place | undefined;
  const space = replay.state.tasks.get(tid)?.space;
  for (const row of [...replay.rows]) {
    for (const event of row.kernel) {
      if (event.kind === 'return' && replay.state.tasks.get(event.tid)?.space === space) {
        place = { root: event.root, asid: event.asid };
      }
    }
  }
  return (
    place ??
    [...replay.roots]
      .filter(([, owner]) => replay.state.tasks.get(owner)?.space === space)
      .map(([root]) => ({ root, asid: 0 }))[0]
  );
};

const cells = (
  snapshot: Snapshot | undefined,
  place: Place,
  vpn: number,
  harts: number,
): string[] => [
  entryText(inTables(snapshot, place.root, vpn)),
  ...Array.from({ length: harts }, (_, hart) => entryText(inTlb(snapshot, hart, vpn, place.asid))),
];

export const whyTranslation = (
  replay: Replay,
  vpn: number,
  tid: number,
): Explanation | undefined => {
  const place = placeOf(replay, tid);
  if (!place) return undefined;
  const { harts } = replay.workload;
  const head = [
    `${hex(vpn << 12)} is`,
    'in the tables',
    ...Array.from({ length: harts }, (_, hart) => `in hart ${hart}’s TLB`),
  ];
  const table: string[][] = [head];
  let before = '';
  let stale: { row: number; hart: number } | undefined;
  for (const [index, row] of replay.rows.entries()) {
    const snapshot = snapshotAt(replay, row.until);
    const now = cells(snapshot, place, vpn, harts);
    const entry = inTables(snapshot, place.root, vpn);
    for (let hart = 0; hart < harts; hart++) {
      const kept = inTlb(snapshot, hart, vpn, place.asid);
      const differs =
        kept && (!entry || entry.frame !== kept.frame || (kept.rights & ~entry.rights) !== 0);
      if (differs && !stale) stale = { row: table.length, hart };
    }
    if (now.join() === before) continue;
    if (now.every((cell) => cell === 'nothing') && before === '') continue;
    before = now.join();
    table.push([`after step ${index + 1}`, ...now]);
  }
  if (table.length === 1) return undefined;
  return {
    table,
    ...(stale &&
      stale.row < table.length && {
        mark: { row: stale.row, column: stale.hart + 2, text: '← stale' },
      }),
    text: stale ? staleText(replay, vpn, stale.hart) : tableText(replay, vpn, place),
  };
};

const stepOf = (replay: Replay, matches: (row: Row) => boolean): number =>
  replay.rows.findIndex(matches) + 1;

const staleText = (replay: Replay, vpn: number, hart: number): string => {
  const touched = stepOf(
    replay,
    (row) => row.hart === hart && row.retired !== undefined && row.retired.va >>> 12 === vpn,
  );
  const changed = replay.rows.findIndex((row) =>
    tableChanges(replay, row).some(({ va, before }) => va >>> 12 === vpn && before),
  );
  const fences = new Set<number>();
  for (const row of replay.rows.slice(Math.max(0, changed))) {
    for (const event of row.kernel) if (event.kind === 'fence') fences.add(event.hart);
  }
  const kept =
    touched > 0
      ? `Hart ${hart} read the entry at step ${touched} and keeps it until hart ${hart} itself fences. `
      : `Hart ${hart} keeps the old entry in its TLB until it fences. `;
  const ran = [...fences].filter((one) => one !== hart);
  const elsewhere =
    ran.length > 0 && !fences.has(hart)
      ? `A fence ran on hart ${ran.join(' and ')}. None ran on hart ${hart}.`
      : `No fence that covers ${hex(vpn << 12)} ran on hart ${hart} after its entry changed.`;
  return kept + elsewhere;
};

const tableText = (replay: Replay, vpn: number, place: Place): string => {
  const last = replay.rows.at(-1);
  const entry = inTables(snapshotAt(replay, last?.until ?? 0), place.root, vpn);
  if (!entry) return 'The entry is gone from the tables; what was seen came from a TLB.';
  return `The page table itself says ${entryText(entry)} with the U bit: the hardware does what the table allows.`;
};
