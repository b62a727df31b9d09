/** Sentences that a story says about itself, from the counterexample’s data: the same in every rendering. */
import type { Counterexample } from '../report.ts';
import { count, grouped } from './text.ts';

/** How small it is, and how that is known. */
export const smallestText = (story: Counterexample): string => {
  const { steps, workload, minimal } = story;
  const tasks = actingTasks(story).length;
  const size = [
    ...(steps.length === 0 ? [] : [count(steps.length, 'step')]),
    ...(tasks === 0 ? [] : [count(tasks, 'task')]),
    count(workload.harts, 'hart'),
  ].join(', ');
  return `${size}. ${minimalText(minimal)}`;
};

/** Those that do something in the story: a task that does nothing needs no column. */
export const actingTasks = ({
  tasks,
  steps,
}: Pick<Counterexample, 'tasks' | 'steps'>): Counterexample['tasks'] =>
  tasks.filter(({ tid }) => steps.some(({ task }) => task === tid));

const minimalText = ({ verified, neighbours, runs }: Counterexample['minimal']): string => {
  if (!verified) {
    return runs === 0
      ? 'Told as it was found; it was not made smaller.'
      : `Still shrinking after ${count(runs, 'run')}: a smaller one may exist.`;
  }
  if (neighbours === 0) return 'Nothing can be left out of it.';
  if (neighbours === 1) return 'The one smaller one was run and does not fail like this.';
  if (neighbours === 2) return 'Both smaller ones were run; neither fails like this.';
  return `All ${grouped(neighbours)} smaller ones were run; none fails like this.`;
};

/** For a story of two runs: in what they differ. */
export const twoRunsText = ({
  other,
  clause,
  workload,
  steps,
}: Counterexample): string | undefined => {
  if (other === undefined) return undefined;
  if (clause === 'fault-observed')
    return 'Two runs of the same tasks: in A a service goes wrong, in B none does. Where the runs differ both values are shown, A|B.';
  const words = differences(workload, other);
  const store = steps.find(({ text }) => /^store .*\S\|\S/.test(text));
  const who = store === undefined ? '' : `, stored by task ${store.task}`;
  return (
    `Two runs that differ in ${words === 1 ? 'one word' : count(words, 'word')}${who}. ` +
    'Where the runs differ both values are shown, A|B.'
  );
};

/** Operations of the programs that are not the same in both workloads. */
const differences = (a: Counterexample['workload'], b: Counterexample['workload']): number => {
  const operations = (workload: typeof a): readonly string[] =>
    workload.programs.flatMap(({ bodies }) => bodies.flat().map((one) => JSON.stringify(one)));
  const other = operations(b);
  return operations(a).filter((operation, index) => operation !== other[index]).length;
};
