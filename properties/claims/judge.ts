/**
 * Turns claims into verdicts, from one comparison of kernels. A comparison that must hold always is judged for every
 * workload, every generated table of costs and every kernel of the architecture; what must exist is looked for there.
 */
import {
  CLAIM_SUBJECTS,
  CLAIMS,
  type Claim,
  type ClaimCheck,
  type ClaimSubject,
  type CounterWitness,
} from '../../spec/claims/index.ts';
import type { Comparison } from './compare.ts';
import { Evidence } from './evidence.ts';
import { contained, fatal, survives } from './judge-faults.ts';
import { asTheyStand, definition } from './judge-kernels.ts';
import { kept } from './judge-layers.ts';
import { modulesContained, modulesFatal } from './judge-module-faults.ts';
import { extend, rebuilt, usedAs } from './judge-modules.ts';
import { placement } from './judge-placements.ts';
import { runs, userRuns } from './judge-runs.ts';
import { ofTree } from './judge-tree.ts';
import { isOfRuns } from './trials.ts';
import type { ClaimResult, Finding } from './verdict.ts';

export const judgeClaims = (
  comparison: Comparison,
  about: readonly ClaimSubject[] = CLAIM_SUBJECTS,
): readonly ClaimResult[] => {
  const evidence = new Evidence(comparison);
  return CLAIMS.filter((claim) => about.includes(claim.about)).map((claim) =>
    judged(evidence, claim),
  );
};

const judged = (evidence: Evidence, claim: Claim): ClaimResult => ({
  claim,
  ...found(evidence, claim.check, claim.about),
  ...(claim.counter && { counter: countered(evidence, claim.counter, claim.about) }),
});

const countered = (evidence: Evidence, { check }: CounterWitness, about: ClaimSubject): Finding => {
  if (check === 'survives') return survives(evidence, about);
  return check === 'unreached' ? userRuns(evidence) : found(evidence, check, about);
};

const found = (evidence: Evidence, check: ClaimCheck, about: ClaimSubject): Finding => {
  switch (check.kind) {
    case 'definition':
      return definition(evidence, check, about);
    case 'less':
    case 'sometimesLess':
      return isOfRuns(check.measure) ? runs(evidence, check) : asTheyStand(evidence, check);
    case 'contained':
      return check.of === 'modules'
        ? modulesContained(evidence, check.architecture)
        : contained(evidence, check.architecture);
    case 'fatal':
      return check.of === 'modules'
        ? modulesFatal(evidence, check.architecture)
        : fatal(evidence, check);
    case 'placement':
      return placement(evidence, check.trait);
    case 'kept':
      return kept(evidence.comparison.seed, check.clauses);
    case 'extends':
      return extend(evidence, check);
    case 'rebuilt':
      return rebuilt(evidence, check.architecture);
    case 'use':
      return usedAs(check.use);
    case 'tree':
      return ofTree(check);
  }
};
