/** On a real machine: a kernel that keeps its layers is accepted, and each way of breaking them is seen for what it is. */
import { describe, expect, test } from 'vitest';
import type { Kernel } from '../../hardware/contract.ts';
import { type Run, runWorkload } from '../../hardware/run.ts';
import type { Handler, Steps } from '../../kernels/layered/link/contract.ts';
import { Call } from '../../spec/abi.ts';
import { propertyOfClause } from '../../spec/properties.ts';
import { TRANSITION_NAMES, type Transition } from '../../spec/transitions.ts';
import { judge } from '../checker/failure.ts';
import { type Judgement, judgeRun } from '../checker/judge-run.ts';
import { localExecutor } from '../execute/local.ts';
import { explain } from '../explain/explain.ts';
import type { Mistake } from '../mutants/layers.ts';
import { renderMarkdownStory } from '../render/markdown.ts';
import { renderStory } from '../render/story.ts';
import { width } from '../render/text.ts';
import type { Counterexample } from '../report.ts';
import { smallKernel } from './small.ts';
import { callsUp, cases, goesPast, workload as twoTasks, waitsForThoseAbove } from './wrong.ts';

const judged = (kernel: Kernel): { run: Run; judgement: Judgement } => {
  const run = runWorkload(kernel, twoTasks);
  return { run, judgement: judgeRun(run, twoTasks, kernel) };
};

const clauseOf = (kernel: Kernel): string | undefined => judged(kernel).judgement.violation?.clause;

const taken = ({ judgement }: { judgement: Judgement }, transition: Transition): number =>
  judgement.taken[TRANSITION_NAMES.indexOf(transition)] ?? 0;

test('a kernel that keeps its layers breaks no rule, and puts them to the test', () => {
  const result = judged(smallKernel());
  expect([result.run.messages, result.judgement.violation]).toEqual([[], undefined]);
  for (const transition of [
    'callReachedLayerOne',
    'interruptEnteredLayerOne',
    'hardwareReached',
    'memoryLent',
    'lentMemoryTouched',
    'write',
    'exit',
    'preempted',
  ] as const)
    expect([transition, taken(result, transition)]).not.toEqual([transition, 0]);
});

describe('a kernel is rejected', () => {
  test.each(cases.map((one) => [one.name, one] as const))('%s', (_, { kernel, clause }) => {
    expect(clauseOf(kernel)).toBe(clause);
  });
});

test('what strict layers may not, relaxed ones may', () => {
  expect(clauseOf(smallKernel({ 3: goesPast }, { discipline: 'relaxed' }))).toBeUndefined();
});

describe('of two rules the one that is broken first is told', () => {
  const wrongResult: Mistake = ({ ecall }) => ({
    *ecall(number = 0, a0 = 0, a1 = 0): Steps {
      const result = yield* ecall?.(number, a0, a1) as Steps;
      return number === Call.write ? result + 1 : result;
    },
  });
  const callsUpAtOnce: Mistake = (operations, below, self) => ({
    send: callsUp(operations, below, self).rest as Handler,
  });

  test.each([
    ['a wrong result before an upcall', { 2: callsUp, 3: wrongResult }, 'wrong-result-console'],
    ['an upcall before a wrong result', { 2: callsUpAtOnce, 3: wrongResult }, 'upcall'],
  ] as const)('%s', (_, mistakes, clause) => {
    expect(clauseOf(smallKernel(mistakes))).toBe(clause);
  });
});

const storyOf = async (
  { kernel }: Pick<(typeof cases)[number], 'kernel'>,
  workload = twoTasks,
): Promise<Counterexample> => {
  const executor = localExecutor(kernel);
  const { violation } = await judge(executor, workload);
  if (!violation) throw new Error('nothing is broken');
  const { clause } = violation;
  return explain(executor, {
    failure: { clause, workload, violation },
    minimal: { verified: false, neighbours: 0, runs: 0 },
    seed: 1,
    property: propertyOfClause(clause)?.id ?? '',
  });
};

describe('a story of layers', () => {
  test.each(cases.map((one) => [one.name, one] as const))(
    'draws them as a stack with the arrow that must not be: %s',
    async (_, one) => {
      const story = await storyOf(one);
      const { table, mark } = story.explanation;
      expect(story.clause).toBe(one.clause);
      expect(table.map(([layer]) => layer)).toEqual(['layer', '4', '3', '2', '1', '0']);
      expect(table[mark?.row ?? 0]?.at(-1)).toMatch(/^[▲▼↻]$/);
      for (const columns of [80, 120]) {
        const text = renderStory(story, { width: columns, color: false });
        for (const line of text.split('\n')) expect(width(line)).toBeLessThanOrEqual(columns);
      }
      expect(renderMarkdownStory(story)).toContain(`${mark?.text}`);
    },
  );

  test('shows both sides of a wait that goes up', async () => {
    const [waiting] = cases.filter(({ clause }) => clause === 'waits-upward');
    if (!waiting) throw new Error('there is no such case');
    const { table } = (await storyOf(waiting)).explanation;
    expect(table).toEqual([
      ['layer', '', 'waits in', 'signals in', ''],
      ['4', 'user programs', '', '', ''],
      ['3', 'programs', '1. ecall write(0x1000, 5)', '1. ecall yield()', '▲'],
      ['2', 'carrier', '2. send(0x1000, 5)', '2. release(4)', '●'],
      ['1', 'processor', '3. wait(4)', '', ''],
      ['0', 'hardware', '', '', ''],
    ]);
  });

  test('of a run in which nothing moves any more shows what waits in which layers', async () => {
    const kernel = smallKernel({ 2: waitsForThoseAbove });
    const { clause, explanation } = await storyOf({ kernel }, { ...twoTasks, start: [0] });
    expect(clause).toBe('idle-while-runnable');
    expect(explanation.table).toEqual([
      ['layer', '', 'task 1 waits in'],
      ['4', 'user programs', ''],
      ['3', 'programs', '1. ecall write(0x1000, 5)'],
      ['2', 'carrier', '2. send(0x1000, 5)'],
      ['1', 'processor', '3. wait(4)'],
      ['0', 'hardware', ''],
    ]);
  });
});
