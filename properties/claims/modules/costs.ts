/**
 * What modules cost where they run in the kernel and where each is a process: the same kernel, the same tasks, the same
 * modules. Cycles, with the usual costs, are those of a task alone from a call to its return; what a device takes for its
 * own work is the same in both.
 */
import fc from 'fast-check';
import type { Kernel } from '../../../hardware/contract.ts';
import { Arena, runWorkload } from '../../../hardware/run.ts';
import { buildModular } from '../../../kernels/modules/kernel.ts';
import { Decoder } from '../../../model/abstraction/decode.ts';
import { initialState } from '../../../model/os/state.ts';
import type { CallName } from '../../../spec/abi.ts';
import { MODULE_TID, MODULE_WINDOW } from '../../../spec/layout.ts';
import {
  MODULE_USE_NAMES,
  type ModuleUse,
  programsOf,
  type UsedProgram,
} from '../../../spec/module-uses.ts';
import { RECORD_WORDS, RecordKind, type RunLog } from '../../../spec/records.ts';
import { Cause, type Frame, rootOf, wordIn } from '../../../spec/riscv.ts';
import type { Workload } from '../../../spec/workload.ts';
import { blastRadius } from '../faults.ts';
import { alone, callsOf, workloadOf } from './extension.ts';
import { runModuleFaults } from './faults.ts';

/** Modules of one use, in one place. */
export interface ModuleRow {
  readonly use: ModuleUse;
  readonly home: 'kernel' | 'user';
  readonly programs: readonly string[];
  /** Of a call, on average. */
  readonly load: number;
  readonly request: number;
  readonly unload: number;
  /** Of a request, on average. */
  readonly modeSwitches: number;
  readonly spaceSwitches: number;
  /** That a module has while it is LIVE, its tables among them, on average. */
  readonly frames: number;
  /** Of faults of theirs. */
  readonly blastRadius: number;
  readonly faults: number;
  /** Those that end the whole system. */
  readonly fatal: number;
}

/** The bare kernel, which leaves all devices to modules. */
export const modularKernels: readonly Kernel[] = (['kernel', 'user'] as const).map((home) =>
  buildModular({ modules: { home } }),
);

const arena = new Arena();

interface CallCost {
  readonly cycles: number;
  readonly modeSwitches: number;
  readonly spaceSwitches: number;
}

const TASK = 1;

/** Of each call of the only task, in order, as far as they return. One hart. */
export const costsOfCalls = ({ words, length }: RunLog): readonly CallCost[] => {
  const costs: CallCost[] = [];
  let [modeSwitches, spaceSwitches, root] = [0, 0, -1];
  let begun: CallCost | undefined;
  const now = (at: number): CallCost => ({
    cycles: wordIn(words, at + 1),
    modeSwitches,
    spaceSwitches,
  });
  for (let at = 0; at < length; at += RECORD_WORDS) {
    const kind = wordIn(words, at) & 0xff;
    const isTask = wordIn(words, at + 2) === TASK;
    if (kind === RecordKind.satp && rootOf(wordIn(words, at + 3)) !== root) {
      root = rootOf(wordIn(words, at + 3));
      spaceSwitches += 1;
    }
    if (kind === RecordKind.trap && ((wordIn(words, at) >>> 12) & 0xf) === 0) {
      if (isTask && wordIn(words, at + 3) === Cause.userEcall) begun = now(at);
      modeSwitches += 1;
    }
    if (kind !== RecordKind.return) continue;
    modeSwitches += 1;
    if (isTask && begun) costs.push(difference(begun, now(at)));
    if (isTask) begun = undefined;
    at += 4 * RECORD_WORDS;
  }
  return costs;
};

const difference = (before: CallCost, after: CallCost): CallCost => ({
  cycles: after.cycles - before.cycles,
  modeSwitches: after.modeSwitches - before.modeSwitches,
  spaceSwitches: after.spaceSwitches - before.spaceSwitches,
});

/** The most frames at a return to the task: pages of modules in the kernel’s tables, and tables that only modules have. */
const framesOfModule = (kernel: Kernel, used: UsedProgram): number => {
  const workload = workloadOf(alone(used));
  const log = runWorkload(kernel, workload, { arena });
  const { layout, frames } = initialState(workload, kernel).setting;
  const decoder = new Decoder(log, layout, frames);
  const own = new Set<Frame>();
  const shared = new Set<Frame>();
  let most = 0;
  for (let event = decoder.read(); event; event = decoder.read()) {
    if (event.kind !== 'return') continue;
    for (const table of event.tables) (event.tid >= MODULE_TID ? own : shared).add(table);
    const pages = event.kernel.filter(({ vpn }) => vpn >= MODULE_WINDOW >>> 12);
    if (event.tid === TASK) most = Math.max(most, new Set(pages.map(({ frame }) => frame)).size);
  }
  const tables = [...own].filter((table) => !shared.has(table)).length;
  return (most + tables) / (workload.modules?.files.length ?? 1);
};

/** What a module is asked may be asked again, with few places in the TLB or many. */
const courses = fc.record({
  rounds: fc.integer({ min: 1, max: 3 }),
  tlbEntries: fc.constantFrom(4, 16, 64),
});

const mean = (numbers: readonly number[]): number =>
  numbers.length === 0 ? 0 : numbers.reduce((all, one) => all + one, 0) / numbers.length;

/** By name of the call, those that it was about the module. */
type Costs = Readonly<Partial<Record<CallName | 'request', readonly CallCost[]>>>;

const costsOn = (kernel: Kernel, workload: Workload): Costs => {
  const each = costsOfCalls(runWorkload(kernel, workload, { arena }));
  const of = (...names: readonly CallName[]): CallCost[] =>
    callsOf(workload).flatMap(({ call }, at) =>
      names.some((name) => name === call) ? (each[at] ?? []) : [],
    );
  // The first and the last of them nobody answers.
  const request = of('ask', 'useModule').slice(1, -1);
  return { loadModule: of('loadModule'), unloadModule: of('unloadModule'), request };
};

const rowOf = (kernel: Kernel, use: ModuleUse, seed: number, numRuns: number): ModuleRow => {
  const programs = programsOf(use);
  const runs = fc
    .sample(courses, { seed, numRuns })
    .flatMap((course) =>
      programs.map((used) => costsOn(kernel, workloadOf({ ...alone(used), ...course }))),
    );
  const of = (call: keyof Costs, measure: keyof CallCost): number =>
    mean(runs.flatMap((costs) => (costs[call] ?? []).map((cost) => cost[measure])));
  const faults = runModuleFaults(kernel, programs);
  return {
    use,
    home: kernel.modules ?? 'kernel',
    programs: programs.map(({ program }) => program),
    load: of('loadModule', 'cycles'),
    request: of('request', 'cycles'),
    unload: of('unloadModule', 'cycles'),
    modeSwitches: of('request', 'modeSwitches'),
    spaceSwitches: of('request', 'spaceSwitches'),
    frames: mean(programs.map((used) => framesOfModule(kernel, used))),
    blastRadius: blastRadius(faults),
    faults: faults.length,
    fatal: faults.filter(({ fatal }) => fatal).length,
  };
};

/** @param numRuns workloads of each program */
export const moduleRows = (seed: number, numRuns: number): readonly ModuleRow[] =>
  MODULE_USE_NAMES.flatMap((use) =>
    modularKernels.map((kernel) => rowOf(kernel, use, seed, numRuns)),
  );
