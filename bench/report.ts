/** One line of a benchmark: what was measured, how much it is, and what it should be. */
export interface Line {
  readonly what: string;
  readonly figure: number;
  readonly unit: string;
  /** The least (or, with `atMost`, the most) that is wanted. */
  readonly target?: number;
  readonly atMost?: true;
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
};

export const quantile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
};

/** Seconds of this process's own CPU time that a call takes: other load on the machine counts less than on a clock. */
export const cpuSeconds = (work: () => void): number => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
};

const shown = (figure: number): string => {
  if (figure >= 1e6) return `${(figure / 1e6).toFixed(1)} M`;
  if (figure >= 1e4) return `${Math.round(figure / 1e3)} k`;
  return figure >= 100 ? figure.toFixed(0) : figure.toFixed(2);
};

export const render = ({ what, figure, unit, target, atMost }: Line): string => {
  const value = `${shown(figure)} ${unit}`.padStart(18);
  if (target === undefined) return `  ${what.padEnd(40)}${value}`;
  const met = atMost ? figure <= target : figure >= target;
  return `  ${what.padEnd(40)}${value}  ${met ? '✓' : '✗'} ${atMost ? '≤' : '≥'} ${shown(target)}`;
};
