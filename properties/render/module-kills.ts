/** Mistakes in loadable modules that are judged beside whole kernels: which property catches each, and in how many cases. */
import type { ModuleKill } from '../modules/families.ts';
import { EMPTY, type Line, line, print, sideBySide, span } from './line.ts';
import type { TerminalOptions } from './story.ts';
import { width as widthOf } from './text.ts';

export interface ModuleKills {
  readonly kills: readonly ModuleKill[];
  /** Correct loaders and programs, and those of them that were rejected. */
  readonly correct: number;
  readonly rejected: readonly string[];
}

export const renderModuleKills = (
  { kills, correct, rejected }: ModuleKills,
  { color }: Pick<TerminalOptions, 'color'>,
): string => {
  const names = Math.max(0, ...kills.map(({ id }) => widthOf(id)));
  const properties = Math.max(0, ...kills.map(({ killedBy }) => widthOf(killedBy)));
  const lines = kills.flatMap(({ family, id, killedBy, cases }, index): Line[] => {
    const head = kills[index - 1]?.family === family ? [] : [EMPTY, line(family, 'dim')];
    const caught = cases > 0;
    const row = sideBySide(
      [
        [line(caught ? '✓' : '✗', caught ? 'green' : 'red')],
        [line(id, caught ? undefined : 'red')],
        [line(killedBy)],
        [line(String(cases).padStart(4))],
      ],
      [1, names, properties, 4],
      2,
    );
    return [...head, ...row];
  });
  const caught = kills.filter(({ cases }) => cases > 0).length;
  const good = caught === kills.length && rejected.length === 0;
  const verdict: Line = [
    span(good ? 'PASSED' : 'FAILED', good ? 'success' : 'failure'),
    span(
      `  ${caught} of ${kills.length} mistakes in modules caught by the property that must catch them, ${rejected.length} of ${correct} correct ones rejected`,
    ),
  ];
  return print(
    [
      line('Mistakes in loadable modules, and cases until its property catches each', 'dim'),
      ...lines,
      EMPTY,
      verdict,
    ],
    color,
  );
};
