/**
 * What can be wrong with a list of layers: found before anything is built, each as data and as one sentence that says
 * what is allowed.
 */
import {
  type Discipline,
  MAX_ARGUMENTS,
  MAX_LAYERS,
  MIN_LAYERS,
  OUTER_LAYERS,
} from '../../../spec/layering.ts';
import type { Layer } from './contract.ts';

const MAX_PAGES = 64;

export type LayerProblem =
  | { readonly kind: 'count'; readonly layers: number }
  | { readonly kind: 'sameName'; readonly name: string }
  | { readonly kind: 'badSize'; readonly name: string; readonly pages: number }
  | { readonly kind: 'tooManyArguments'; readonly name: string; readonly operation: string }
  | {
      readonly kind: 'notOffered';
      readonly layer: number;
      readonly name: string;
      readonly use: string;
      readonly discipline: Discipline;
      /** Who offers it: numbers and names. */
      readonly offeredBy: readonly string[];
    };

const sentenceOf = (problem: LayerProblem): string => {
  switch (problem.kind) {
    case 'count':
      return `a layered kernel has ${MIN_LAYERS} to ${MAX_LAYERS} layers, the hardware and the user programs included; this one has ${problem.layers}`;
    case 'sameName':
      return `two layers are called ${problem.name}: a name belongs to one`;
    case 'badSize':
      return `the layer ${problem.name} has ${problem.pages} pages of data: 0 to ${MAX_PAGES} are possible`;
    case 'tooManyArguments':
      return `the operation ${problem.operation} of the layer ${problem.name} takes more than ${MAX_ARGUMENTS} arguments`;
    case 'notOffered': {
      const { layer, name, use, discipline, offeredBy } = problem;
      const where =
        discipline === 'strict' ? 'the layer below does not offer' : 'no layer below offers';
      const who = offeredBy.length === 0 ? 'no layer does' : `offered by ${offeredBy.join(', ')}`;
      return `layer ${layer} (${name}) uses ${use}, which ${where}: ${who}`;
    }
  }
};

/** Layers that cannot be linked. */
export class LayerError extends Error {
  readonly problems: readonly LayerProblem[];

  constructor(problems: readonly LayerProblem[]) {
    super(problems.map(sentenceOf).join('; '));
    this.name = 'LayerError';
    this.problems = problems;
  }
}

export const problemsOf = (
  layers: readonly Layer[],
  discipline: Discipline,
): readonly LayerProblem[] => {
  const count = layers.length + OUTER_LAYERS;
  if (count < MIN_LAYERS || count > MAX_LAYERS) return [{ kind: 'count', layers: count }];
  const names = layers.map(({ name }) => name);
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  return [
    ...[...new Set(repeated)].map((name): LayerProblem => ({ kind: 'sameName', name })),
    ...layers.flatMap((layer, index) => [
      ...ownProblems(layer),
      ...missingUses(layers, index, discipline),
    ]),
  ];
};

const ownProblems = ({ name, pages = 0, offers }: Layer): readonly LayerProblem[] => {
  const isSize = Number.isInteger(pages) && pages >= 0 && pages <= MAX_PAGES;
  const long = Object.entries(offers).filter(([, { args }]) => args.length > MAX_ARGUMENTS);
  return [
    ...(isSize ? [] : [{ kind: 'badSize', name, pages } as const]),
    ...long.map(([operation]) => ({ kind: 'tooManyArguments', name, operation }) as const),
  ];
};

/** Layer 1 asks the hardware: its uses name nothing. */
const missingUses = (
  layers: readonly Layer[],
  index: number,
  discipline: Discipline,
): readonly LayerProblem[] => {
  const layer = layers[index];
  if (!layer || index === 0) return [];
  const reach = discipline === 'strict' ? layers.slice(index - 1, index) : layers.slice(0, index);
  return layer.uses
    .filter((use) => !reach.some(({ offers }) => Object.hasOwn(offers, use)))
    .map((use) => ({
      kind: 'notOffered',
      layer: index + 1,
      name: layer.name,
      use,
      discipline,
      offeredBy: layers.flatMap(({ name, offers }, other) =>
        Object.hasOwn(offers, use) ? [`layer ${other + 1} (${name})`] : [],
      ),
    }));
};
