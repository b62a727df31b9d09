/** A witness told in short lines: what each task does, what goes wrong, and how it ends. */
import type { Operation, Workload } from '../../spec/workload.ts';
import { hex } from '../explain/text.ts';
import type { Shape } from './families.ts';
import type { FaultRun } from './faults.ts';
import type { Witness } from './verdict.ts';

const MOST_STEPS = 6;

const stepText = (operation: Operation): string | undefined => {
  switch (operation.op) {
    case 'call':
      return `${operation.call}(${operation.args.map((arg) => (typeof arg === 'number' && arg > 9 ? hex(arg) : String(arg))).join(', ')})`;
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
    const steps = (workload.programs[program]?.bodies ?? []).flat();
    const told = steps.flatMap((step) => stepText(step) ?? []);
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
  workload: Workload,
  sides: readonly (readonly [string, number])[],
  unit: string,
): Witness => ({
  story: [
    ...taskLines(workload),
    sides.map(([label, value]) => `${label}: ${Math.round(value * 10) / 10} ${unit}`).join('; '),
  ],
  workload,
});

export const shapeText = ({ family, tasks, rounds, bytes, harts, tlbEntries }: Shape): string =>
  `${family} × ${rounds}, ${bytes} bytes, ${tasks} ${tasks === 1 ? 'task' : 'tasks'}, ${harts} ${harts === 1 ? 'hart' : 'harts'}, TLB of ${tlbEntries}`;
