/**
 * The columns of a litmus table that show what tasks do: one for each task, or, where those are too many, one that says
 * who acts and one that says what it does.
 */
import type { Step } from '../report.ts';
import { type Column, HANG, MARK, type Story } from './column.ts';
import { type Line, line, span } from './line.ts';
import { longestWord, TOGETHER, width, wrap } from './text.ts';

/** Wrapped cells of a task read down to this width. */
const LEAST_TASK = 15;

const onSeveralHarts = ({ tasks, steps, workload }: Story): boolean =>
  workload.harts > 1 && [...tasks, ...steps].some(({ hart }) => hart !== 0);

const nameOf = (story: Story, tid: number): string => {
  const task = story.tasks.find((one) => one.tid === tid);
  const kind = task?.thread ? 'thread' : 'task';
  return onSeveralHarts(story) && task ? `${kind} ${tid} on hart ${task.hart}` : `${kind} ${tid}`;
};

export const taskColumns = (story: Story): readonly Column[] =>
  story.tasks.map(({ tid }) => {
    const head = nameOf(story, tid);
    const own = story.steps.filter(({ task }) => task === tid);
    const natural = Math.max(width(head), ...own.map((step) => width(step.text) + markWidth(step)));
    const words = own.map((step) => longestWord(actionText(step)) + HANG);
    const least = Math.max(LEAST_TASK, longestWord(head), ...words);
    return {
      head,
      natural,
      least: Math.min(natural, least),
      cell: (step, columns) => (step.task === tid ? action(step, columns) : []),
    };
  });

/** One column says who acts, another what: for more tasks than fit side by side. */
export const whoColumns = (story: Story): readonly Column[] => {
  const who = (step: Step): string => (step.task === 0 ? '' : `${nameOf(story, step.task)} │`);
  const whoWidth = Math.max(0, ...story.steps.map((step) => width(who(step))));
  const natural = Math.max(0, ...story.steps.map((step) => width(step.text) + markWidth(step)));
  return [
    {
      head: '',
      natural: whoWidth,
      least: whoWidth,
      cell: (step) => [line(who(step).padStart(whoWidth), 'cyan')],
    },
    {
      head: 'does',
      natural,
      least: Math.min(
        natural,
        Math.max(LEAST_TASK, ...story.steps.map((step) => longestWord(actionText(step)) + HANG)),
      ),
      cell: (step, columns) => (step.task === 0 ? [] : action(step, columns)),
    },
  ];
};

const markWidth = ({ violates }: Step): number => (violates ? MARK.length : 0);

/** What a task does, broken only before its result, so that a call stays in one piece. */
const actionText = ({ text, violates }: Step): string =>
  text
    .replace(/, (?=[^(]*\))/g, `,${TOGETHER}`)
    .replace(/ ([=←|]) /g, ` $1${TOGETHER}`)
    .replace(/\((\w+) (\w+)\)$/, `($1${TOGETHER}$2)`) + (violates ? MARK : '');

const action = (step: Step, columns: number): readonly Line[] =>
  wrap(actionText(step), columns, HANG).map((text) =>
    step.violates ? line(text, 'red') : highlighted(text),
  );

/** In a story of two runs: where they differ. */
const highlighted = (text: string): Line =>
  text
    .split(/(\S+\|\S+)/)
    .filter((part) => part !== '')
    .map((part) => (/\S\|\S/.test(part) ? span(part, 'yellow') : span(part)));
