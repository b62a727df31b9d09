/** Everything that ships, listed: kernels, properties, mutants and variants. As data (list --json) and as text. */
import type { Kernel } from '../../hardware/contract.ts';
import { CALLS, Call, type CallDescription } from '../../spec/abi.ts';
import { PROPERTIES, type Property } from '../../spec/properties.ts';
import { TRANSITIONS } from '../../spec/transitions.ts';
import { EMPTY, indent, type Line, labelled, line, print } from './line.ts';
import type { TerminalOptions } from './story.ts';
import { wrap } from './text.ts';

/** What of the catalogue is listed. */
export interface Shipped {
  readonly kernels: readonly Kernel[];
  readonly mutants: readonly ShippedMutant[];
  readonly variants: readonly { readonly id: string; readonly description: string }[];
}
interface ShippedMutant {
  readonly id: string;
  readonly description: string;
  readonly killedBy: string;
  readonly bug?: string;
}

const LIST_FORMAT = 1;

/** The form of schema/list.schema.json. */
export const renderCatalogueJson = ({ kernels, mutants, variants }: Shipped): string => {
  const list = {
    format: LIST_FORMAT,
    kernels: kernels.map(kernelData),
    properties: PROPERTIES.map(propertyData),
    mutants: mutants.map(({ id, description, killedBy, bug }) => ({
      id,
      description,
      killedBy,
      ...(bug !== undefined && { bug }),
    })),
    variants: variants.map(({ id, description }) => ({ id, description })),
    calls: CALLS.map(callData),
  };
  return `${JSON.stringify(list, undefined, 2)}\n`;
};

const kernelData = ({ implements: groups, ...rest }: Kernel): object => ({
  name: rest.name,
  architecture: rest.architecture,
  implements: groups,
  ...(rest.fairness !== undefined && { fairness: rest.fairness }),
  ...(rest.ipiDelay !== undefined && { ipiDelay: rest.ipiDelay }),
});

const propertyData = (property: Property): object => {
  const { id, statement, formula, source, groups, exercise, todo, knownAs } = property;
  const conditions = exercise.map((name) => ({ name, statement: TRANSITIONS[name] }));
  return { id, statement, formula, source, groups, exercise: conditions, todo, knownAs };
};

const callData = ({ name, group, args, effect, errors }: CallDescription): object => ({
  name,
  number: Call[name],
  group,
  args,
  effect,
  errors,
});

export const renderCatalogue = (shipped: Shipped, { width, color }: TerminalOptions): string => {
  const columns = Math.min(width, 100);
  const { kernels, mutants, variants } = shipped;
  const lines = [
    ...section(
      'Kernels',
      'kernelcheck check <name>',
      kernels.map((one) => kernelLines(one, columns)),
    ),
    ...section(
      'Properties',
      'kernelcheck check <kernel> --property <id>',
      PROPERTIES.map((one) => propertyLines(one, columns)),
    ),
    ...section(
      'Mutants: known-bad kernels',
      'kernelcheck check mutant:<id>',
      mutants.map((one) => mutantLines(one, columns)),
    ),
    ...section(
      'Variants: correct kernels that make other choices',
      'kernelcheck check variant:<id>',
      variants.map((one) => entry(one.id, [said(one.description, columns)])),
    ),
  ];
  return print(lines.slice(0, -1), color);
};

const section = (
  title: string,
  command: string,
  entries: readonly (readonly Line[])[],
): readonly Line[] => [
  line(title, 'bold'),
  line(`  ${command}`, 'dim'),
  EMPTY,
  ...entries.flatMap((lines) => [...indent(lines, 2), EMPTY]),
];

const entry = (id: string, parts: readonly (readonly Line[])[]): readonly Line[] => [
  line(id, 'cyan'),
  ...indent(parts.flat(), 2),
];

const LABEL = 10;
const said = (text: string, columns: number): readonly Line[] =>
  wrap(text, columns - 4).map((one) => line(one));
const told = (label: string, text: string, columns: number): readonly Line[] =>
  labelled(
    label,
    wrap(text, columns - LABEL - 6).map((one) => line(one)),
    LABEL,
    'dim',
  );

const kernelLines = (kernel: Kernel, columns: number): readonly Line[] => {
  const { name, architecture, implements: groups, fairness, ipiDelay } = kernel;
  const claims = [
    ['makes', `the promises of a ${architecture} kernel`],
    ['implements', groups.join(', ')],
    ...(fairness === undefined
      ? []
      : [['fairness', `a runnable task waits for at most ${fairness} dispatches of others`]]),
    ...(ipiDelay === undefined
      ? []
      : [['ipiDelay', `interrupts between harts may come up to ${ipiDelay} machine steps late`]]),
  ];
  return entry(
    name,
    claims.map(([label = '', text = '']) => told(label, text, columns)),
  );
};

const propertyLines = (
  { id, statement, source, exercise }: Property,
  columns: number,
): readonly Line[] =>
  entry(id, [
    said(statement, columns),
    told('source', source, columns),
    told('tested if', exercise.map((name) => TRANSITIONS[name]).join('; '), columns),
  ]);

const mutantLines = (
  { id, description, killedBy, bug }: ShippedMutant,
  columns: number,
): readonly Line[] =>
  entry(id, [
    said(description, columns),
    told('killed by', killedBy, columns),
    ...(bug === undefined ? [] : [told('restates', bug, columns)]),
  ]);
