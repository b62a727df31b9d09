/**
 * What was synced must outlive a fault: a task writes a file, syncs it, meets the fault at its next call of the file
 * system, opens the file again and reads it.
 */
import fc from 'fast-check';
import { FIRST_DESCRIPTOR, OpenFlag } from '../../spec/files.ts';
import { textAddress } from '../../spec/layout.ts';
import { Pte } from '../../spec/riscv.ts';
import type { Operation, Workload } from '../../spec/workload.ts';

/** Faults of these kinds store and answer nothing wrong before the service is ended. */
const CLEAN = ['null dereference', 'silence'] as const;

const PATH = textAddress(0);
const TEXT = textAddress(1);
const BUFFER = 0x2000;
const FD = FIRST_DESCRIPTOR;

/** Requests to the file system until sync has returned: open, the writes, sync. */
const synced = (writes: number): number => writes + 2;

const call = (name: Extract<Operation, { op: 'call' }>['call'], ...args: number[]): Operation => ({
  op: 'call',
  call: name,
  args,
});

/** Writes and reads of so many bytes each; between them the file system fails. */
const bodyOf = (writes: readonly number[], reads: readonly number[]): Operation[] => [
  call('map', BUFFER, Pte.R | Pte.W),
  call('open', PATH, OpenFlag.readWrite | OpenFlag.create),
  ...writes.map((bytes) => call('fwrite', FD, TEXT, bytes)),
  call('sync'),
  call('dup', FD),
  call('stat', PATH, BUFFER + 64),
  call('open', PATH, 0),
  ...reads.map((bytes) => call('read', FD, BUFFER, bytes)),
  call('exit', 0),
];

const bytes = fc.integer({ min: 4, max: 16 });

/** With one fault of the file system, right after the sync. Its disk takes no time. */
export const syncedWorkloadArbitrary = (base: fc.Arbitrary<Workload>): fc.Arbitrary<Workload> =>
  fc
    .record({
      workload: base,
      writes: fc.array(bytes, { minLength: 1, maxLength: 3 }),
      reads: fc.array(bytes, { minLength: 1, maxLength: 3 }),
      kind: fc.constantFrom(...CLEAN),
      more: fc.nat({ max: 1 }),
    })
    .map(({ workload, writes, reads, kind, more }) => ({
      ...workload,
      programs: [{ bodies: [bodyOf(writes, reads)], texts: ['/kept', 'what was synced'] }],
      start: [0],
      faults: [{ service: 'files', kind, request: synced(writes.length) + more }],
    }));
