/** The kill matrix shows who caught whom, and whether all is well. */
import { expect, test } from 'vitest';
import { PROPERTIES } from '../../spec/properties.ts';
import type { Cell, MatrixRow } from '../checker/matrix.ts';
import { renderMatrix } from './matrix.ts';
import { width } from './text.ts';

const properties = PROPERTIES.map(({ id }) => id);
const cells = (killed: readonly string[]): Record<string, Cell> =>
  Object.fromEntries(properties.map((id) => [id, killed.includes(id) ? 'killed' : 'survived']));
const row = (changed: Partial<MatrixRow>): MatrixRow => ({
  id: 'no-shootdown',
  kind: 'mutant',
  killedBy: 'isolation/no-access-after-unmap',
  workloads: 12,
  cells: cells(['isolation/no-access-after-unmap', 'abi/memory']),
  steps: 6,
  milliseconds: 49.6,
  ok: true,
  ...changed,
});
const reference = row({
  id: 'monolithic',
  kind: 'reference',
  killedBy: '',
  workloads: 2000,
  cells: cells([]),
  steps: 0,
});

test('a matrix reads as before and fits', async () => {
  const rows = [
    reference,
    row({}),
    row({ id: 'page-zero', killedBy: 'abi/memory', cells: cells([]), ok: false, steps: 0 }),
    row({
      id: 'lifo',
      kind: 'variant',
      killedBy: '',
      cells: { ...cells(['abi/tasks']), 'control/fairness': '' },
      ok: false,
      steps: 0,
    }),
  ];
  const text = renderMatrix({ properties, rows }, { color: false });
  await expect(text).toMatchFileSnapshot('golden/matrix.txt');
  for (const line of text.split('\n')) expect(width(line)).toBeLessThanOrEqual(120);
});

test('a matrix in which all is well passes', () => {
  const text = renderMatrix({ properties, rows: [reference, row({})] }, { color: false });
  expect(text).toMatch(/PASSED {2}1 of 1 mutants .* 0 of 1 correct kernels rejected\n$/);
});
