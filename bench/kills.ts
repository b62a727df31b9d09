/** Mutants: workloads until each is killed, time to find and tell it, and how long the stories are. */
import { hunt } from '../properties/checker/matrix.ts';
import { mutants } from '../properties/mutants/index.ts';
import { type Line, median, quantile } from './report.ts';

/** Default number of workloads of a check. */
const DEFAULT_WORKLOADS = 2000;

const cpuMilliseconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

export const killLines = async (seeds: number): Promise<Line[]> => {
  const lines: Line[] = [];
  const p95s: number[] = [];
  const slowest: number[] = [];
  const stories: number[] = [];
  for (const mutant of mutants) {
    const kills = [];
    for (let seed = 1; seed <= seeds; seed++) {
      kills.push(await hunt(mutant, { seed, untilKilled: true, clock: cpuMilliseconds }));
    }
    const workloads = kills.map((kill) => kill.workloads);
    p95s.push(quantile(workloads, 0.95));
    slowest.push(median(kills.map(({ milliseconds }) => milliseconds)));
    stories.push(...kills.map(({ story }) => story?.steps.length ?? 0));
    lines.push({
      what: `${mutant.id}: until killed, median`,
      figure: median(workloads),
      unit: 'workloads',
    });
  }
  const worst = Math.max(...p95s);
  return [
    ...lines,
    {
      what: 'slowest mutant, median time to tell',
      figure: Math.max(...slowest),
      unit: 'ms',
      target: 1000,
      atMost: true,
    },
    {
      what: 'most workloads to kill, 95th percentile',
      figure: worst,
      unit: '',
      target: DEFAULT_WORKLOADS / 10,
      atMost: true,
    },
    { what: 'steps of a story, median', figure: median(stories), unit: '' },
    { what: '…95th percentile', figure: quantile(stories, 0.95), unit: '' },
  ];
};
