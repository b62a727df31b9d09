/**
 * Workloads in which a module comes and goes, and what they show: whether a request that nobody answers before the module
 * is loaded was answered while it was there, and by nobody when it was gone.
 */
import fc from 'fast-check';
import type { CallName } from '../../../spec/abi.ts';
import { Errno } from '../../../spec/errno.ts';
import { EXTENSION_POINTS, type ModuleProgramName, POINT_RULES } from '../../../spec/extensions.ts';
import type { UsedProgram } from '../../../spec/module-uses.ts';
import type { ModuleFacts, ModuleFault, ModuleSetup } from '../../../spec/modules.ts';
import type { Operation, Program, Workload } from '../../../spec/workload.ts';
import { type FamilyName, type Shape, workloadOfShapes } from '../families.ts';
import { type Request, requestsArbitrary, usualRequests } from './requests.ts';

const fileOf = (program: ModuleProgramName, imports: readonly string[]): ModuleFacts => ({
  name: program,
  program,
  licence: 'GPL',
  vermagic: '6.1',
  exports: [{ name: `${program}_do`, gplOnly: false }],
  imports: imports.map((name) => ({ name: `${name}_do` })),
  pages: { text: 1, rodata: 1, data: 2, init: 1 },
  writableText: false,
  exit: true,
  init: 0,
  signature: 'valid',
});

/** The module, behind the one that it imports from. */
const setupOf = ({ program, over }: UsedProgram, faults: readonly ModuleFault[]): ModuleSetup => ({
  policy: 'linux',
  vermagic: '6.1',
  enforceSignatures: false,
  disabled: false,
  blacklist: [],
  kernelExports: [],
  files: over ? [fileOf(over, []), fileOf(program, [over])] : [fileOf(program, [])],
  pages: 16,
  ...(faults.length > 0 && { faults }),
});

const call = (name: CallName, ...args: readonly number[]): Operation => ({
  op: 'call',
  call: name,
  args,
});

export interface ExtensionPlan {
  readonly used: UsedProgram;
  readonly requests: readonly Request[];
  /** How often they are made, 1 or more. */
  readonly rounds: number;
  /** What tasks beside it do, who use no module. */
  readonly others: readonly FamilyName[];
  readonly harts: number;
  readonly tlbEntries: number;
  readonly faults: readonly ModuleFault[];
}

const shapeOf = (family: FamilyName, { harts, tlbEntries }: ExtensionPlan): Shape => ({
  family,
  tasks: 1,
  rounds: 3,
  bytes: 16,
  harts,
  tlbEntries,
});

/** The probe, the module, what it is asked, and the probe again. The first task does it. */
export const workloadOf = (plan: ExtensionPlan): Workload => {
  const { used, requests, rounds, others, faults } = plan;
  const number = used.over ? 1 : 0;
  const point = EXTENSION_POINTS.indexOf(used.point);
  const made = ({ by, request, argument }: Request): Operation =>
    call(by, by === 'ask' ? point : number, request, argument);
  const probe = made(usualRequests(used).probe);
  const again = Array.from({ length: rounds }, () => requests.map(made)).flat();
  const client: Program = {
    bodies: [
      [
        probe,
        ...(used.over ? [call('loadModule', 0)] : []),
        call('loadModule', number),
        ...again,
        call('unloadModule', number, 0),
        ...(used.over ? [call('unloadModule', 0, 0)] : []),
        probe,
        call('exit', 0),
      ],
    ],
  };
  const beside = workloadOfShapes(others.map((family) => shapeOf(family, plan)));
  return {
    ...beside,
    harts: plan.harts,
    tlbEntries: plan.tlbEntries,
    programs: [client, ...beside.programs],
    start: [0, ...beside.start.map((program) => program + 1)],
    modules: setupOf(used, faults),
  };
};

/** Tasks beside, whose results do not depend on when things happen. */
export const BESIDE: readonly FamilyName[] = ['memory', 'compute'];

/** Nothing beside, and what is usual. */
export const alone = (used: UsedProgram): ExtensionPlan => ({
  used,
  requests: usualRequests(used).requests,
  rounds: 1,
  others: [],
  harts: 1,
  tlbEntries: 16,
  faults: [],
});

/** @param among at least one */
export const extensionPlans = (among: readonly UsedProgram[]): fc.Arbitrary<ExtensionPlan> =>
  fc.constantFrom(...among).chain((used) =>
    fc.record({
      used: fc.constant(used),
      requests: requestsArbitrary(used),
      rounds: fc.integer({ min: 1, max: 2 }),
      others: fc.subarray([...BESIDE]),
      harts: fc.integer({ min: 1, max: 3 }),
      tlbEntries: fc.constantFrom(4, 16, 64),
      faults: fc.constant([]),
    }),
  );

// ---- what a run shows

/** What is told where nobody answers. */
type CallOperation = Operation & { readonly op: 'call' };
const nobody = (made: CallOperation): number => {
  if (made.call === 'useModule') return -Errno.ENOENT;
  const point = EXTENSION_POINTS[Number(made.args[0])];
  const rule = point && POINT_RULES[point];
  if (rule === 'packet') return 1;
  return rule === 'security' ? 0 : -Errno.ENODEV;
};

export const callsOf = ({ programs, start }: Workload) =>
  (programs[start[0] ?? 0]?.bodies ?? []).flat().filter((operation) => operation.op === 'call');

/** Whether somebody has done what was asked; where others may refuse or drop, whether anybody has done that. */
const isAnswered = (made: CallOperation, result: number): boolean => {
  const silent = nobody(made);
  return silent < 0 ? result >= 0 : result !== silent;
};

/**
 * Whether there is a request that the first task made three times: with nobody there; when a module had been loaded, and
 * it was answered; and when that had been unloaded, with nobody there again.
 * @param results of that task's calls, in order
 */
export const showsExtension = (workload: Workload, results: readonly number[]): boolean => {
  const calls = callsOf(workload);
  const done = (name: CallName, from: number): number[] =>
    calls.flatMap(({ call: other }, at) =>
      other === name && at > from && results[at] === 0 ? [at] : [],
    );
  return calls.some((made, before) => {
    if (made.call !== 'ask' && made.call !== 'useModule') return false;
    const silent = nobody(made);
    const key = JSON.stringify(made.args);
    const same = (at: number): boolean =>
      calls[at]?.call === made.call && JSON.stringify(calls[at]?.args) === key;
    const answeredIn = (from: number, to: number): boolean =>
      results.some((result, at) => at > from && at < to && same(at) && isAnswered(made, result));
    const silentAfter = (from: number): boolean =>
      results.some((result, at) => at > from && same(at) && result === silent);
    if (results[before] !== silent) return false;
    return done('loadModule', before).some((loaded) =>
      done('unloadModule', loaded)
        .filter((unloaded) => calls[unloaded]?.args[0] === calls[loaded]?.args[0])
        .some((unloaded) => answeredIn(loaded, unloaded) && silentAfter(unloaded)),
    );
  });
};
