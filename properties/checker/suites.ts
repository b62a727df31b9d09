/**
 * Checking runs in suites: each has workloads of its own kind, its own count of what they exercise, and the properties
 * that they put to the test. What a run breaks counts whatever suite the workload is from.
 *
 * A suite runs if the kernel claims any group that it is about; its workloads keep to the groups that are claimed.
 */
import type fc from 'fast-check';
import type { AbiGroup } from '../../spec/abi.ts';
import { CORE_GROUPS } from '../../spec/calls/core.ts';
import type { Clause, Property } from '../../spec/properties.ts';
import type { Workload } from '../../spec/workload.ts';
import type { WorkloadConstraints } from '../arbitraries/constraints.ts';
import { faultyWorkloadArbitrary } from '../arbitraries/faults.ts';
import { FILE_GROUPS, fileWorkloadArbitrary } from '../arbitraries/files/workload.ts';
import { ipcWorkloadArbitrary } from '../arbitraries/ipc/workload.ts';
import { moduleWorkloadArbitrary } from '../arbitraries/modules/workload.ts';
import { workloadArbitrary } from '../arbitraries/workload.ts';
import type { KernelFacts } from '../execute/executor.ts';

export type SuiteId = 'core' | 'files' | 'ipc' | 'modules' | 'faults';

export interface Suite {
  readonly id: SuiteId;
  /** What it is about. */
  readonly groups: readonly AbiGroup[];
  /** @param outside services in user space */
  readonly arbitrary: (
    constraints: Partial<WorkloadConstraints>,
    outside: readonly string[],
  ) => fc.Arbitrary<Workload>;
  /** Workloads of a check that finds every mutant: at least ten times the 95th percentile of what it takes. */
  readonly enough: number;
}

const CORE: Suite = {
  id: 'core',
  groups: CORE_GROUPS,
  arbitrary: workloadArbitrary,
  enough: 2000,
};

/** One service of those in user space goes wrong: only kernels that have such services promise anything then. */
const FAULTS: Suite = {
  id: 'faults',
  groups: FILE_GROUPS,
  arbitrary: faultyWorkloadArbitrary,
  enough: 400,
};

/** What only a service that goes wrong puts to the test. */
const ABOUT_FAULTS: readonly Clause[] = ['fault-spreads', 'fault-observed', 'dma-outside'];

const outsideOf = ({ services = [] }: Pick<KernelFacts, 'services'>): readonly string[] =>
  services.filter(({ placement }) => placement === 'user').map(({ name }) => name);

export const SUITES: readonly Suite[] = [
  CORE,
  { id: 'files', groups: FILE_GROUPS, arbitrary: fileWorkloadArbitrary, enough: 800 },
  { id: 'ipc', groups: ['ipc'], arbitrary: ipcWorkloadArbitrary, enough: 400 },
  { id: 'modules', groups: ['modules'], arbitrary: moduleWorkloadArbitrary, enough: 400 },
  FAULTS,
];

/** The suite that puts a property to the test. */
export const suiteOf = ({ groups, clauses }: Pick<Property, 'groups' | 'clauses'>): Suite => {
  if (clauses.some((clause) => ABOUT_FAULTS.includes(clause))) return FAULTS;
  return (
    SUITES.find(
      (suite) => suite !== CORE && groups.some((group) => suite.groups.includes(group)),
    ) ?? CORE
  );
};

/** The suites of a kernel: the core always. */
export const suitesFor = (facts: Pick<KernelFacts, 'implements' | 'services'>): readonly Suite[] =>
  SUITES.filter((suite) => {
    if (suite === FAULTS && outsideOf(facts).length === 0) return false;
    return suite === CORE || suite.groups.some((group) => facts.implements.includes(group));
  });

/** Its workloads for a kernel: calls of the groups that it claims, of this suite and of the core. */
export const workloadsOf = (suite: Suite, facts: KernelFacts): fc.Arbitrary<Workload> =>
  suite.arbitrary(
    {
      groups: facts.implements.filter(
        (group) => CORE.groups.includes(group) || suite.groups.includes(group),
      ),
      maxIpiDelay: facts.ipiDelay ?? 0,
      modulesOutside: facts.modules === 'user',
    },
    outsideOf(facts),
  );
