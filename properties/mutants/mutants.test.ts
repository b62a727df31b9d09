/**
 * The checker is held to its own claims: every mutant is killed by the property that it names, in a short story, and no
 * correct kernel is rejected. The kill matrix is printed.
 */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { monolithic } from '../../kernels/monolithic/index.ts';
import { PROPERTIES, propertyOfClause } from '../../spec/properties.ts';
import { catalogue, openMutant } from '../checker/catalogue.ts';
import { keepLog } from '../checker/failure.ts';
import { killMatrix, type Matrix, type MatrixRow } from '../checker/matrix.ts';
import { failureOf } from '../checker/replay.ts';
import { search } from '../checker/search.ts';
import { notClaimed } from '../checker/select.ts';
import type { Executor } from '../execute/executor.ts';
import { localExecutor } from '../execute/local.ts';
import { renderMatrix } from '../render/matrix.ts';
import { type Mutant, mutants } from './index.ts';
import { WITNESS_FORMAT, type Witness, witnessFile } from './witness.ts';

/** A third of what a check runs by default: the mutants are found in far fewer. */
const WORKLOADS = 700;
/** Enough to see whether a correct kernel is rejected; that it is put to the test, aim.test.ts shows. */
const FEWER = 25;
/** Milliseconds: on a busy machine it takes a while. */
const MINUTES = 240_000;

const correct = [...catalogue.kernels, ...catalogue.variants.map(({ kernel }) => kernel)];

describe('the kill matrix', () => {
  let matrix: Matrix = { properties: [], rows: [] };
  beforeAll(async () => {
    const clock = (): number => performance.now();
    matrix = await killMatrix({
      seed: 1,
      workloads: WORKLOADS,
      untilKilled: true,
      forCorrect: FEWER,
      clock,
    });
    console.log(renderMatrix(matrix, { color: false }));
  }, MINUTES);

  const rowOf = (id: string): MatrixRow => {
    const row = matrix.rows.find((one) => one.id === id);
    if (!row) throw new Error(`there is no row ${id}`);
    return row;
  };

  test.each(mutants)('$id is killed by $killedBy, and told in a short story', (mutant) => {
    const row = rowOf(mutant.id);
    expect(row).toMatchObject({ ok: true, kind: 'mutant' });
    expect(row.steps).toBeGreaterThan(0);
    expect(row.steps).toBeLessThanOrEqual(mutant.longestStory);
  });

  test.each(correct.map(({ name }) => ({ name })))('$name is not rejected', ({ name }) => {
    const row = rowOf(name.replace('variant:', ''));
    const claimed = PROPERTIES.filter(
      (property) => !notClaimed(property, correct.find((one) => one.name === name) ?? monolithic),
    );
    for (const { id } of claimed) expect([id, row.cells[id]]).not.toEqual([id, 'killed']);
    expect(row.ok).toBe(true);
  });
});

describe('the list of mutants', () => {
  test('has one at least for every property', () => {
    const killing = new Set(mutants.map(({ killedBy }) => killedBy));
    expect([...killing].sort()).toEqual(PROPERTIES.map(({ id }) => id).sort());
  });

  test('restates historic bugs, each with its id and one line', () => {
    const bugs = mutants.flatMap(({ bug }) => bug ?? []);
    expect(new Set(bugs).size).toBe(bugs.length);
    expect(bugs.length).toBeGreaterThanOrEqual(14);
    for (const bug of bugs)
      expect(bug).toMatch(/^(CVE-\d{4}-\d+|seL4|MINIX|QNX|Mars Pathfinder)\b/);
  });

  test('names each mutant once', () => {
    expect(new Set(mutants.map(({ id }) => id)).size).toBe(mutants.length);
    for (const { id, kernel, fresh } of mutants) {
      expect([kernel.name, fresh().name]).toEqual([`mutant:${id}`, `mutant:${id}`]);
    }
  });
});

describe.each([
  { id: 'isolation/confidentiality', least: 2, suites: undefined },
  { id: 'faults/bystanders-see-the-same', least: 1, suites: ['faults', 'ipc'] as const },
])('$id, of two runs', ({ id, least, suites }) => {
  const only = mutants.filter(({ killedBy }) => killedBy === id);

  test('has enough mutants', () => expect(only.length).toBeGreaterThanOrEqual(least));

  test.each(only)('$id is killed by it alone: every single run is allowed', async (mutant) => {
    const { failures } = await search(openMutant(mutant), {
      seed: 2,
      workloads: suites ? 300 : WORKLOADS,
      ...(suites && { suites }),
    });
    expect([...failures.keys()]).toEqual([id]);
  });
});

describe('witnesses', () => {
  const witnessOf = ({ id }: Mutant): Witness =>
    JSON.parse(readFileSync(new URL(witnessFile(id), import.meta.url), 'utf8')) as Witness;

  /** What the kernel does, from fresh boots and in a kept instance. */
  const logs = async (executor: Executor, { workload, other }: Witness) => [
    keepLog(await executor.run(workload)),
    keepLog(await executor.run(other ?? workload)),
    keepLog(await executor.runKept(workload)),
    keepLog(await executor.runKept(workload)),
  ];

  test.each(mutants)(
    '$id fails on the workload that is kept, the reference kernel does not',
    async (mutant) => {
      const witness = witnessOf(mutant);
      expect(witness).toMatchObject({
        format: WITNESS_FORMAT,
        mutant: mutant.id,
        property: mutant.killedBy,
      });
      const failure = await failureOf(openMutant(mutant), witness);
      expect(failure?.clause).toBe(witness.clause);
      expect(propertyOfClause(witness.clause)?.id).toBe(mutant.killedBy);
      expect(await failureOf(localExecutor(mutant.reference), witness)).toBeUndefined();
    },
  );

  test.each(mutants)('$id leaves another log than the reference kernel', async (mutant) => {
    const witness = witnessOf(mutant);
    const own = await logs(openMutant(mutant), witness);
    expect(own).not.toEqual(await logs(localExecutor(mutant.reference), witness));
  });
});
