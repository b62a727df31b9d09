import { describe, expect, test } from 'vitest';
import type { Kernel } from '../../hardware/contract.ts';
import { buildCore } from '../../kernels/core/build.ts';
import type { State } from '../../kernels/core/kernel.ts';
import { routines } from '../../kernels/core/routines.ts';
import { check } from '../checker/check.ts';
import { localExecutor } from '../execute/local.ts';
import type { Counterexample } from '../report.ts';

const storyOf = async (kernel: Kernel, property: string): Promise<Counterexample> => {
  const report = await check(localExecutor(kernel), { seed: 7, workloads: 600 });
  const found = report.properties.find(({ id }) => id === property)?.counterexample;
  if (!found) throw new Error(`${property} was not broken`);
  return found;
};

const texts = ({ steps }: Counterexample): string[] => steps.map(({ text }) => text);
const notes = ({ steps }: Counterexample): string[] =>
  steps.flatMap(({ kernel }) => kernel.map(({ text }) => text));

describe('a story', () => {
  test('of a stale TLB says which hart read the entry, and where fences ran', async () => {
    const story = await storyOf(
      buildCore({ shootdown: () => undefined }),
      'isolation/no-access-after-unmap',
    );
    expect(story.explanation.table[0]).toEqual([
      '0x2000 is',
      'in the tables',
      'in hart 0’s TLB',
      'in hart 1’s TLB',
    ]);
    expect(story.explanation.mark?.text).toBe('← stale');
    expect(story.explanation.text).toMatch(/^Hart \d read the entry at step \d/);
    expect(story.explanation.text).toMatch(/None ran on hart \d\.$/);
    expect(notes(story)).toContain('0x2000: entry cleared');
  });

  test('of a page that is not cleared tells the life of its frame', async () => {
    const story = await storyOf(
      buildCore({ zeroFrame: () => undefined }),
      'isolation/fresh-pages-are-zero',
    );
    const history = story.explanation.table.map((row) => row.join(' '));
    expect(history.some((row) => row.includes('mapped at'))).toBe(true);
    expect(story.explanation.text).toMatch(
      /nobody cleared it in between|left over from its use before/,
    );
  });

  test('of a lost register says whose value it is', async () => {
    const story = await storyOf(
      buildCore({
        restoreContext: (k, hart, task) => {
          const kept = hart.save()[9] ?? 0;
          routines.restoreContext(k, hart, task);
          const context = hart.save();
          context[9] = kept;
          hart.restore(context);
        },
      }),
      'isolation/registers-survive',
    );
    expect(story.observed).toMatch(/s1 = 0x/);
    expect(story.explanation.text).toMatch(/task \d has in s1|not saved/);
  });

  test('of an endless loop shows the loop as one step', async () => {
    const story = await storyOf(buildCore({ slice: () => 1e9 }), 'control/regains-control');
    expect(texts(story).at(-1)).toBe('loop, 257 times');
    expect(story.steps.length).toBeLessThanOrEqual(4);
  });

  test('of lost frames counts what is in use', async () => {
    const story = await storyOf(
      buildCore({ releasePage: () => undefined }),
      'isolation/frames-are-not-lost',
    );
    expect(story.explanation.table.map(([what]) => what)).toContain('free at boot');
    expect(texts(story).at(-1)).toContain('-ENOMEM');
  });

  test.each([
    {
      how: 'throws',
      unmap: () => {
        throw new Error('a bad address');
      },
      todo: /errno/,
    },
    {
      how: 'hangs',
      unmap: (k: State) => {
        for (;;) k.machine.frame(0);
      },
      todo: /loop/,
    },
  ])('of a handler that $how says what it was entered for', async ({ unmap, todo }) => {
    const story = await storyOf(buildCore({ unmap }), 'control/kernel-stays-up');
    expect(story.steps).toHaveLength(1);
    expect(story.explanation.table).toContainEqual(['a7', '7  unmap']);
    expect(story.todo).toMatch(todo);
  });

  test('of a wrong result lists what the caller has', async () => {
    const story = await storyOf(
      buildCore({ unmap: (...all) => Math.max(0, routines.unmap(...all)) }),
      'abi/memory',
    );
    expect(story.expected).toContain('-EINVAL');
    expect(story.explanation.table[0]?.[0]).toMatch(/^task \d has$/);
  });

  test('names the hart where a task is no longer on the one it started on', async () => {
    const story = await storyOf(
      buildCore({ shootdown: () => undefined }),
      'isolation/no-access-after-unmap',
    );
    for (const { task, hart, text } of story.steps) {
      const column = story.tasks.find(({ tid }) => tid === task);
      expect(text.includes('(hart')).toBe(column !== undefined && column.hart !== hart);
    }
  });
});
