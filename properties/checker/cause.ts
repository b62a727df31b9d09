/** Whether two failures have one cause, so that it is told once. */
import type { Counterexample } from '../report.ts';

const actions = ({ steps }: Counterexample): readonly string[] =>
  steps.map(({ text }) =>
    text
      .replace(/ ?=.*$/, '')
      .replace(/\d+\|\d+/, '0')
      .replace(/\b[1-9]\d*$/, '0'),
  );

const kernelLines = ({ steps }: Counterexample): string =>
  steps
    .flatMap(({ kernel }) => kernel.map(({ file, line }) => `${file ?? ''}:${line ?? ''}`))
    .join(' ');

/**
 * The same actions in the same order, but for the last (two ways to see the same damage); or, for two-run failures,
 * the same lines of the kernel.
 */
export const sameCause = (a: Counterexample, b: Counterexample): boolean => {
  const one = actions(a).slice(0, -1);
  const two = actions(b).slice(0, -1);
  const [short, long] = one.length <= two.length ? [one, two] : [two, one];
  if (
    short.length > 0 &&
    short.every((action, i) => action === long[i]) &&
    long.length - short.length <= 1
  )
    return true;
  const lines = kernelLines(a);
  return lines.trim() !== '' && lines === kernelLines(b);
};
