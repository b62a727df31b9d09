/** A comparison as one page that needs nothing else: charts as SVG, and the table of all kernels. */
import { MEASURES, type Measure } from '../../../spec/claims/index.ts';
import type { Comparison, SubjectReport } from '../../claims/compare.ts';
import { barsOption } from './bars.ts';
import { drawChart } from './draw.ts';
import { html } from './html.ts';
import { moduleFigures } from './modules.ts';
import { scatterOption } from './scatter.ts';

const WIDTH = 880;
const HEIGHT = 460;
const CYCLES = ['cycles', 'cycles, mean over all workloads'] as const;
const TRUSTED = ['privilegedLines', 'trusted code: source lines in supervisor mode'] as const;
const BLAST = ['blastRadius', 'blast radius: share of tasks that a fault hits'] as const;

export const renderComparisonPage = async (comparison: Comparison): Promise<string> => {
  const { families, samples, seed } = comparison;
  const reports = [...comparison.reports].sort((a, b) => a.measures.cycles - b.measures.cycles);
  const cost = await drawChart(
    scatterOption(reports, { x: TRUSTED, y: CYCLES, size: 'blastRadius' }),
    WIDTH,
    HEIGHT,
  );
  const blast = await drawChart(scatterOption(reports, { x: BLAST, y: CYCLES }), WIDTH, HEIGHT);
  const bars = await drawChart(barsOption(shownInBars(reports), families), WIDTH, HEIGHT);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Kernels compared</title>
<style>${STYLE}</style>
<h1>What each architecture costs, and what it trusts</h1>
<p>The same ${samples.length} workloads (${families.join(', ')}) on ${reports.length} ${reports.length === 1 ? 'kernel' : 'kernels'}, all built of the same services; seed ${seed}.
Down and to the left is better. Filled: no other kernel beats it in cycles, trusted code and blast radius at once. Hollow: one does.</p>
${figure('Cost against trusted code', cost, 'Size: blast radius. The dashed line is the front of the two axes; numbers are rows of the table below.')}
${figure('Cost against blast radius', blast, 'What a fault of one service does to tasks, on average over all services and kinds of fault.')}
${figure('Cost by kind of workload', bars, 'Simulated cycles with the usual costs; not host time.')}
${table(reports)}
${await moduleFigures(comparison.modules)}</html>
`;
};

const MOST_BARS = 5;

/** The two pure architectures, and hybrids of the front at even distances between them. */
const shownInBars = (reports: readonly SubjectReport[]): readonly SubjectReport[] => {
  const of = (name: string): SubjectReport[] =>
    reports.filter(({ architecture }) => architecture === name);
  const hybrids = of('hybrid').filter(({ onFront }) => onFront);
  const room = MOST_BARS - of('monolithic').length - of('microkernel').length;
  const chosen = hybrids.filter((_, index) => {
    const part = (place: number): number => Math.floor((place * (room + 1)) / hybrids.length);
    return hybrids.length <= room || (part(index) > part(index - 1) && index > 0);
  });
  return [...of('monolithic'), ...chosen, ...of('microkernel')];
};

const figure = (title: string, svg: string, caption: string): string =>
  `<figure><h2>${html(title)}</h2>${svg}<figcaption>${html(caption)}</figcaption></figure>`;

const SHOWN: readonly (readonly [Measure, string])[] = [
  ['cycles', 'cycles'],
  ['messages', 'messages'],
  ['modeSwitches', 'mode switches'],
  ['spaceSwitches', 'space switches'],
  ['privilegedLines', 'trusted lines'],
  ['residentBytes', 'bytes resident'],
  ['tableFrames', 'table frames'],
  ['blastRadius', 'blast radius'],
];

const table = (reports: readonly SubjectReport[]): string => {
  const head = SHOWN.map(
    ([measure, name]) => `<th title="${html(MEASURES[measure])}">${name}</th>`,
  );
  const rows = reports.map((report, index) => {
    const cells = SHOWN.map(([measure]) => `<td>${number(report.measures[measure])}</td>`);
    return `<tr class="${report.onFront ? 'front' : ''}"><th>${index + 1}. ${html(report.label)}</th>${cells.join('')}</tr>`;
  });
  return `<h2>All kernels</h2><div class="wide"><table><thead><tr><th>kernel</th>${head.join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
};

const number = (value: number): string => {
  const shown = value < 1 ? Math.round(value * 1000) / 1000 : Math.round(value * 10) / 10;
  return shown.toLocaleString('en-GB');
};

const STYLE = `
body{font:16px/1.5 system-ui,"Segoe UI","DejaVu Sans",sans-serif;color:#1b1f24;max-width:920px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0 0 .5rem}h2{font-size:1.15rem;margin:0 0 .3rem}
figure{margin:2rem 0}figure svg{width:100%;height:auto;display:block}
figcaption,.note{color:#6b7280;font-size:.9rem}.note{margin:.3rem 0}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.85rem;width:100%}
th,td{padding:.3rem .5rem;text-align:right;border-bottom:1px solid #e5e7eb;font-variant-numeric:tabular-nums}
th:first-child{text-align:left;font-weight:normal}thead th{color:#6b7280;font-weight:normal}
.front th{font-weight:bold}
`;
