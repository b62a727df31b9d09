import { expect, test } from 'vitest';
import { neighbours } from '../minimise/neighbours.ts';
import { type Shape, workloadOfShapes } from './families.ts';
import { shrinkWitness } from './shrink.ts';

const shape: Shape = { family: 'file', tasks: 2, rounds: 6, bytes: 64, harts: 4, tlbEntries: 16 };

test('a witness is shrunk until none of its neighbours shows the same, however many it takes', () => {
  let trials = 0;
  const seeks = (workload: Parameters<typeof shrinkWitness>[0]): boolean => {
    trials += 1;
    const calls = workload.programs.flatMap(({ bodies }) => bodies.flat());
    return calls.filter((one) => one.op === 'call' && one.call === 'seek').length >= 11;
  };
  const small = shrinkWitness(workloadOfShapes([shape]), seeks);
  expect(trials).toBeGreaterThan(400);
  expect(seeks(small)).toBe(true);
  expect([...neighbours(small)].filter(({ workload }) => seeks(workload))).toEqual([]);
  expect(small).toMatchObject({ harts: 1 });
});
