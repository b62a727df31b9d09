/** The two runs of a mutant's witness, told as they are. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openMutant } from '../checker/catalogue.ts';
import { failureOf } from '../checker/replay.ts';
import { mutants } from '../mutants/index.ts';
import { type Witness, witnessFile } from '../mutants/witness.ts';
import { explain } from './explain.ts';

const PROPERTY = 'faults/bystanders-see-the-same';

const told = async () => {
  const mutant = mutants.find(({ killedBy }) => killedBy === PROPERTY);
  if (!mutant) throw new Error('no mutant is about bystanders');
  const file = new URL(`../mutants/${witnessFile(mutant.id)}`, import.meta.url);
  const witness = JSON.parse(readFileSync(file, 'utf8')) as Witness;
  const executor = openMutant(mutant);
  const failure = await failureOf(executor, witness);
  if (!failure) throw new Error('the witness shows nothing');
  const minimal = { verified: true, neighbours: 0, runs: 0 };
  return explain(executor, { failure, minimal, seed: 1, property: PROPERTY });
};

test('a bystander that sees a fault is told as two runs, with what had gone wrong before', async () => {
  const story = await told();
  const fault = story.steps.findIndex(({ devices }) => devices.includes('disk: null dereference'));
  const last = story.steps.at(-1);
  expect(fault).toBeGreaterThanOrEqual(0);
  expect(fault).toBeLessThan(story.steps.length - 1);
  expect(last).toMatchObject({ task: 2, violates: true });
  expect(last?.text).toMatch(/^(… )?write\(0x2000, 2\) = 1\|2$/);
  expect(story.observed).toBe(
    'task 2 sees 1 in run A and 2 in run B, after this in run A: disk: null dereference',
  );
  expect(story.explanation.table).toEqual([
    ['task 2', 'A, with the fault', 'B, without'],
    ['map(0x2000, rw)', '0', '0'],
    ['write(0x2000, 2)', '1', '2'],
  ]);
  expect(story.other).toEqual(expect.not.objectContaining({ faults: expect.anything() }));
});
