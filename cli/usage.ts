/**
 * Values of options: parsed, or refused with one sentence that names the option, what it takes and what it got.
 */

import { matching } from '../properties/checker/select.ts';
import { PLACEMENTS, type Placements } from '../properties/claims/kernels.ts';
import { nearest } from '../properties/execute/facts.ts';
import { CLAIM_SUBJECTS, type ClaimSubject } from '../spec/claims/index.ts';
import { PROPERTIES } from '../spec/properties.ts';
import { GRAPH_FORMATS, type GraphFormat } from '../trees/ask/graph.ts';

/** The command was given something that it cannot use. The message is one sentence for the person who typed it. */
export class Usage extends Error {
  override readonly name = 'Usage';
}

export const MAX_SEED = 0xffff_ffff;

const wholeNumber =
  (option: string, least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new Usage(
      `${option} takes a whole number from ${least} to ${most}, not ${quoted(text)}.`,
    );
  };

export const parseSeed = wholeNumber('--seed', 0, MAX_SEED);
export const parseWorkloads = wholeNumber('--workloads', 1, 1_000_000_000);
export const parseOperations = wholeNumber('--operations', 1, 10_000_000);

export const parseSeconds = (text: string): number => {
  const value = Number(text);
  if (/^\d*\.?\d+$/.test(text) && value > 0 && value <= 1_000_000) return value;
  throw new Usage(
    `--time takes a number of seconds above 0, such as 30 or 2.5, not ${quoted(text)}.`,
  );
};

/** One of a few words. */
const oneOf =
  <Word extends string>(option: string, words: readonly Word[]) =>
  (text: string): Word => {
    const word = words.find((one) => one === text.toLowerCase());
    if (word !== undefined) return word;
    const near = nearest(text.toLowerCase(), words);
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    throw new Usage(
      `${option} takes ${words.slice(0, -1).join(', ')} or ${words.at(-1)}, not ${quoted(text)}${hint || '.'}`,
    );
  };

export const parseArchitecture: (text: string) => ClaimSubject = oneOf(
  '--architecture',
  CLAIM_SUBJECTS,
);
export const parseGraphFormat: (text: string) => GraphFormat = oneOf('--format', GRAPH_FORMATS);
export const parsePlacements: (text: string) => Placements = oneOf('--placements', PLACEMENTS);

/** @returns the glob, which asks for at least one property */
export const parseProperty = (glob: string): string => {
  if (matching(glob).length > 0) return glob;
  const near = nearProperties(glob);
  const hint =
    near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'kernelcheck list shows them all.';
  throw new Usage(
    `--property: no property is called ${quoted(glob)} (* stands for anything); ${hint}`,
  );
};

/** Ids that contain the word, or are a few typing errors away from it, with or without their family. */
const nearProperties = (glob: string): readonly string[] => {
  const word = glob.toLowerCase().replaceAll('*', '');
  const ids = PROPERTIES.map(({ id }) => id);
  const containing = word === '' ? [] : ids.filter((id) => id.includes(word));
  if (containing.length > 0) return containing.slice(0, 3);
  const whole = nearest(word, ids);
  if (whole !== undefined) return [whole];
  const name = nearest(
    word.replace(/^.*\//, ''),
    ids.map((id) => id.replace(/^.*\//, '')),
  );
  return name === undefined ? [] : ids.filter((id) => id.endsWith(`/${name}`));
};

const quoted = (text: string): string =>
  JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
