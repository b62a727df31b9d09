/**
 * One failure, told: what must hold, the steps, what was allowed and what was seen, why, what a kernel must do, the
 * bug in the wild, how small the story is and how to see it again. A rendering of the counterexample, nothing else.
 */
import type { Counterexample } from '../report.ts';
import { explanationLines } from './explanation.ts';
import { EMPTY, indent, justify, type Line, labelled, line, print, span } from './line.ts';
import { litmusTable } from './litmus.ts';
import { smallestText, twoRunsText } from './sentences.ts';
import { printable, wrap } from './text.ts';

export interface TerminalOptions {
  /** Columns of the terminal. */
  readonly width: number;
  readonly color: boolean;
}

/** Below this nothing can be laid out; above it, lines of prose are hard to read. */
const NARROWEST = 40;
const WIDEST_PROSE = 100;
const INDENT = 2;
const LABEL = 8;

export const renderStory = (counterexample: Counterexample, options: TerminalOptions): string =>
  print(storyLines(counterexample, options.width), options.color);

export const storyLines = (counterexample: Counterexample, columns: number): readonly Line[] => {
  const full = Math.max(NARROWEST, columns);
  const prose = Math.min(WIDEST_PROSE, full);
  const twoRuns = twoRunsText(counterexample);
  return [
    ...headLines(counterexample, prose),
    EMPTY,
    ...paragraph(counterexample.statement, prose),
    ...(twoRuns === undefined ? [] : [EMPTY, ...paragraph(twoRuns, prose)]),
    EMPTY,
    ...(counterexample.steps.length === 0 ? [] : [...litmusTable(counterexample, full), EMPTY]),
    ...closingLines(counterexample, prose),
  ];
};

const headLines = (counterexample: Counterexample, columns: number): readonly Line[] => {
  const { property, file, kernel, also } = counterexample;
  const left: Line = [span('FAILED', 'failure'), span('  '), span(property, 'bold')];
  const right = line(printable(file ?? kernel), 'dim');
  const joined = justify(left, right, columns);
  const shared =
    also.length === 0
      ? []
      : wrap(`The same cause breaks ${also.join(', ')}; told once, here.`, columns - 8);
  return [
    ...(joined ? [joined] : [left, ...indent([right], 8)]),
    ...indent(
      shared.map((text) => line(text, 'dim')),
      8,
    ),
  ];
};

const paragraph = (text: string, columns: number): readonly Line[] =>
  indent(
    wrap(text, columns - 2 * INDENT).map((one) => line(one)),
    INDENT,
  );

const closingLines = (counterexample: Counterexample, columns: number): readonly Line[] => {
  const { expected, observed, explanation, todo, knownAs } = counterexample;
  const beside = columns - INDENT - LABEL - INDENT;
  const said = (label: string, text: string, style?: 'green' | 'red'): readonly Line[] =>
    text === ''
      ? []
      : labelled(
          label,
          wrap(text, beside).map((one) => line(one, style)),
          LABEL,
        );
  const lines = [
    ...said('Allowed', expected, 'green'),
    ...said('Seen', observed, 'red'),
    EMPTY,
    ...labelled('Why', explanationLines(explanation, beside), LABEL),
    EMPTY,
    ...said('To do', todo),
    EMPTY,
    ...said('Known as', knownAs),
    ...said('Smallest', smallestText(counterexample)),
    // A command is not wrapped: it is there to be copied.
    ...labelled('Again', [line(printable(counterexample.replay), 'cyan')], LABEL),
  ];
  return indent(lines, INDENT);
};
