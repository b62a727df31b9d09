/** Checking: workloads and events a second on one core, all clauses at once, and where the time goes. */
import fc from 'fast-check';
import { Arena, runWorkload } from '../hardware/run.ts';
import { monolithic } from '../kernels/monolithic/index.ts';
import { workloadArbitrary } from '../properties/arbitraries/workload.ts';
import { judgeRun } from '../properties/checker/judge-run.ts';
import { cpuSeconds, type Line, median, quantile } from './report.ts';

const WARM_UP = 3;
const ROUNDS = 7;
const WORKLOADS = 600;

interface Round {
  /** Seconds of CPU time for everything. */
  readonly cpu: number;
  /** Seconds of each part, by the wall clock: asking for CPU time twice a workload would cost a tenth of it. */
  readonly generate: number;
  readonly run: number;
  readonly judge: number;
  readonly events: readonly number[];
}

const now = (): number => performance.now() / 1000;

const round = (seed: number): Round => {
  const arena = new Arena();
  const events: number[] = [];
  let generate = 0;
  let run = 0;
  let judge = 0;
  const cpu = cpuSeconds(() => {
    const begun = now();
    const workloads = fc.sample(workloadArbitrary(), { seed, numRuns: WORKLOADS });
    generate = now() - begun;
    for (const workload of workloads) {
      const start = now();
      const log = runWorkload(monolithic, workload, { arena });
      const middle = now();
      events.push(judgeRun(log, workload, monolithic).events);
      run += middle - start;
      judge += now() - middle;
    }
  });
  return { cpu, generate, run, judge, events };
};

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);

export const checkingLines = (): Line[] => {
  // The first are for the compiler, which counts as CPU time too: as many workloads as a check has.
  for (let seed = 0; seed < WARM_UP; seed++) round(seed);
  const rounds = Array.from({ length: ROUNDS }, (_, index) => round(WARM_UP + index));
  const all = rounds.flatMap(({ events }) => events);
  const time = ({ generate, run, judge }: Round): number => generate + run + judge;
  const share = (part: (one: Round) => number): number =>
    median(rounds.map((one) => (100 * part(one)) / time(one)));
  return [
    {
      what: 'events judged, generation included',
      figure: median(rounds.map(({ cpu, events }) => sum(events) / cpu)),
      unit: '/s',
      target: 300e3,
    },
    {
      what: 'workloads, generation included',
      figure: median(rounds.map(({ cpu }) => WORKLOADS / cpu)),
      unit: '/s',
      target: 2000,
    },
    { what: 'events of a workload, median', figure: quantile(all, 0.5), unit: '', target: 60 },
    { what: '…5th percentile', figure: quantile(all, 0.05), unit: '' },
    { what: '…95th percentile', figure: quantile(all, 0.95), unit: '' },
    { what: 'time to generate', figure: share(({ generate }) => generate), unit: '%' },
    { what: 'time to boot, run and report memory', figure: share(({ run }) => run), unit: '%' },
    { what: 'time to decode and judge', figure: share(({ judge }) => judge), unit: '%' },
  ];
};
