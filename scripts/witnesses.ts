/**
 * Writes the witnesses of mutants: those that are named, or all that are missing. Review what it writes; a witness that
 * is there is not to change because a generator has.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { hunt } from '../properties/checker/matrix.ts';
import { mutants } from '../properties/mutants/index.ts';
import { WITNESS_FORMAT, type Witness, witnessFile } from '../properties/mutants/witness.ts';

const folder = new URL('../properties/mutants/', import.meta.url);
const named = process.argv.slice(2);

mkdirSync(new URL('witnesses/', folder), { recursive: true });
for (const mutant of mutants) {
  const file = new URL(witnessFile(mutant.id), folder);
  if (named.length > 0 ? !named.includes(mutant.id) : existsSync(file)) continue;
  const { story } = await hunt(mutant, { seed: 1, untilKilled: true });
  if (!story) throw new Error(`${mutant.id} was not killed by ${mutant.killedBy}`);
  const { property, clause, workload, other } = story;
  const witness: Witness = {
    format: WITNESS_FORMAT,
    mutant: mutant.id,
    property,
    clause,
    workload,
    ...(other && { other }),
  };
  writeFileSync(file, `${JSON.stringify(witness, undefined, 2)}\n`);
  console.log(`${mutant.id}: ${story.steps.length} steps`);
}
