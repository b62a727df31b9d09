import { expect, test } from 'vitest';
import { applyFileCall } from '../../model/os/files/apply.ts';
import type { FileCall } from '../../model/os/files/call.ts';
import { emptyFileSystem } from '../../model/os/files/tree.ts';
import { initialState } from '../../model/os/state.ts';
import { workload } from '../../model/os/testing.ts';
import { ABI_GROUPS } from '../../spec/abi.ts';
import { OpenFlag } from '../../spec/files.ts';
import { whyFiles, whyPorts } from './why-files.ts';

const making = OpenFlag.readWrite | OpenFlag.create;
const calls: readonly FileCall[] = [
  { call: 'mkdir', path: '/d' },
  { call: 'open', path: '/d/f', flags: making },
  { call: 'fwrite', fd: 3, length: 5, bytes: new Uint8Array([1, 2, 3, 4, 255]) },
  { call: 'dup', fd: 3 },
  { call: 'link', from: '/d/f', to: '/g' },
  { call: 'open', path: '/h', flags: making },
  { call: 'unlink', path: '/h' },
];

test('files are told as a tree, with what the task has open', () => {
  const state = initialState(workload(1, []), { implements: ABI_GROUPS });
  const files = calls.reduce((fs, call) => applyFileCall(fs, call).fs, emptyFileSystem());
  const queue = [{ bytes: new Uint8Array(1), certain: true }];
  const network = new Map([
    [7, { owner: 1, queue }],
    [9, { owner: 0, queue }],
  ]);
  state.served = { files, network };
  expect(whyFiles({ state }, 1).table.slice(1)).toEqual([
    ['/', 'directory'],
    ['/d', 'directory'],
    ['/d/f', 'file, 5 bytes, 2 names: 01 02 03 04 …'],
    ['/g', 'file, 5 bytes, 2 names: 01 02 03 04 …'],
    ['descriptor 3', '/d/f, offset 5, offset shared'],
    ['descriptor 4', '/d/f, offset 5, offset shared'],
    ['descriptor 5', 'a file without a name, offset 0'],
  ]);
  expect(whyFiles({ state }, 9).table).toHaveLength(5);
  expect(whyPorts({ state }).table.slice(1)).toEqual([
    ['port 7', 'bound by address space 1, 1 datagrams kept'],
    ['port 9', 'bound by nobody, 1 datagrams kept'],
  ]);
});
