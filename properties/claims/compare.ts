/**
 * The comparison: the same workloads on every kernel that is given. Everything that claims and charts say is taken from
 * this value; it is plain data but for the kernels.
 */
import fc from 'fast-check';
import { DEFAULT_COSTS } from '../../hardware/costs.ts';
import type { Measure } from '../../spec/claims/index.ts';
import type { Workload } from '../../spec/workload.ts';
import { price, work } from './counting.ts';
import {
  FAMILIES,
  type FamilyName,
  groupsOf,
  type Shape,
  shapeOf,
  workloadOfShapes,
} from './families.ts';
import { blastRadius, type FaultRun, faultPlans, runFault, runFaults } from './faults.ts';
import { type LayerRow, layerRows } from './layers.ts';
import { type Measured, measure } from './measure.ts';
import { type ModuleRow, moduleRows } from './modules/costs.ts';
import type { SourceLines } from './source-lines.ts';
import { type Subject, staticFacts } from './subject.ts';

export type OnProgress = (done: number, total: number) => void | Promise<void>;

export interface CompareOptions {
  readonly seed: number;
  /** Workloads of each family, 1 or more. */
  readonly workloads: number;
  readonly lines: SourceLines;
  /** False: no faults are run, every blast radius is 0. */
  readonly faults?: boolean;
  /** Told before each step; what it does is waited for. */
  readonly onProgress?: OnProgress;
}

export interface Sample {
  readonly shape: Shape;
  readonly workload: Workload;
  /** By index of the subject. */
  readonly measured: readonly Measured[];
}

/** What is shown of one kernel. */
export interface SubjectReport {
  readonly label: string;
  readonly architecture: string;
  readonly inside: readonly string[];
  readonly outside: readonly string[];
  /** Means over all workloads; cycles with the usual costs. */
  readonly measures: Readonly<Record<Measure, number>>;
  /** Mean cycles with the usual costs. */
  readonly cyclesByFamily: Readonly<Partial<Record<FamilyName, number>>>;
  /** Runs that did not come to their end. */
  readonly unfinished: number;
  /** No other is at most as costly, as trusting and as vulnerable, and better in one of the three. */
  readonly onFront: boolean;
}

export interface Comparison {
  readonly seed: number;
  readonly subjects: readonly Subject[];
  readonly families: readonly FamilyName[];
  readonly samples: readonly Sample[];
  /** The same faults for all, by index of the subject: of them is the blast radius. */
  readonly faults: readonly (readonly FaultRun[])[];
  /** Generated ones, for kernels with all services outside. */
  readonly generated: readonly (readonly FaultRun[])[];
  readonly reports: readonly SubjectReport[];
  /** What layers cost, on workloads of their own. */
  readonly layers: readonly LayerRow[];
  /** What modules cost in the kernel and as processes, on workloads of their own. */
  readonly modules: readonly ModuleRow[];
}

export const compareKernels = async (
  subjects: readonly Subject[],
  { seed, workloads, lines, faults = true, onProgress = () => {} }: CompareOptions,
): Promise<Comparison> => {
  const families = familiesOf(subjects);
  const shapes = families.flatMap((family, index) =>
    fc.sample(shapeOf(family), { seed: seed + index, numRuns: workloads }),
  );
  const total = shapes.length + subjects.length;
  const pure = (subject: Subject): boolean => faults && subject.architecture === 'microkernel';
  const samples: Sample[] = [];
  for (const shape of shapes) {
    await onProgress(samples.length, total);
    const workload = workloadOfShapes([shape]);
    const measured = subjects.map(({ kernel }) => measure(kernel, workload));
    samples.push({ shape, workload, measured });
  }
  const faultRuns: (readonly FaultRun[])[] = [];
  const generated: (readonly FaultRun[])[] = [];
  for (const subject of subjects) {
    await onProgress(shapes.length + faultRuns.length, total);
    faultRuns.push(faults ? runFaults(subject) : []);
    generated.push(pure(subject) ? generatedFaults(subject, seed, workloads * GENERATED) : []);
  }
  const reports = subjects.map((subject, index) =>
    reportOf(subject, index, samples, faultRuns[index] ?? [], lines),
  );
  return {
    seed,
    subjects,
    families,
    samples,
    faults: faultRuns,
    generated,
    reports: onFront(reports),
    layers: faults ? layerRows(seed, workloads) : [],
    modules: faults ? moduleRows(seed, workloads) : [],
  };
};

/** Faults that are generated for a kernel, for each workload of a family; services do not come to all of them. */
const GENERATED = 32;

const generatedFaults = (subject: Subject, seed: number, numRuns: number): readonly FaultRun[] => {
  const services = subject.parts.map(({ name }) => name);
  if (services.length === 0) return [];
  return fc
    .sample(faultPlans(services), { seed, numRuns })
    .flatMap(({ fault, workload }) => runFault(subject, fault, workload) ?? []);
};

/** Families whose calls every subject implements. */
const familiesOf = (subjects: readonly Subject[]): readonly FamilyName[] =>
  FAMILIES.filter((family) =>
    groupsOf[family].every((group) =>
      subjects.every(({ kernel }) => kernel.implements.includes(group)),
    ),
  );

const mean = (numbers: readonly number[]): number =>
  numbers.length === 0 ? 0 : numbers.reduce((all, one) => all + one, 0) / numbers.length;

const FRAME = 4096;

const reportOf = (
  subject: Subject,
  index: number,
  samples: readonly Sample[],
  faults: readonly FaultRun[],
  lines: SourceLines,
): SubjectReport => {
  const runs = samples.flatMap(({ measured }) => measured[index] ?? []);
  const of = (measure: (run: Measured) => number): number => mean(runs.map(measure));
  const cycles = (run: Measured): number => price(run, DEFAULT_COSTS);
  const byFamily = new Map<FamilyName, number[]>();
  for (const { shape, measured } of samples) {
    const run = measured[index];
    if (run) byFamily.set(shape.family, [...(byFamily.get(shape.family) ?? []), cycles(run)]);
  }
  const { parts } = subject;
  const names = (placement: 'kernel' | 'user'): string[] =>
    parts.filter((part) => part.placement === placement).map(({ name }) => name);
  const tableFrames = of((run) => run.tableFrames);
  const segments = parts.reduce((all, { pages }) => all + (pages + 1) * FRAME, 0);
  return {
    label: subject.label,
    architecture: subject.architecture,
    inside: names('kernel'),
    outside: names('user'),
    measures: {
      ...staticFacts(subject, lines),
      cycles: of(cycles),
      work: of((run) => work(run, DEFAULT_COSTS)),
      messages: of((run) => run.messages),
      modeSwitches: of((run) => run.modeSwitches),
      spaceSwitches: of((run) => run.spaceSwitches),
      addressSpaces: of((run) => run.addressSpaces),
      tableFrames,
      residentBytes: segments + tableFrames * FRAME,
      blastRadius: blastRadius(faults),
    },
    cyclesByFamily: Object.fromEntries([...byFamily].map(([family, all]) => [family, mean(all)])),
    unfinished: runs.filter(({ completed }) => !completed).length,
    onFront: false,
  };
};

const TRADED = ['cycles', 'privilegedLines', 'blastRadius'] as const;

/** Whether `one` is at least as good in all three and better in one. */
export const dominates = (one: SubjectReport, other: SubjectReport): boolean =>
  TRADED.every((name) => one.measures[name] <= other.measures[name]) &&
  TRADED.some((name) => one.measures[name] < other.measures[name]);

/** Marks those that no other dominates. */
export const onFront = (reports: readonly SubjectReport[]): readonly SubjectReport[] =>
  reports.map((report) => ({
    ...report,
    onFront: !reports.some((other) => dominates(other, report)),
  }));
