/** A report as a terminal shows it: the summary of all properties, then the story of each distinct failure. */
import type { Report } from '../report.ts';
import { distinctFailures } from './failures.ts';
import { EMPTY, indent, type Line, line, print, span } from './line.ts';
import { storyLines, type TerminalOptions } from './story.ts';
import { MARKS, ranLines, summaryLines, verdictLine } from './summary.ts';
import { printable } from './text.ts';

export { renderStory, type TerminalOptions } from './story.ts';

export const renderReport = (report: Report, { width, color }: TerminalOptions): string =>
  print([...summaryLines(report, width), ...storiesLines(report, width)], color);

/** Only the stories. */
export const renderStories = (report: Report, { width, color }: TerminalOptions): string =>
  print(storiesLines(report, width).slice(2), color);

const storiesLines = (report: Report, columns: number): readonly Line[] => {
  const stories = distinctFailures(report);
  return stories.flatMap((story, index) => [
    EMPTY,
    ...(stories.length > 1 ? rule(`story ${index + 1} of ${stories.length}`, columns) : []),
    EMPTY,
    ...storyLines(story, columns),
  ]);
};

const rule = (title: string, columns: number): readonly Line[] => [
  line(`── ${title} ${'─'.repeat(Math.max(0, Math.min(columns, 80) - title.length - 4))}`, 'dim'),
];

/** What was run and the verdict, without the properties. */
export const renderOutcome = (report: Report, { width, color }: TerminalOptions): string =>
  print(indent([...ranLines(report, width - 3), verdictLine(report)], 3), color);

/** The verdict, and a line for each property that did not pass. */
export const renderQuiet = (report: Report, { color }: Pick<TerminalOptions, 'color'>): string => {
  const open = report.properties.filter(
    ({ verdict }) => verdict === 'failed' || verdict === 'inconclusive',
  );
  const lines = open.map(({ id, verdict, reason = '', counterexample }): Line => {
    const style = verdict === 'failed' ? 'red' : 'yellow';
    const again = counterexample === undefined ? reason : counterexample.replay;
    return [span(MARKS[verdict], style), span(`  ${id}  `), span(printable(again), 'dim')];
  });
  return print([...lines, [...verdictLine(report), span(`, seed ${report.seed}`)]], color);
};
