/** What loadable modules cost in the kernel and as processes: a chart of cycles, and the table. */
import type { EChartsOption } from 'echarts';
import type { ModuleRow } from '../../claims/modules/costs.ts';
import { homeText, MODULE_COLUMNS, MODULES_TITLE, moduleLegend } from '../module-costs.ts';
import { axis, drawChart, FAINT, GRID, INK, LOOKS } from './draw.ts';
import { html } from './html.ts';

const WIDTH = 880;
const HEIGHT = 340;
const CALLS = ['load', 'request', 'unload'] as const;
/** Under this one stands what they are calls of. */
const MIDDLE = 1;
const HOMES = [
  { home: 'kernel', name: 'in the kernel', color: LOOKS.monolithic.color },
  { home: 'user', name: 'each as a process', color: LOOKS.microkernel.color },
] as const;

const uses = (rows: readonly ModuleRow[]): readonly string[] => [
  ...new Set(rows.map(({ use }) => use)),
];

/** One group of bars for each call of each use. */
const cyclesOption = (rows: readonly ModuleRow[]): EChartsOption =>
  ({
    grid: { left: 78, right: 24, top: 44, bottom: 66 },
    legend: { top: 6, left: 70, itemGap: 26, textStyle: { color: INK, fontSize: 12 } },
    xAxis: {
      type: 'category',
      data: uses(rows).flatMap((use) =>
        CALLS.map((call, index) => (index === MIDDLE ? `${call}\n\n${use}` : call)),
      ),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: FAINT } },
      axisLabel: { color: INK, fontSize: 12, interval: 0 },
    },
    yAxis: axis('cycles of a call', {
      scale: false,
      nameGap: 52,
      splitLine: { lineStyle: { color: GRID } },
    }),
    series: HOMES.map(({ home, name, color }) => ({
      type: 'bar',
      silent: true,
      name,
      barMaxWidth: 34,
      barGap: '12%',
      itemStyle: { color, borderRadius: [2, 2, 0, 0] },
      label: { show: true, position: 'top', fontSize: 10, color: FAINT },
      data: uses(rows).flatMap((use) => {
        const row = rows.find((one) => one.use === use && one.home === home);
        return CALLS.map((call) => Math.round(row?.[call] ?? 0));
      }),
    })),
  }) as EChartsOption;

/** Nothing where nothing was run. */
export const moduleFigures = async (rows: readonly ModuleRow[]): Promise<string> => {
  if (rows.length === 0) return '';
  const svg = await drawChart(cyclesOption(rows), WIDTH, HEIGHT);
  const head = MODULE_COLUMNS.map(({ head: text }) => `<th>${html(text)}</th>`);
  const body = rows.map((row) => {
    const cells = MODULE_COLUMNS.map(({ text }) => `<td>${html(text(row))}</td>`);
    return `<tr><th>${html(`${row.use}, ${homeText(row)}`)}</th>${cells.join('')}</tr>`;
  });
  return `<figure><h2>${html(MODULES_TITLE)}</h2>${svg}<figcaption>${html('From the call’s trap to its return, with the usual costs. What a device takes for its own work is the same on both sides.')}</figcaption></figure>
<div class="wide"><table><thead><tr><th>modules</th>${head.join('')}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>
${moduleLegend(rows)
  .map((text) => `<p class="note">${html(text)}</p>`)
  .join('\n')}
`;
};
