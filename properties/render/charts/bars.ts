/** Cycles by family of workloads: one group of bars a family, one bar a kernel, the first kernel being 1. */
import type { EChartsOption } from 'echarts';
import type { SubjectReport } from '../../claims/compare.ts';
import type { FamilyName } from '../../claims/families.ts';
import { axis, FAINT, GRID, INK, lookOf } from './draw.ts';

const HYBRID_SHADES = ['#009e73', '#56c7a3', '#cc79a7', '#e69f00'];

export const barsOption = (
  reports: readonly SubjectReport[],
  families: readonly FamilyName[],
): EChartsOption => {
  const [base] = reports;
  let hybrids = 0;
  return {
    grid: { left: 78, right: 24, top: 64, bottom: 44 },
    legend: { top: 6, left: 70, right: 20, itemGap: 26, textStyle: { color: INK, fontSize: 11 } },
    xAxis: {
      type: 'category',
      data: [...families],
      axisTick: { show: false },
      axisLine: { lineStyle: { color: FAINT } },
      axisLabel: { color: INK, fontSize: 13 },
    },
    yAxis: axis(`cycles, ${base?.label ?? ''} = 1`, {
      scale: false,
      nameGap: 46,
      splitLine: { lineStyle: { color: GRID } },
    }),
    series: reports.map((report) => ({
      type: 'bar',
      silent: true,
      name: report.label,
      barMaxWidth: 34,
      barGap: '12%',
      itemStyle: {
        color:
          report.architecture === 'hybrid'
            ? (HYBRID_SHADES[hybrids++ % HYBRID_SHADES.length] ?? INK)
            : lookOf(report.architecture).color,
        borderRadius: [2, 2, 0, 0],
      },
      label: {
        show: true,
        position: 'top',
        fontSize: 10,
        color: FAINT,
        formatter: ({ value }: { value?: unknown }) =>
          String(Math.round(Number(value) * 100) / 100),
      },
      data: families.map((family) => {
        const cycles = base?.cyclesByFamily[family] ?? 0;
        return cycles === 0 ? 0 : (report.cyclesByFamily[family] ?? 0) / cycles;
      }),
    })),
  } as EChartsOption;
};
