import { describe, expect, test } from 'vitest';
import { mutants } from '../mutants/index.ts';
import { catalogue } from './catalogue.ts';
import { hunt, killMatrix } from './matrix.ts';
import { SUITES } from './suites.ts';

const mutantCalled = (id: string) => {
  const found = mutants.find((one) => one.id === id);
  if (!found) throw new Error(`there is no mutant ${id}`);
  return found;
};

describe('the kill matrix', () => {
  test('has a row for every kernel that ships, tells how far it is, and uses the clock that it is lent', async () => {
    const seen: number[] = [];
    let now = 0;
    const matrix = await killMatrix({
      seed: 1,
      workloads: 1,
      clock: () => (now += 1),
      onProgress: ({ done, total }) => seen.push(done / total),
    });
    const { kernels, variants } = catalogue;
    expect(matrix.rows.map(({ id }) => id)).toEqual([
      ...kernels.map(({ name }) => name),
      ...variants.map(({ id }) => id),
      ...mutants.map(({ id }) => id),
    ]);
    expect(seen).toHaveLength(matrix.rows.length);
    expect(seen.at(-1)).toBe(1);
    for (const { milliseconds, workloads } of matrix.rows) {
      expect(milliseconds).toBeGreaterThan(0);
      // One of each suite that the kernel claims.
      expect(workloads).toBeGreaterThanOrEqual(1);
      expect(workloads).toBeLessThanOrEqual(SUITES.length);
    }
  });

  test('a mutant that its property lets live is not ok', async () => {
    const mutant = { ...mutantCalled('no-local-fence'), killedBy: 'control/no-privilege' };
    const kill = await hunt(mutant, { seed: 1, workloads: 64 });
    expect(kill.story).toBeUndefined();
    expect(kill.workloads).toBe(64);
    expect([...kill.found.failures.keys()]).toContain('isolation/no-access-after-unmap');
  });

  test('a hunt ends with the kill if it is to, and otherwise goes on', async () => {
    const mutant = mutantCalled('no-local-fence');
    const short = await hunt(mutant, { seed: 1, workloads: 256, untilKilled: true });
    const long = await hunt(mutant, { seed: 1, workloads: 256 });
    expect([short.found.tally.workloads, long.found.tally.workloads]).toEqual([64, 256]);
    expect(short.workloads).toBe(long.workloads);
    expect(short.milliseconds).toBe(0);
  });
});
