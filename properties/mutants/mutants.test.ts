import { afterAll, describe, expect, test } from 'vitest';
import { monolithic } from '../../kernels/monolithic/index.ts';
import { PROPERTIES } from '../../spec/properties.ts';
import type { Workload } from '../../spec/workload.ts';
import { openMutant } from '../checker/catalogue.ts';
import { hunt } from '../checker/matrix.ts';
import { failureOf } from '../checker/replay.ts';
import type { Executor } from '../execute/executor.ts';
import { localExecutor } from '../execute/local.ts';
import { mutants } from './index.ts';

/** Rows of the kill matrix: mutant, property that must kill it, workloads until it did, steps of the story. */
const rows: string[] = [];
const reference = localExecutor(monolithic);

const logOf = async (executor: Executor, workload: Workload): Promise<string> => {
  const { words, length } = await executor.run(workload);
  return words.subarray(0, length).join();
};

describe('every mutant is killed by the property that it names', () => {
  test.each(mutants.map((mutant) => ({ id: mutant.id, mutant })))('$id', async ({ mutant }) => {
    const { story, workloads } = await hunt(mutant, { seed: 1, untilKilled: true });
    expect(story?.property).toBe(mutant.killedBy);
    if (!story) return;
    rows.push(
      `${mutant.id.padEnd(28)}${mutant.killedBy.padEnd(36)}${String(workloads).padStart(5)}${String(story.steps.length).padStart(6)}`,
    );
    // On its own witness the mutant behaves differently from the kernel that it was made of, which passes.
    const other = PROPERTIES.some(
      ({ id }) => id === mutant.killedBy && id.startsWith('determinism/'),
    );
    if (other) return;
    const witnesses = [story.workload, ...(story.other ? [story.other] : [])];
    const differs = await Promise.all(
      witnesses.map(async (witness) => {
        const own = await logOf(openMutant(mutant), witness);
        return own !== (await logOf(localExecutor(monolithic), witness));
      }),
    );
    expect(differs).toContain(true);
    expect(await failureOf(reference, story)).toBeUndefined();
  });
});

test('every property has a mutant that it kills', () => {
  const killers = new Set(mutants.map(({ killedBy }) => killedBy));
  expect(PROPERTIES.map(({ id }) => id).filter((id) => !killers.has(id))).toEqual([]);
});

afterAll(() => {
  const head = `${'mutant'.padEnd(28)}${'killed by'.padEnd(36)}${'after'.padStart(5)}${'steps'.padStart(6)}`;
  process.stdout.write(`\nkill matrix (whole: npm run matrix)\n${head}\n${rows.join('\n')}\n`);
});
