/**
 * Claims on loadable modules: that they extend a kernel while it runs. Each run has one boot, at its beginning; what is
 * answered in it is judged by the model.
 */
import fc from 'fast-check';
import type { Kernel } from '../../hardware/contract.ts';
import { Arena, runWorkload } from '../../hardware/run.ts';
import type { ClaimCheck, ClaimSubject } from '../../spec/claims/index.ts';
import { Device } from '../../spec/devices.ts';
import {
  MODULE_USE_NAMES,
  type ModuleUse,
  programsOf,
  type UsedProgram,
} from '../../spec/module-uses.ts';
import type { Workload } from '../../spec/workload.ts';
import { judgeRun } from '../checker/judge-run.ts';
import { type Evidence, nounOf, outOf } from './evidence.ts';
import { observe } from './measure.ts';
import { modularKernels } from './modules/costs.ts';
import { alone, extensionPlans, showsExtension, workloadOf } from './modules/extension.ts';
import { textOfRequest } from './modules/requests.ts';
import { shrinkWitness } from './shrink.ts';
import { type CallOperation, taskLines } from './story.ts';
import { type Figure, type Finding, notJudged, type Witness } from './verdict.ts';

/** Workloads that each kernel runs. */
const PER_KERNEL = 40;

const arena = new Arena();

/** Those with such an architecture that load modules. */
export const modularOf = (evidence: Evidence, subject: ClaimSubject): readonly Kernel[] =>
  evidence
    .indices(subject)
    .flatMap((index) => evidence.comparison.subjects[index]?.kernel ?? [])
    .filter((kernel) => kernel.implements.includes('modules'));

/** Programs that find the device which they drive free. */
export const usableOn = ({ services = [] }: Kernel): readonly UsedProgram[] => {
  const taken = services.flatMap(({ devices }) => devices.map((device) => Device[device]));
  return MODULE_USE_NAMES.flatMap(programsOf).filter(
    ({ point, key }) => point !== 'device' || !taken.some((device) => device === key),
  );
};

const FIRST = 1;
const resultsIn = (kernel: Kernel, workload: Workload): readonly number[] =>
  observe(kernel, workload).fates.get(FIRST)?.results ?? [];

interface Extended {
  readonly kernel: Kernel;
  readonly workload: Workload;
  readonly broken: string | undefined;
  readonly shown: boolean;
}

const tried = (kernel: Kernel, workload: Workload): Extended => {
  const { violation } = judgeRun(runWorkload(kernel, workload, { arena }), workload, kernel);
  const shown = violation === undefined && showsExtension(workload, resultsIn(kernel, workload));
  const broken = violation && `${violation.observed}; allowed: ${violation.expected}`;
  return { kernel, workload, broken, shown };
};

/** What a call asks, in words. */
const meaningIn =
  ({ modules }: Workload) =>
  ({ call, args }: CallOperation): string | undefined => {
    if (call !== 'ask' && call !== 'useModule') return undefined;
    const [, request = 0, argument = 0] = args.map(Number);
    const programs = MODULE_USE_NAMES.flatMap(programsOf).filter(({ program }) =>
      modules?.files.some((file) => file.program === program),
    );
    const texts = programs.flatMap(
      ({ program }) => textOfRequest(program, { by: call, request, argument }) ?? [],
    );
    return texts[0] && `“${texts[0]}”`;
  };

/** At its simplest, with what each call was answered. */
const witnessOf = ({ kernel, workload }: Extended): Witness => {
  const shows = (simpler: Workload): boolean =>
    simpler.start.length > 0 && showsExtension(simpler, resultsIn(kernel, simpler));
  const simplest = shrinkWitness(workload, shows);
  return {
    story: [
      ...taskLines(simplest, resultsIn(kernel, simplest), meaningIn(simplest)),
      `on the ${nounOf(kernel.architecture)}, with one boot, before the first call`,
    ],
    workload: simplest,
  };
};

const brokenWitness = ({ kernel, workload }: Extended): Witness => {
  const breaks = (simpler: Workload): boolean => tried(kernel, simpler).broken !== undefined;
  const simplest = shrinkWitness(workload, breaks);
  const { broken = '' } = tried(kernel, simplest);
  return {
    story: [...taskLines(simplest, resultsIn(kernel, simplest), meaningIn(simplest)), broken],
    workload: simplest,
  };
};

/** ∀ workloads, or ∃ one. */
export const extend = (
  evidence: Evidence,
  { architectures, once }: Extract<ClaimCheck, { kind: 'extends' }>,
): Finding => {
  const absent = architectures.find((one) => modularOf(evidence, one).length === 0);
  if (absent) return notJudged(`There is no ${nounOf(absent)} to run that loads modules.`);
  const { seed } = evidence.comparison;
  const runs = architectures
    .flatMap((one) => modularOf(evidence, one))
    .flatMap((kernel) =>
      fc
        .sample(extensionPlans(usableOn(kernel)), { seed, numRuns: PER_KERNEL })
        .map((plan) => tried(kernel, workloadOf(plan))),
    );
  const broken = runs.find((run) => run.broken !== undefined);
  const shown = runs.filter((run) => run.shown);
  const held = runs.filter((run) => run.broken === undefined).length;
  const [first] = shown;
  const always = broken ? 'failed' : first ? 'passed' : 'not shown';
  return {
    verdict: once ? (first ? 'shown' : 'not shown') : always,
    evidence: `In ${outOf(held, runs.length)} workloads every answer is one that the code of the module gives, or nobody’s; in ${shown.length} a request that nobody answers is answered while the module is there, and not any more after that.`,
    figures: shownOn(shown),
    tally: { held, of: runs.length },
    ...(first && { witness: witnessOf(first) }),
    ...(broken && { exception: brokenWitness(broken) }),
  };
};

const shownOn = (shown: readonly Extended[]): readonly Figure[] =>
  [...new Set(shown.map(({ kernel }) => kernel.name))].map((name) => ({
    of: `runs that extend it, ${name}`,
    value: shown.filter(({ kernel }) => kernel.name === name).length,
  }));

/** For each program ∃ workload, wherever it runs. */
export const usedAs = (use: ModuleUse): Finding => {
  const programs = programsOf(use);
  const found = programs.flatMap((used) =>
    modularKernels.map((kernel) => ({ used, kernel, run: tried(kernel, workloadOf(alone(used))) })),
  );
  const missing = found.filter(({ run }) => !run.shown);
  const where = ({ modules }: Kernel): string => (modules === 'user' ? 'a process' : 'the kernel');
  const [first] = found;
  const names = programs.map(({ program }) => program).join(', ');
  return {
    verdict: missing.length === 0 ? 'shown' : 'not shown',
    evidence:
      missing.length === 0
        ? `So it is for ${names}, in the kernel and in a process.`
        : `Not so for ${missing.map(({ used, kernel }) => `${used.program} in ${where(kernel)}`).join(', ')}.`,
    figures: [{ of: 'programs', value: programs.length }],
    tally: { held: found.length - missing.length, of: found.length },
    ...(first?.run.shown && { witness: atWorkWitness(first.run) }),
  };
};

/** All that it was asked is told: that is what its code does. */
const atWorkWitness = ({ kernel, workload }: Extended): Witness => ({
  story: taskLines(workload, resultsIn(kernel, workload), meaningIn(workload)),
  workload,
});

/** Lines that are linked and booted again when a driver is added: of a kernel that loads modules, none. */
export const rebuilt = (evidence: Evidence, architecture: ClaimSubject): Finding => {
  const [report] = evidence.reports(architecture);
  if (!report) return notJudged(`There is no ${nounOf(architecture)} to run.`);
  const linked = report.measures.rebuiltLines;
  const loaded = modularOf(evidence, architecture).length > 0 ? 0 : linked;
  const fewer = loaded < linked;
  return {
    verdict: fewer ? 'by definition' : 'failed',
    evidence: fewer
      ? 'What is loaded while the kernel runs is not linked with it. It follows from the placement alone.'
      : `Not so: the ${nounOf(architecture)} loads no modules.`,
    figures: [
      { of: 'rebuiltLines, a driver that is linked in', value: linked },
      { of: 'rebuiltLines, a driver that is a module', value: loaded },
    ],
  };
};
