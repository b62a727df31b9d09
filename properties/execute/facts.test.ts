import { expect, test } from 'vitest';
import { layered } from '../../kernels/layered/index.ts';
import { factsOf, kernelProblems } from './facts.ts';

test('a layered kernel says what its layers offer, and that is copied whole', () => {
  expect(kernelProblems(layered)).toEqual([]);
  const { layers, discipline } = factsOf(layered);
  expect([layers, discipline]).toEqual([layered.layers, 'strict']);
  expect(layers).not.toBe(layered.layers);
});
