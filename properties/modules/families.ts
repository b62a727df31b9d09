/**
 * What is judged of loadable modules beside whole kernels: the loader, and each use that modules have. A family has cases
 * of its own, and loaders or programs with one mistake each, which its cases must show; and correct ones, which they must
 * not reject.
 */
import fc from 'fast-check';
import { type ModuleCase, moduleCaseArbitrary } from './arbitrary.ts';
import { deviceCaseArbitrary } from './devices/arbitrary.ts';
import { DRIVER_MISTAKES } from './devices/mistakes.ts';
import { DRIVER_VARIANTS } from './devices/variants.ts';
import { fileCaseArbitrary } from './files/arbitrary.ts';
import { judgeFiles } from './files/judge.ts';
import { FILE_MISTAKES } from './files/mistakes.ts';
import { FILE_VARIANTS } from './files/variants.ts';
import { filterCaseArbitrary } from './filter/arbitrary.ts';
import { FILTER_MISTAKES } from './filter/mistakes.ts';
import { FILTER_VARIANTS } from './filter/variants.ts';
import { filterViews } from './filter/views.ts';
import { judgeModules, type ModuleView, type ModuleViolation } from './judge.ts';
import type { ModuleMistake } from './mistakes/mistake.ts';
import { MODULE_MISTAKES } from './mistakes.ts';
import { judgeOrder, orderCaseArbitrary } from './order.ts';
import {
  orderCaseArbitrary as guardOrderArbitrary,
  securityCaseArbitrary,
} from './security/arbitrary.ts';
import { SECURITY_MISTAKES } from './security/mistakes.ts';
import { judgeOrders } from './security/orders.ts';
import { SECURITY_VARIANTS } from './security/variants.ts';
import { securityViews } from './security/views.ts';
import { judgeTrust, trustCaseOf } from './trust.ts';
import { MODULE_VARIANTS, type ModuleVariant } from './variants.ts';
import type { Changes } from './world.ts';

/** What is found in each case, in order. */
type Findings = (changed: Changes) => Generator<ModuleViolation | undefined>;

export interface ModuleFamily {
  readonly name: string;
  readonly mistakes: readonly ModuleMistake[];
  readonly variants: readonly ModuleVariant[];
  /** Its ways to judge: most properties are judged by the first, those that are named by one of their own. */
  readonly ways: readonly { readonly about?: string; readonly findings: Findings }[];
}

const SEED = 1;

/** The same cases for whoever is judged: they are generated once. */
const findingsOf = <T>(
  arbitrary: fc.Arbitrary<T>,
  numRuns: number,
  judge: (one: T, changed: Changes) => ModuleViolation | undefined,
): Findings => {
  let cases: readonly T[] | undefined;
  return function* all(changed) {
    cases ??= fc.sample(arbitrary, { numRuns, seed: SEED });
    for (const one of cases) yield judge(one, changed);
  };
};

const inViews =
  (looking: () => readonly ModuleView[], every = 6) =>
  ({ world, operations }: ModuleCase, changed: Changes): ModuleViolation | undefined =>
    judgeModules(world, operations, changed, every, looking).violation;

const plainly = inViews(() => [], 1);

export const MODULE_FAMILIES: readonly ModuleFamily[] = [
  {
    name: 'loader',
    mistakes: MODULE_MISTAKES,
    variants: MODULE_VARIANTS,
    ways: [
      { findings: findingsOf(moduleCaseArbitrary, 400, plainly) },
      {
        about: 'modules/only-trusted-code',
        findings: findingsOf(
          moduleCaseArbitrary.map(trustCaseOf),
          200,
          (one, changed) => judgeTrust(one, changed).violation,
        ),
      },
      {
        about: 'modules/order-independence',
        findings: findingsOf(
          orderCaseArbitrary,
          200,
          (one, changed) => judgeOrder(one, changed).violation,
        ),
      },
    ],
  },
  {
    name: 'drivers',
    mistakes: DRIVER_MISTAKES,
    variants: DRIVER_VARIANTS,
    ways: [{ findings: findingsOf(deviceCaseArbitrary, 200, plainly) }],
  },
  {
    name: 'file systems',
    mistakes: FILE_MISTAKES,
    variants: FILE_VARIANTS,
    ways: [
      {
        findings: findingsOf(
          fileCaseArbitrary,
          120,
          (one, changed) => judgeFiles(one, changed).violation,
        ),
      },
    ],
  },
  {
    name: 'packet filter',
    mistakes: FILTER_MISTAKES,
    variants: FILTER_VARIANTS,
    ways: [{ findings: findingsOf(filterCaseArbitrary, 200, inViews(filterViews)) }],
  },
  {
    name: 'security modules',
    mistakes: SECURITY_MISTAKES,
    variants: SECURITY_VARIANTS,
    ways: [
      { findings: findingsOf(securityCaseArbitrary, 200, inViews(securityViews)) },
      {
        about: 'modules/order-tells-only-the-errno',
        findings: findingsOf(
          guardOrderArbitrary,
          100,
          (one, changed) => judgeOrders(one, changed).violation,
        ),
      },
    ],
  },
];

export interface ModuleKill {
  readonly family: string;
  readonly id: string;
  readonly killedBy: string;
  /** Until its property caught it; 0: it did not. */
  readonly cases: number;
}

/** The first case in which its property catches the mistake. */
export const killOf = ({ name, ways }: ModuleFamily, mistake: ModuleMistake): ModuleKill => {
  const { id, killedBy } = mistake;
  const way = ways.find(({ about }) => about === killedBy) ?? ways[0];
  let cases = 0;
  for (const violation of way?.findings(mistake) ?? []) {
    cases += 1;
    if (violation?.property === killedBy) return { family: name, id, killedBy, cases };
  }
  return { family: name, id, killedBy, cases: 0 };
};

/** What a correct one is rejected for in the first so many cases of each way; nothing, if all is well. */
export const rejectionOf = (
  { ways }: ModuleFamily,
  variant: ModuleVariant,
  most: number,
): ModuleViolation | undefined => {
  for (const { findings } of ways) {
    let left = most;
    for (const violation of findings(variant)) {
      if (violation) return violation;
      left -= 1;
      if (left === 0) break;
    }
  }
  return undefined;
};
