import { describe, expect, test } from 'vitest';
import { haltOf, rowsOfKind } from '../../../hardware/testing.ts';
import { KILLED_STATUS } from '../../../spec/abi.ts';
import { Errno } from '../../../spec/errno.ts';
import { OpenFlag } from '../../../spec/files.ts';
import { textAddress } from '../../../spec/layout.ts';
import type { Operation, Workload } from '../../../spec/workload.ts';
import { call, resultsOf } from '../../core/testing.ts';
import { alone } from '../testing.ts';

const { EFAULT, ENOENT } = Errno;
const [A, B] = [textAddress(0), textAddress(1)];
const CREATE = OpenFlag.readWrite | OpenFlag.create;
const keep: Operation = { op: 'move', rd: 's0', rs: 'a0' };

/** Programs with the same two paths in their text; the first one starts. */
const run = (programs: readonly (readonly Operation[])[], over: Partial<Workload> = {}) =>
  alone([], {
    programs: programs.map((body) => ({ bodies: [body], texts: ['/a', '/b'] })),
    devices: { diskLatency: 9, networkLatency: 1 },
    steps: 4000,
    ...over,
  });

describe('files', () => {
  const copy: Operation[] = [
    call('map', 0x2000, 6),
    { op: 'store', va: 0x2000, value: 0x6463_6261 },
    call('open', A, CREATE),
    keep,
    call('fwrite', 's0', 0x2000, 4),
    call('seek', 's0', 0, 0),
    call('read', 's0', 0x2100, 9),
    call('sync'),
    { op: 'load', va: 0x2100, rd: 'a0' },
    call('close', 's0'),
    call('write', 0x2100, 4),
  ];

  test('hold what was written to them', () => {
    const done = run([copy]);
    expect(haltOf(done)).toBeUndefined();
    expect(resultsOf(done, 1)).toEqual([0, 3, 4, 0, 4, 0, 0, 4]);
    expect(rowsOfKind(done, 'dma').length).toBeGreaterThan(2);
  });

  test('reach only what their caller may: else EFAULT', () => {
    const body = [
      call('open', 0x3000, CREATE),
      call('open', A, CREATE),
      keep,
      call('fwrite', 's0', 0x3000, 4),
      call('fwrite', 's0', A, 2),
      call('seek', 's0', 0, 0),
      call('read', 's0', A, 2),
    ];
    expect(resultsOf(run([body]), 1)).toEqual([-EFAULT, 3, -EFAULT, 2, 0, -EFAULT]);
  });

  test.each([1, 2, 4])('serve one at a time, on %i harts', (harts) => {
    const parent = [
      call('spawn', 1),
      keep,
      call('spawn', 2),
      call('wait', 's0'),
      call('open', A, 0),
      call('open', B, 0),
      call('exit', 0),
    ];
    const child = (path: number, code: number) => [
      call('open', path, CREATE),
      call('sync'),
      call('exit', code),
    ];
    const done = run([parent, child(A, 1), child(B, 2)], { harts });
    expect(haltOf(done)).toBeUndefined();
    expect(resultsOf(done, 1).slice(0, 4)).toEqual([2, 3, 1, 3]);
    expect([resultsOf(done, 2)[0], resultsOf(done, 3)[0]]).toEqual([3, 3]);
  });

  test('of one who has ended are closed', () => {
    const child = [call('open', A, CREATE), call('exit', 0)];
    const parent = [call('spawn', 1), call('wait', 'a0'), call('unlink', A), call('open', A, 0)];
    expect(resultsOf(run([parent, child]), 1)).toEqual([2, 0, 0, -ENOENT]);
  });

  test('who is killed while it waits for its turn is not served', () => {
    const parent = [
      call('spawn', 1),
      call('spawn', 2),
      keep,
      call('yield'),
      call('kill', 's0'),
      call('sync'),
      call('open', B, 0),
    ];
    const busy = [call('open', A, CREATE), call('sync'), { op: 'loop' } as const];
    const late = [call('open', B, CREATE), { op: 'loop' } as const];
    const done = run([parent, busy, late], { devices: { diskLatency: 60, networkLatency: 1 } });
    expect(haltOf(done)).toBeUndefined();
    expect(resultsOf(done, 1).slice(-2)).toEqual([0, -ENOENT]);
  });

  test.each([
    ['a disk that takes its time', {}],
    ['one that never answers', { diskStuckAfter: 0 }],
  ])('who kills somebody does not wait for %s', (_, stuck) => {
    const parent = [call('spawn', 1), keep, call('yield'), call('kill', 's0'), call('wait', 's0')];
    const done = run([parent, [call('open', A, CREATE)]], {
      devices: { diskLatency: 60, networkLatency: 1, ...stuck },
      steps: 40,
    });
    expect(resultsOf(done, 1)).toEqual([2, 0, 0, KILLED_STATUS]);
  });

  test('of one who was killed while the disk was busy for another are closed before anybody is served', () => {
    const child = [call('open', A, CREATE), call('unlink', A), { op: 'loop' } as const];
    const busy = [...Array(12).fill(call('yield')), call('sync'), call('exit', 0)];
    const parent = [
      call('spawn', 1),
      keep,
      call('spawn', 2),
      ...Array(16).fill(call('yield')),
      call('kill', 's0'),
      call('open', A, CREATE),
    ];
    const done = run([parent, child, busy]);
    expect(haltOf(done)).toBeUndefined();
    expect(resultsOf(done, 1).slice(-2)).toEqual([0, 3]);
  });

  test('a disk that does not answer any more keeps those who need it, and nobody else', () => {
    const done = run(
      [
        [call('spawn', 1), call('open', A, CREATE)],
        [call('yield'), call('exit', 0)],
      ],
      { devices: { diskLatency: 2, networkLatency: 1, diskStuckAfter: 0 } },
    );
    expect(resultsOf(done, 1)).toEqual([2]);
    expect(resultsOf(done, 2)).toEqual([0]);
  });
});
