import { expect, test } from 'vitest';
import type { Operation } from '../spec/workload.ts';
import { encodeOperations, Op, ROW } from './text.ts';

const rows: readonly (readonly [Operation, readonly number[]])[] = [
  [{ op: 'set', rd: 'a0', value: 0xffff_ffff }, [Op.set, 10, -1]],
  [{ op: 'move', rd: 'ra', rs: 't6' }, [Op.move, 1, 31]],
  [{ op: 'load', va: 0x2000, rd: 'sp' }, [Op.load, 0x2000, 2]],
  [{ op: 'store', va: 0x2000, value: 5 }, [Op.store, 0x2000, 5]],
  [{ op: 'store', va: 0x2000, value: 'a7' }, [Op.storeRegister, 0x2000, 17]],
  [{ op: 'call', call: 'map', args: [1, 'a1'] }, [Op.call, 6, 2, 2, 1, 11]],
  [{ op: 'call', call: 99, args: ['a0', 2, 'a2', 4] }, [Op.call, 99, 4, 5, 10, 2, 12]],
  [{ op: 'jump', va: 0x8000_0000 }, [Op.jump, -0x8000_0000]],
  [{ op: 'loop' }, [Op.loop]],
  [{ op: 'privileged', instruction: 'sret' }, [Op.privileged]],
];

test.each(rows)('%j becomes a row of integers', (operation, row) => {
  const padded = [...row, ...new Array(ROW - row.length).fill(0)];
  expect([...encodeOperations([operation])]).toEqual(padded);
});

test('rows stand in the order of the operations', () => {
  const table = encodeOperations(rows.map(([operation]) => operation));
  expect(rows.map((_, i) => table[i * ROW])).toEqual(rows.map(([, [kind]]) => kind));
});
