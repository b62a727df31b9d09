/**
 * The kill matrix: every mutant is killed by the property that it names, and no correct kernel is rejected by any. It
 * is what shows that the properties catch what they say, and nothing else.
 *
 * A cell says what a property found within the workloads that the row was given. The library reads no clock: times are
 * 0 unless the caller lends one.
 */
import { type Clause, PROPERTIES, propertyOfClause } from '../../spec/properties.ts';
import type { Executor } from '../execute/executor.ts';
import { localExecutor } from '../execute/local.ts';
import type { Mutant } from '../mutants/index.ts';
import type { Counterexample, Report } from '../report.ts';
import { catalogue, openMutant } from './catalogue.ts';
import { check, tell } from './check.ts';
import { type Search, search } from './search.ts';
import { notClaimed } from './select.ts';
import { suiteOf } from './suites.ts';

export interface MatrixOptions {
  readonly seed: number;
  /** Workloads of each suite that each kernel is given. */
  readonly workloads?: number;
  /** The same for correct kernels, if they are given another number. */
  readonly forCorrect?: number;
  /** A mutant is left alone as soon as its property has killed it: what else would, stays open. */
  readonly untilKilled?: boolean;
  /** Milliseconds. */
  readonly clock?: () => number;
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

export type Cell = 'killed' | 'survived' | '';

export interface MatrixRow {
  readonly id: string;
  readonly kind: 'mutant' | 'variant' | 'reference';
  /** The property that must kill it; empty for correct kernels. */
  readonly killedBy: string;
  /** Until its property killed it; otherwise all that it was given. */
  readonly workloads: number;
  /** By property id; empty where the property says nothing about the kernel. */
  readonly cells: Readonly<Record<string, Cell>>;
  /** Rows of its minimised story; 0 where there is none. */
  readonly steps: number;
  /** Until it was found and minimised; for a correct kernel the whole check. */
  readonly milliseconds: number;
  /** A mutant was killed by its property, a correct kernel was not rejected. */
  readonly ok: boolean;
}

export interface Matrix {
  readonly properties: readonly string[];
  readonly rows: readonly MatrixRow[];
}

type Spent = () => number;
const stopwatch = (clock: () => number = () => 0): Spent => {
  const start = clock();
  return () => clock() - start;
};

export const killMatrix = async (options: MatrixOptions): Promise<Matrix> => {
  const { kernels, mutants, variants } = catalogue;
  const jobs: (() => Promise<MatrixRow>)[] = [
    ...kernels.map((kernel) => () => {
      return correctRow(kernel.name, 'reference', localExecutor(kernel), options);
    }),
    ...variants.map(({ id, kernel }) => () => {
      return correctRow(id, 'variant', localExecutor(kernel), options);
    }),
    ...mutants.map((mutant) => () => mutantRow(mutant, options)),
  ];
  const rows: MatrixRow[] = [];
  for (const job of jobs) {
    rows.push(await job());
    options.onProgress?.({ done: rows.length, total: jobs.length });
  }
  return { properties: PROPERTIES.map(({ id }) => id), rows };
};

const correctRow = async (
  id: string,
  kind: 'variant' | 'reference',
  executor: Executor,
  { seed, clock, ...options }: MatrixOptions,
): Promise<MatrixRow> => {
  const spent = stopwatch(clock);
  const workloads = options.forCorrect ?? options.workloads;
  const report = await check(executor, { seed, ...(workloads !== undefined && { workloads }) });
  const cells = Object.fromEntries(report.properties.map((one) => [one.id, cellOf(one)]));
  return {
    id,
    kind,
    killedBy: '',
    workloads: report.workloads,
    cells,
    steps: 0,
    milliseconds: spent(),
    ok: report.verdict !== 'failed',
  };
};

const cellOf = ({ verdict }: Report['properties'][number]): Cell =>
  verdict === 'failed' ? 'killed' : verdict === 'passed' ? 'survived' : '';

const mutantRow = async (mutant: Mutant, options: MatrixOptions): Promise<MatrixRow> => {
  const { found, story, milliseconds, workloads } = await hunt(mutant, options);
  const unstable = found.failures.has('determinism/same-run-twice');
  const facts = openMutant(mutant).facts;
  const cells = PROPERTIES.map((property): [string, Cell] => {
    const other = unstable && property.id !== 'determinism/same-run-twice';
    const untried = !found.suites.has(suiteOf(property).id);
    if (other || untried || notClaimed(property, facts) !== undefined) return [property.id, ''];
    return [property.id, found.failures.has(property.id) ? 'killed' : 'survived'];
  });
  return {
    id: mutant.id,
    kind: 'mutant',
    killedBy: mutant.killedBy,
    workloads,
    cells: Object.fromEntries(cells),
    steps: story?.steps.length ?? 0,
    milliseconds,
    ok: story !== undefined && propertyOfClause(story.clause)?.id === mutant.killedBy,
  };
};

export interface Kill {
  readonly found: Search;
  /** Absent where its property did not kill it. */
  readonly story: Counterexample | undefined;
  /** Workloads until it was killed; all, where it was not. */
  readonly workloads: number;
  /** Until it was found and its story minimised. */
  readonly milliseconds: number;
}

/** What one run cannot show. */
const OF_TWO_RUNS: readonly Clause[] = [
  'secret-observed',
  'fault-observed',
  'runs-differ',
  'state-kept',
];

/** Searches for the failure that a mutant must show, and tells it. */
export const hunt = async (mutant: Mutant, options: MatrixOptions): Promise<Kill> => {
  const { seed, workloads, untilKilled = false, clock } = options;
  const property = PROPERTIES.find(({ id }) => id === mutant.killedBy);
  const executor = openMutant(mutant);
  const spent = stopwatch(clock);
  let searching: number | undefined;
  const found = await search(executor, {
    seed,
    ...(workloads !== undefined && { workloads }),
    ...(untilKilled &&
      property && {
        suites: [mutant.suite ?? suiteOf(property).id],
        secondRuns: property.clauses.some((clause) => OF_TWO_RUNS.includes(clause)),
      }),
    goOn: (_, failed) => {
      if (!failed.includes(mutant.killedBy)) return true;
      searching ??= spent();
      return !untilKilled;
    },
  });
  searching ??= spent();
  const failure = found.failures.get(mutant.killedBy);
  const telling = stopwatch(clock);
  const candidates = found.candidates.get(mutant.killedBy) ?? (failure ? [failure] : []);
  const story = failure && (await tell(executor, seed, mutant.killedBy, candidates));
  return {
    found,
    story,
    workloads: found.foundAt.get(mutant.killedBy) ?? found.tally.workloads,
    milliseconds: searching + telling(),
  };
};
