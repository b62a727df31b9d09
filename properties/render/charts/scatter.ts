/**
 * Each kernel as a point: two things that are traded against each other along the axes, the third as the size. Filled:
 * on the front, nothing else beats it; hollow: something does. The line joins the front of the two axes.
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
const MORE_SIZE = 22;
const MOST_LABELS = 6;

export const scatterOption = (
  reports: readonly SubjectReport[],
  { x, y, size }: ScatterAxes,
): EChartsOption => {
  const largest = Math.max(1e-9, ...reports.map((one) => (size ? one.measures[size] : 0)));
  const front = frontOf(reports, x[0], y[0]);
  const named = namedOf(reports, front);
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
          named: named.includes(one),
        }),
      ),
    labelLayout: { moveOverlap: 'shiftY' },
    z: 3,
  });
  return {
    grid: { left: 78, right: 40, top: 46, bottom: 56 },
    legend: { top: 6, left: 70, itemGap: 22, textStyle: { color: INK, fontSize: 13 } },
    xAxis: axis(x[1]),
    yAxis: axis(y[1], { nameGap: 58 }),
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
  { size, named }: { size: number; named: boolean },
): object => ({
  value,
  name: report.label,
  symbolSize: size,
  itemStyle: report.onFront
    ? { opacity: 0.9 }
    : { color: 'transparent', borderColor: lookOf(report.architecture).color, borderWidth: 1.6 },
  label: {
    show: named,
    formatter: '{b}',
    position: 'top',
    distance: 7,
    fontSize: 12,
    color: INK,
    textBorderColor: '#fff',
    textBorderWidth: 3,
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

/** The two pure architectures and some of the front: more names would cover each other. */
const namedOf = (
  reports: readonly SubjectReport[],
  front: readonly SubjectReport[],
): readonly SubjectReport[] => {
  const pure = reports.filter(({ architecture }) => architecture !== 'hybrid');
  const others = (reports.length <= MOST_LABELS ? reports : front).filter(
    (one) => !pure.includes(one),
  );
  return [...pure, ...others.slice(0, MOST_LABELS - 2)];
};
