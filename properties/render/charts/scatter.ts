/**
 * Each kernel as a point: two things that are traded against each other along the axes, the third as the size. Filled:
 * on the front, nothing else beats it; hollow: something does. The line joins the front of the two axes, whose points
 * have the number of their row in the table; only the two pure architectures have room for a name.
 */
import type { EChartsOption } from 'echarts';
import type { Measure } from '../../../spec/claims/index.ts';
import type { SubjectReport } from '../../claims/compare.ts';
import { axis, FAINT, INK, LOOKS, lookOf } from './draw.ts';

export interface ScatterAxes {
  readonly x: readonly [Measure, string];
  readonly y: readonly [Measure, string];
  readonly size?: Measure;
}

const LEAST_SIZE = 11;
const MORE_SIZE = 15;
/** Room around the points, as a share of what they span. */
const MARGIN = 0.1;

export const scatterOption = (
  reports: readonly SubjectReport[],
  { x, y, size }: ScatterAxes,
): EChartsOption => {
  const largest = Math.max(1e-9, ...reports.map((one) => (size ? one.measures[size] : 0)));
  const front = frontOf(reports, x[0], y[0]);
  const labelOf = (one: SubjectReport): string => {
    if (one.architecture !== 'hybrid') return one.label;
    return front.includes(one) ? String(reports.indexOf(one) + 1) : '';
  };
  const points = (architecture: string): object => ({
    type: 'scatter',
    name: architecture,
    symbol: lookOf(architecture).symbol,
    itemStyle: { color: lookOf(architecture).color },
    data: reports
      .filter((one) => one.architecture === architecture)
      .map((one) =>
        pointOf(one, [one.measures[x[0]], one.measures[y[0]]], {
          size: LEAST_SIZE + MORE_SIZE * (size ? one.measures[size] / largest : 0.2),
          label: labelOf(one),
        }),
      ),
    silent: true,
    z: 3,
  });
  return {
    grid: { left: 78, right: 40, top: 46, bottom: 56 },
    legend: { top: 6, left: 70, itemGap: 22, textStyle: { color: INK, fontSize: 13 } },
    xAxis: axis(x[1], extent(reports.map(({ measures }) => measures[x[0]]))),
    yAxis: axis(y[1], {
      nameGap: 58,
      ...extent(reports.map(({ measures }) => measures[y[0]])),
    }),
    series: [
      {
        type: 'line',
        step: 'end',
        symbol: 'none',
        lineStyle: { color: FAINT, type: 'dashed', width: 1.2 },
        data: front.map((one) => [one.measures[x[0]], one.measures[y[0]]]),
        silent: true,
        z: 1,
      },
      ...Object.keys(LOOKS).map(points),
    ],
  } as EChartsOption;
};

const pointOf = (
  report: SubjectReport,
  value: readonly number[],
  { size, label }: { size: number; label: string },
): object => ({
  value,
  name: report.label,
  symbolSize: size,
  itemStyle: report.onFront
    ? { opacity: 0.9 }
    : { color: 'transparent', borderColor: lookOf(report.architecture).color, borderWidth: 1.6 },
  label: {
    show: label !== '',
    formatter: label,
    // Below and to the left of the front there is nothing.
    position: report.architecture === 'hybrid' ? 'bottom' : 'top',
    distance: 5,
    fontSize: report.architecture === 'hybrid' ? 11 : 13,
    color: INK,
  },
});

/** Those that nothing beats in these two, from left to right. */
const frontOf = (
  reports: readonly SubjectReport[],
  x: Measure,
  y: Measure,
): readonly SubjectReport[] => {
  const sorted = [...reports].sort(
    (a, b) => a.measures[x] - b.measures[x] || a.measures[y] - b.measures[y],
  );
  let lowest = Number.POSITIVE_INFINITY;
  return sorted.filter(({ measures }) => {
    if (measures[y] >= lowest) return false;
    lowest = measures[y];
    return true;
  });
};

/** From a little below the least value to a little above the most, at whole steps of the axis. */
const extent = (values: readonly number[]): { min: number; max: number } => {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const margin = (most - least || Math.abs(most) || 1) * MARGIN;
  const step = 10 ** Math.floor(Math.log10(margin));
  return {
    min: Math.max(0, Math.floor((least - margin) / step) * step),
    max: Math.ceil((most + margin) / step) * step,
  };
};
