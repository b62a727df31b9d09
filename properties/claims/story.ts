/** A witness told in short lines: what each task does, what goes wrong, and how it ends. */
import { type Costs, DEFAULT_COSTS } from '../../hardware/costs.ts';
import { textAddress } from '../../spec/layout.ts';
import type { Argument, Operation, Workload } from '../../spec/workload.ts';
import { hex } from '../explain/text.ts';
import type { Sample } from './compare.ts';
import { COST_NAMES } from './counting.ts';
import type { Shape } from './families.ts';
import type { FaultRun } from './faults.ts';
import type { Witness } from './verdict.ts';

const MOST_STEPS = 8;

/** Paths are shown as what stands there. */
const argumentText = (argument: Argument, texts: readonly string[]): string => {
  if (typeof argument !== 'number' || argument <= 9) return String(argument);
  const text = texts.find((_, index) => textAddress(index) === argument);
  return text === undefined ? hex(argument) : `“${text}”`;
};

const stepText = (operation: Operation, texts: readonly string[]): string | undefined => {
  switch (operation.op) {
    case 'call':
      return `${operation.call}(${operation.args.map((one) => argumentText(one, texts)).join(', ')})`;
    case 'store':
      return `store ${hex(operation.va)}`;
    case 'load':
      return `load ${hex(operation.va)}`;
    default:
      return undefined;
  }
};

const taskLines = (workload: Workload): readonly string[] =>
  workload.start.map((program, index) => {
    const { bodies = [], texts = [] } = workload.programs[program] ?? {};
    const told = bodies.flat().flatMap((step) => stepText(step, texts) ?? []);
    const rest = told.length > MOST_STEPS ? `, … ${told.length - MOST_STEPS} more` : '';
    const what = told.length === 0 ? 'computes' : told.slice(0, MOST_STEPS).join(', ') + rest;
    return `task ${index + 1}: ${what}`;
  });

export const faultStory = (run: FaultRun): Witness => {
  const { fault, workload, placement, tasks } = run;
  const where = placement === 'kernel' ? 'supervisor mode' : 'user mode';
  const target = fault.va === undefined ? '' : ` at ${hex(fault.va)}`;
  const hit = run.clientsHit + run.bystandersHit;
  const end = run.fatal
    ? `the hart stops: ${run.lastWords || 'nothing goes on'}; the whole system is lost`
    : `the system goes on; ${hit} of ${tasks} tasks ${hit === 1 ? 'is' : 'are'} hit, ${run.bystandersHit} of them without using ${fault.service}`;
  return {
    story: [
      ...taskLines(workload),
      `${fault.service} (${where}), at its request ${fault.request + 1}: ${fault.kind}${target}`,
      end,
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
