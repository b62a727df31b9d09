/** Claims and their verdicts, as a terminal shows them and as JSON (schema/claims.schema.json). */

import { DEFAULT_COSTS } from '../../hardware/costs.ts';
import type { ClaimTag, ClaimVerdict } from '../../spec/claims/index.ts';
import {
  CLAIM_SUBJECTS,
  CLAIM_TAGS,
  CLAIM_VERDICTS,
  type ClaimSubject,
} from '../../spec/claims/index.ts';
import { COST_NAMES } from '../claims/counting.ts';
import { boundsOf } from '../claims/pricing.ts';
import type { ClaimsReport } from '../claims/run.ts';
import type { ClaimResult, CrossoverFound, Figure, Finding, Witness } from '../claims/verdict.ts';
import { EMPTY, indent, type Line, labelled, line, print, type Style, span } from './line.ts';
import type { TerminalOptions } from './story.ts';
import { count, grouped, TOGETHER, wrap } from './text.ts';

const CLAIMS_FORMAT = 1;

/** The form of schema/claims.schema.json. */
export const renderClaimsJson = ({ seed, workloads, kernels, results }: ClaimsReport): string => {
  const claims = results.map(({ claim, counter, ...finding }) => ({
    id: claim.id,
    about: claim.about,
    side: claim.side,
    quote: claim.quote,
    tag: claim.tag,
    checked: claim.checked,
    ...(claim.reversedBy !== undefined && { reversedBy: claim.reversedBy }),
    ...finding,
    ...(counter && claim.counter && { counter: { wanted: claim.counter.wanted, ...counter } }),
  }));
  const report = { format: CLAIMS_FORMAT, seed, workloads, kernels, claims };
  return `${JSON.stringify(report, undefined, 2)}\n`;
};

/** Not by definition, and not for want of something to run. */
const isOfRuns = (finding: Finding | undefined): boolean =>
  finding !== undefined && (finding.verdict === 'shown' || finding.verdict === 'passed');

/** Only what is evidence: a row for each empirical claim, and for others that runs contradict in part. */
export const claimsMarkdown = ({ results }: ClaimsReport): string => {
  const rows = results
    .filter(({ claim, counter }) => claim.tag === 'empirical' || isOfRuns(counter))
    .map(({ claim, verdict, counter }) => {
      const part = counter && claim.counter ? `${claim.counter.wanted} (${counter.verdict})` : '';
      return `| \`${claim.id}\` | ${claim.quote} | ${claim.checked} | ${verdict} | ${part} |`;
    });
  return [
    '| claim | the textbook says | checked | verdict | only in part |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
};

const TITLES: Readonly<Record<ClaimSubject, string>> = {
  kernel: 'What a kernel is',
  monolithic: 'Monolithic',
  microkernel: 'Microkernel',
  hybrid: 'Hybrid',
  layered: 'Layered',
  modules: 'Loadable modules',
};

const MARKS: Readonly<Record<ClaimVerdict, readonly [string, Style]>> = {
  passed: ['✓', 'green'],
  shown: ['✓', 'green'],
  failed: ['✗', 'red'],
  'not shown': ['○', 'yellow'],
  'by definition': ['=', 'dim'],
};

export const renderClaims = (report: ClaimsReport, { width, color }: TerminalOptions): string => {
  const columns = Math.min(width, 100);
  const lines = [
    ...ranLines(report, columns),
    ...CLAIM_SUBJECTS.flatMap((subject) => {
      const results = report.results.filter(({ claim }) => claim.about === subject);
      if (results.length === 0) return [];
      return [
        EMPTY,
        line(TITLES[subject], 'bold'),
        ...results.flatMap((result) => [EMPTY, ...indent(claimLines(result, columns - 2), 2)]),
      ];
    }),
    EMPTY,
    ...costLines(columns),
    ...tallyLines(report.results, columns),
  ];
  return print(lines, color);
};

const ranLines = ({ seed, workloads, kernels }: ClaimsReport, columns: number): readonly Line[] => {
  const what = kernels.length > 4 ? count(kernels.length, 'kernel') : kernels.join(', ');
  const text = `The textbook’s claims, by ${count(workloads, 'workload')} on ${what}; seed ${seed}`;
  return wrap(text, columns).map((one) => line(one));
};

const LABEL = 11;

const claimLines = (result: ClaimResult, columns: number): readonly Line[] => {
  const { claim, verdict } = result;
  const [mark, style] = MARKS[verdict];
  const side = claim.side === 'pro' || claim.side === 'con' ? `${claim.side}, ` : '';
  // What is so by definition says so once.
  const tag = claim.tag === verdict ? '' : `  ${side}${claim.tag}`;
  return [
    [
      span(`${mark} `, style),
      span(verdict, style),
      span(`  ${claim.id}`, 'cyan'),
      span(tag, 'dim'),
    ],
    ...indent(
      [
        ...wrap(`“${claim.quote}”`, columns - 2).map((one) => line(one)),
        ...told('checked', claim.checked, columns),
        ...findingLines(result, columns),
        ...(claim.reversedBy === undefined ? [] : told('reversible', claim.reversedBy, columns)),
        ...counterLines(result, columns),
      ],
      2,
    ),
  ];
};

const told = (label: string, text: string, columns: number): readonly Line[] =>
  labelled(
    label,
    wrap(text, columns - LABEL - 4).map((one) => line(one)),
    LABEL,
    'dim',
  );

const findingLines = (finding: Finding, columns: number): readonly Line[] => [
  ...told('found', finding.evidence, columns),
  ...byHartsLines(finding, columns),
  ...(finding.tally?.contained === undefined || finding.tally.contained === 0
    ? []
    : told(
        '',
        `In ${count(finding.tally.contained, 'pair')} of runs one count of events contains the other: there it holds whatever events cost.`,
        columns,
      )),
  ...(finding.figures.length === 0
    ? []
    : told('figures', finding.figures.map(figureText).join('; '), columns)),
  ...(finding.crossovers ?? []).flatMap((one) => told('crossover', crossoverText(one), columns)),
  ...witnessLines('witness', finding.witness, columns),
  ...witnessLines('exception', finding.exception, columns),
];

/** Where it is not the same on all of them. */
const byHartsLines = ({ tally }: Finding, columns: number): readonly Line[] => {
  const parts = tally?.byHarts ?? [];
  if (parts.every(({ held, of }) => held === of) || parts.every(({ held }) => held === 0))
    return [];
  const shares = parts.map(({ harts, held, of }) => `${count(harts, 'hart')}: ${share(held, of)}`);
  return told('by harts', shares.join('; '), columns);
};

/** Never 100 % where there is an exception. */
const share = (held: number, of: number): string =>
  held === of ? 'always' : `${(Math.floor((1000 * held) / of) / 10).toFixed(1)}${TOGETHER}%`;

const figureText = ({ of, value }: Figure): string =>
  `${of}:${TOGETHER}${grouped(value >= 100 ? Math.round(value) : Math.round(value * 100) / 100)}`;

const crossoverText = ({ cost, at, below, left, right, workload }: CrossoverFound): string => {
  const [cheap, dear] = below === 'left' ? [left, right] : [right, left];
  return `${cost} = ${at} cycles: below it “${cheap}” is faster, above it “${dear}” (${workload})`;
};

const witnessLines = (
  label: string,
  witness: Witness | undefined,
  columns: number,
): readonly Line[] =>
  witness === undefined
    ? []
    : labelled(
        label,
        witness.story.flatMap((one) => wrap(one, columns - LABEL - 4, 2).map((text) => line(text))),
        LABEL,
        'dim',
      );

const counterLines = ({ claim, counter }: ClaimResult, columns: number): readonly Line[] => {
  if (!claim.counter || !counter) return [];
  const [mark] = MARKS[counter.verdict];
  return [
    ...told('in part', `${claim.counter.wanted} ${mark} ${counter.verdict}`, columns),
    ...findingLines(counter, columns),
  ];
};

/** What “usual” means, and between which bounds other tables of costs are. */
const costLines = (columns: number): readonly Line[] => {
  const costs = COST_NAMES.map((name) => {
    const { low, high } = boundsOf(name);
    return `${name}${TOGETHER}${DEFAULT_COSTS[name]}${low === high ? '' : ` (${low} to ${grouped(high)})`}`;
  });
  const text = `Usual costs in cycles, and between which bounds others are: ${costs.join(', ')}.`;
  return wrap(text, columns, 2).map((one) => line(one, 'dim'));
};

const tallyLines = (results: readonly ClaimResult[], columns: number): readonly Line[] =>
  CLAIM_TAGS.flatMap((tag: ClaimTag) => {
    const of = results.filter(({ claim }) => claim.tag === tag);
    if (of.length === 0) return [];
    const verdicts = CLAIM_VERDICTS.flatMap((verdict) => {
      const number = of.filter((result) => result.verdict === verdict).length;
      return number === 0 || verdict === tag ? [] : [`${number} ${verdict}`];
    });
    const text = `${count(of.length, 'claim')} ${tag}${verdicts.length > 0 ? `: ${verdicts.join(', ')}` : ''}`;
    const told = tag === 'empirical' ? `${text}. Only these are evidence.` : text;
    return wrap(told, columns, 2).map((one) => line(one));
  });
