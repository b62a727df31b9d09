/** Draws a chart as SVG text, without a browser. The library is loaded when the first chart is drawn. */
import type { EChartsOption } from 'echarts';

/** Colours that can be told apart with any colour vision (Okabe and Ito), and a shape for each architecture. */
export const LOOKS = {
  monolithic: { color: '#0072b2', symbol: 'rect' },
  hybrid: { color: '#009e73', symbol: 'circle' },
  microkernel: { color: '#d55e00', symbol: 'triangle' },
} as const;

export const lookOf = (architecture: string): { color: string; symbol: string } =>
  architecture === 'monolithic' || architecture === 'microkernel'
    ? LOOKS[architecture]
    : LOOKS.hybrid;

export const INK = '#1b1f24';
export const FAINT = '#6b7280';
export const GRID = '#e5e7eb';
/** Without quotes: they would end the attribute that it becomes. */
const FONT = 'system-ui, DejaVu Sans, sans-serif';

/** @param height pixels of the drawing, which scales to its place */
export const drawChart = async (
  option: EChartsOption,
  width: number,
  height: number,
): Promise<string> => {
  const { init } = await import('echarts');
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption({
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: FONT, color: INK },
    ...option,
  });
  const svg = chart.renderToSVGString({ useViewBox: true });
  chart.dispose();
  return svg;
};

/** An axis with quiet lines. */
export const axis = (name: string, over: object = {}): object => ({
  type: 'value',
  name,
  nameLocation: 'middle',
  nameGap: 36,
  nameTextStyle: { color: FAINT, fontSize: 13 },
  axisLine: { show: true, lineStyle: { color: FAINT } },
  axisTick: { show: false },
  axisLabel: { color: FAINT, fontSize: 12, showMinLabel: false, showMaxLabel: false },
  splitLine: { lineStyle: { color: GRID } },
  scale: true,
  ...over,
});
