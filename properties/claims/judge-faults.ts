/** What faults of services do: to those who do not use the service, and to the whole system. */
import type { ClaimCheck, ClaimSubject } from '../../spec/claims/index.ts';
import { capital, type Evidence, nounOf, outOf } from './evidence.ts';
import type { FaultRun } from './faults.ts';
import { type Finding, notJudged } from './verdict.ts';

/** ∀ faults of services outside: nobody is hit who does not use the service. */
export const contained = (evidence: Evidence, subject: ClaimSubject): Finding => {
  const { generated } = evidence.comparison;
  const further = evidence.indices(subject).flatMap((index) => generated[index] ?? []);
  const runs = [...evidence.faults(subject), ...further].filter(
    ({ placement }) => placement === 'user',
  );
  if (runs.length === 0)
    return notJudged(`No fault of a service outside struck a ${nounOf(subject)}.`);
  const spreads = ({ fatal, bystandersHit }: FaultRun): boolean => fatal || bystandersHit > 0;
  const broken = runs.find(spreads);
  const held = runs.filter((run) => !spreads(run)).length;
  const hurt = runs.filter(({ clientsHit }) => clientsHit > 0).length;
  return {
    verdict: broken ? 'failed' : 'passed',
    evidence: `In ${outOf(held, runs.length)} runs with a fault nobody was hit who does not use the service; in ${hurt} a task that does.`,
    figures: [
      { of: 'kinds of fault', value: new Set(runs.map(({ fault }) => fault.kind)).size },
      { of: 'runs with a client hit', value: hurt },
    ],
    tally: { held, of: runs.length },
    ...(broken && { exception: evidence.story(subject, broken) }),
  };
};

/** ∀ services of the kind in the kernel ∃ fault that ends the whole system. */
export const fatal = (
  evidence: Evidence,
  { architecture, of }: Extract<ClaimCheck, { kind: 'fatal' }>,
): Finding => {
  const runs = evidence
    .faults(architecture)
    .filter(({ placement, driver }) => placement === 'kernel' && (driver || of === 'services'));
  if (runs.length === 0)
    return notJudged(`No fault of a service inside struck a ${nounOf(architecture)}.`);
  const services = [...new Set(runs.map(({ service }) => service))];
  const deadly = runs.filter((run) => run.fatal);
  const by = (name: string, list: readonly FaultRun[]): number =>
    list.filter(({ service }) => service === name).length;
  const spared = services.filter((name) => by(name, deadly) === 0);
  const [first] = deadly;
  return {
    verdict: spared.length === 0 ? 'shown' : 'not shown',
    evidence:
      spared.length === 0
        ? `${capital(outOf(deadly.length, runs.length))} runs with a fault there end the whole system, some of each of ${services.join(', ')}.`
        : `No fault of ${spared.join(', ')} ended the system.`,
    figures: services.map((name) => ({
      of: `share that ends it, ${name}`,
      value: by(name, deadly) / by(name, runs),
    })),
    tally: { held: deadly.length, of: runs.length },
    ...(first && { witness: evidence.story(architecture, first) }),
  };
};

/** ∃ fault in the kernel after which the system goes on. */
export const survives = (evidence: Evidence, subject: ClaimSubject): Finding => {
  const runs = evidence.faults(subject).filter(({ placement }) => placement === 'kernel');
  const survived = runs.filter((run) => !run.fatal);
  const [first] = survived;
  return {
    verdict: first ? 'shown' : 'not shown',
    evidence: `After ${outOf(survived.length, runs.length)} faults in the kernel it goes on: ${kindsOf(survived)}.`,
    figures: [],
    tally: { held: survived.length, of: runs.length },
    ...(first && { witness: evidence.story(subject, first) }),
  };
};

const kindsOf = (runs: readonly FaultRun[]): string =>
  [...new Set(runs.map(({ fault }) => fault.kind))].join(', ');
