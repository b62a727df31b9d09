/** What faults of loadable modules do: where modules are processes, and where they run in the kernel. */
import type { Kernel } from '../../hardware/contract.ts';
import type { ClaimSubject } from '../../spec/claims/index.ts';
import { capital, type Evidence, nounOf, outOf } from './evidence.ts';
import { modularOf, usableOn } from './judge-modules.ts';
import {
  generatedModuleFaults,
  type ModuleFaultRun,
  placeOf,
  runModuleFaults,
  simplestModuleFault,
} from './modules/faults.ts';
import { endText, modeOf, taskLines } from './story.ts';
import { type Finding, notJudged, type Witness } from './verdict.ts';

/** Faults that are generated beside those that all kernels get. */
const GENERATED = 60;

interface Struck {
  readonly kernel: Kernel;
  readonly run: ModuleFaultRun;
}

const struckOf = (
  evidence: Evidence,
  subject: ClaimSubject,
  home: 'kernel' | 'user',
): readonly Struck[] =>
  modularOf(evidence, subject)
    .filter(({ modules = 'kernel' }) => modules === home)
    .flatMap((kernel) => {
      const programs = usableOn(kernel);
      return [
        ...runModuleFaults(kernel, programs),
        ...generatedModuleFaults(kernel, programs, evidence.comparison.seed, GENERATED),
      ].map((run) => ({ kernel, run }));
    });

const storyOf = ({ kernel, run }: Struck): Witness => {
  const simplest = simplestModuleFault(kernel, run);
  const { fault, workload, home } = simplest;
  const place = placeOf(fault);
  const where = place === 'service' ? `at its request ${fault.call + 1}` : `in its ${place}`;
  return {
    story: [
      ...taskLines(workload),
      `${fault.module} (${modeOf(home)}), ${where}: ${fault.kind}`,
      endText(simplest, fault.module),
    ],
    workload,
  };
};

const PLACES = ['init', 'exit', 'service'] as const;

/** ∀ faults of modules in user space: nobody else is hit, the kernel goes on, and who is hit was told. */
export const modulesContained = (evidence: Evidence, subject: ClaimSubject): Finding => {
  const struck = struckOf(evidence, subject, 'user');
  if (struck.length === 0)
    return notJudged(`No fault of a module outside struck a ${nounOf(subject)}.`);
  const spreads = ({ run }: Struck): boolean => run.fatal || run.bystandersHit > 0 || !run.told;
  const broken = struck.find(spreads);
  const held = struck.filter((one) => !spreads(one)).length;
  const told = struck.filter(({ run }) => run.clientsHit > 0 && run.told).length;
  const witness = struck.find(({ run }) => run.clientsHit > 0 && run.bystandersHit === 0);
  return {
    verdict: broken ? 'failed' : 'passed',
    evidence: `After ${outOf(held, struck.length)} faults of modules nobody was hit who does not use the module; in ${told} runs a task that does was told an error, and went on.`,
    figures: PLACES.map((place) => ({
      of: `faults in ${place}`,
      value: struck.filter(({ run }) => placeOf(run.fault) === place).length,
    })),
    tally: { held, of: struck.length },
    ...(witness && !broken && { witness: storyOf(witness) }),
    ...(broken && { exception: storyOf(broken) }),
  };
};

/** ∀ places ∃ fault of a module there that ends the whole system. */
export const modulesFatal = (evidence: Evidence, subject: ClaimSubject): Finding => {
  const struck = struckOf(evidence, subject, 'kernel');
  if (struck.length === 0)
    return notJudged(`No fault of a module inside struck a ${nounOf(subject)}.`);
  const deadly = struck.filter(({ run }) => run.fatal);
  const at = (place: (typeof PLACES)[number], among: readonly Struck[]): number =>
    among.filter(({ run }) => placeOf(run.fault) === place).length;
  const spared = PLACES.filter((place) => at(place, deadly) === 0);
  const [first] = deadly;
  return {
    verdict: spared.length === 0 ? 'shown' : 'not shown',
    evidence:
      spared.length === 0
        ? `${capital(outOf(deadly.length, struck.length))} runs with a fault of a module end the whole system, some of each of ${PLACES.join(', ')}.`
        : `No fault in ${spared.join(', ')} ended the system.`,
    figures: PLACES.filter((place) => at(place, struck) > 0).map((place) => ({
      of: `share that ends it, ${place}`,
      value: at(place, deadly) / at(place, struck),
    })),
    tally: { held: deadly.length, of: struck.length },
    ...(first && { witness: storyOf(first) }),
  };
};
