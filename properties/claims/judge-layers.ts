/**
 * Claims on layered kernels: promises, put to generated workloads; and what layers cost and lose, as figures. Crossings
 * are calls of a layer by a layer, down and back, so two each.
 */
import fc from 'fast-check';
import { Arena, runWorkload } from '../../hardware/run.ts';
import { buildLayered, LAYERS, layered } from '../../kernels/layered/index.ts';
import { defineLayer, type Handler, type Layer } from '../../kernels/layered/link/contract.ts';
import type { Clause } from '../../spec/properties.ts';
import type { Workload } from '../../spec/workload.ts';
import { keepLog } from '../checker/failure.ts';
import { judgeRun } from '../checker/judge-run.ts';
import { suitesFor, workloadsOf } from '../checker/suites.ts';
import { factsOf } from '../execute/facts.ts';
import { crossingsOf } from '../layering/identity.ts';
import { systemCalls, withOneMore } from './layers.ts';
import { observe } from './measure.ts';
import type { Figure, Finding } from './verdict.ts';

/** Workloads of each suite. */
const PER_SUITE = 100;
/** Of these the costs are shown. */
const SHOWN = 20;

const arena = new Arena();

export const kept = (seed: number, clauses: readonly Clause[]): Finding => {
  const facts = factsOf(layered);
  const workloads = suitesFor(facts).flatMap((suite) =>
    fc.sample(workloadsOf(suite, facts), { seed, numRuns: PER_SUITE }),
  );
  let crossings = 0;
  let broken: Workload | undefined;
  for (const workload of workloads) {
    const run = runWorkload(layered, workload, { arena });
    crossings += crossingsOf(run).total;
    const { violation } = judgeRun(run, workload, layered);
    if (violation && clauses.includes(violation.clause)) broken ??= workload;
  }
  return {
    verdict: broken ? 'failed' : 'passed',
    evidence: `In ${workloads.length} generated workloads layers crossed ${crossings} times${broken ? ', and one broke it' : ', and none broke it'}.`,
    figures: clauses.includes('layer-skipped')
      ? [...costs(workloads.slice(0, SHOWN)), ...losses(workloads)]
      : [],
    ...(broken && { exception: { story: [], workload: broken } }),
  };
};

/** Crossings of a system call, and those that one more layer adds to each call over its boundary. */
const costs = (workloads: readonly Workload[]): readonly Figure[] => {
  const runs = workloads.map((workload) => keepLog(runWorkload(layered, workload, { arena })));
  const crossed = runs.reduce((sum, run) => sum + crossingsOf(run).total, 0);
  const calls = runs.reduce((sum, run) => sum + systemCalls(run), 0);
  const added = LAYERS.slice(0, -1).map((_, index) => {
    const longer = withOneMore(index + 1);
    return workloads.map((workload, at) => {
      const run = runs[at];
      const more = crossingsOf(runWorkload(longer, workload, { arena })).total;
      const over = run ? (crossingsOf(run).byLayer.get(index + 1) ?? 0) : 0;
      return run && over > 0 ? (2 * (more - crossingsOf(run).total)) / over : 2;
    });
  });
  return [
    { of: 'crossings a system call, on average', value: Math.round((10 * crossed) / calls) / 10 },
    {
      of: 'crossings that one more layer adds to a call, at least',
      value: Math.min(...added.flat()),
    },
    {
      of: 'crossings that one more layer adds to a call, at most',
      value: Math.max(...added.flat()),
    },
  ];
};

/** Where no table leads. */
const NOWHERE = 0x7000_0000;

/** Layers whose fault, a load from nowhere the third time that they are called, stops the whole kernel. */
const losses = (workloads: readonly Workload[]): readonly Figure[] => {
  const fatal = LAYERS.filter((layer) => {
    const kernel = buildLayered({ name: 'faulty', layers: [faulting(layer)] });
    return workloads.some((workload) => observe(kernel, workload).halted);
  });
  return [{ of: 'layers whose crash takes down all others', value: fatal.length }];
};

const faulting = (layer: Layer): Layer =>
  defineLayer({
    ...layer,
    start: (below, self) => {
      let left = 3;
      const fault = (): void => {
        left -= 1;
        if (left === 0) self.memory.load(NOWHERE);
      };
      const operations = Object.entries(layer.start(below, self)).map(
        ([name, operation]) => [name, failing(operation, fault)] as const,
      );
      return Object.fromEntries(operations);
    },
  });

/** Of its own kind: who waits is a generator. */
const failing = (operation: Handler, fault: () => void): Handler =>
  operation.constructor.name === 'GeneratorFunction'
    ? function* (...args) {
        fault();
        return yield* operation(...args) as Generator<number, number, void>;
      }
    : (...args) => {
        fault();
        return operation(...args) as number;
      };
