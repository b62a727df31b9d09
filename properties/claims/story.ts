/** A witness told in short lines: what each task does, what goes wrong, and how it ends. */
import { type Costs, DEFAULT_COSTS } from '../../hardware/costs.ts';
import { MODULE_CALLS } from '../../spec/calls/modules.ts';
import { resultName } from '../../spec/errno.ts';
import { EXTENSION_POINTS } from '../../spec/extensions.ts';
import { textAddress } from '../../spec/layout.ts';
import type { Argument, Operation, Workload } from '../../spec/workload.ts';
import { hex } from '../explain/text.ts';
import type { Sample } from './compare.ts';
import { COST_NAMES } from './counting.ts';
import type { Shape } from './families.ts';
import type { FaultRun } from './faults.ts';
import type { Witness } from './verdict.ts';

const MOST_STEPS = 8;

export type CallOperation = Operation & { readonly op: 'call' };

/** Paths are shown as what stands there. */
const argumentText = (argument: Argument, texts: readonly string[]): string => {
  if (typeof argument !== 'number' || argument <= 9) return String(argument);
  const text = texts.find((_, index) => textAddress(index) === argument);
  return text === undefined ? hex(argument) : `“${text}”`;
};

/** A module and an extension point are shown by name. */
const firstText = (
  { call, args }: CallOperation,
  modules: readonly string[],
): string | undefined => {
  const names = call === 'ask' ? EXTENSION_POINTS : modules;
  return MODULE_CALLS.some(({ name }) => name === call) ? names[Number(args[0])] : undefined;
};

const stepText = (
  operation: Operation,
  texts: readonly string[],
  modules: readonly string[],
): string | undefined => {
  switch (operation.op) {
    case 'call': {
      const [first, ...rest] = operation.args.map((one) => argumentText(one, texts));
      const args = [firstText(operation, modules) ?? first, ...rest];
      return `${operation.call}(${args.flatMap((one) => one ?? []).join(', ')})`;
    }
    case 'store':
      return `store ${hex(operation.va)}`;
    case 'load':
      return `load ${hex(operation.va)}`;
    default:
      return undefined;
  }
};

/**
 * @param results of the calls of the first task, in order: shown with them, all of them
 * @param textOf a call in other words, if there are any
 */
export const taskLines = (
  workload: Workload,
  results: readonly number[] = [],
  textOf: (made: CallOperation) => string | undefined = () => undefined,
): readonly string[] => {
  const modules = workload.modules?.files.map(({ name }) => name) ?? [];
  return workload.start.map((program, index) => {
    const { bodies = [], texts = [] } = workload.programs[program] ?? {};
    const left = index === 0 ? [...results] : [];
    const told = bodies.flat().flatMap((step) => {
      const own = step.op === 'call' ? textOf(step) : undefined;
      const text = own ?? stepText(step, texts, modules);
      const result = step.op === 'call' ? left.shift() : undefined;
      if (text === undefined) return [];
      return result === undefined ? text : `${text} = ${resultName(result >>> 0)}`;
    });
    const most = results.length > 0 ? told.length : MOST_STEPS;
    const rest = told.length > most ? `, … ${told.length - most} more` : '';
    const what = told.length === 0 ? 'computes' : told.slice(0, most).join(', ') + rest;
    return `task ${index + 1}: ${what}`;
  });
};

export const modeOf = (where: 'kernel' | 'user'): string =>
  where === 'kernel' ? 'supervisor mode' : 'user mode';

/** @param name of what went wrong */
export const endText = (
  run: Pick<FaultRun, 'clientsHit' | 'bystandersHit' | 'tasks' | 'fatal' | 'lastWords'>,
  name: string,
): string => {
  const hit = run.clientsHit + run.bystandersHit;
  return run.fatal
    ? `the hart stops: ${run.lastWords || 'nothing goes on'}; the whole system is lost`
    : `the system goes on; ${hit} of ${run.tasks} tasks ${hit === 1 ? 'is' : 'are'} hit, ${run.bystandersHit} of them without using ${name}`;
};

export const faultStory = (run: FaultRun): Witness => {
  const { fault, workload, placement } = run;
  const target = fault.va === undefined ? '' : ` at ${hex(fault.va)}`;
  return {
    story: [
      ...taskLines(workload),
      `${fault.service} (${modeOf(placement)}), at its request ${fault.request + 1}: ${fault.kind}${target}`,
      endText(run, fault.service),
    ],
    workload,
  };
};

export const costStory = (
  { workload, shape }: Pick<Sample, 'workload' | 'shape'>,
  costs: Costs,
  unit: string,
  sides: readonly (readonly [string, number])[],
): Witness => ({
  story: [
    ...taskLines(workload),
    `on ${hartsText(shape)}, TLB of ${shape.tlbEntries}; ${costsText(costs)}`,
    sides.map(([label, value]) => `${label}: ${Math.round(value * 10) / 10} ${unit}`).join('; '),
  ],
  workload,
});

const hartsText = ({ harts }: Shape): string => (harts === 1 ? '1 hart' : `${harts} harts`);

/** What is not as usual. */
const costsText = (costs: Costs): string => {
  const other = COST_NAMES.filter((name) => costs[name] !== DEFAULT_COSTS[name]);
  if (other.length === 0) return 'usual costs';
  return `usual costs, but ${other.map((name) => `${name} ${costs[name]}`).join(', ')}`;
};

export const shapeText = (shape: Shape): string => {
  const { family, tasks, rounds, bytes, tlbEntries } = shape;
  return `${family} × ${rounds}, ${bytes} bytes, ${tasks} ${tasks === 1 ? 'task' : 'tasks'}, ${hartsText(shape)}, TLB of ${tlbEntries}`;
};
