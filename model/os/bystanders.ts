/**
 * Bystanders of a fault: tasks that boot starts, that use no service which goes wrong, and whose every result has one
 * outcome. What such a task sees is the same with the fault and without it.
 *
 * All of this is read off the text, on the safe side. A bystander makes no tasks and deals with none: their ids, and who
 * ends when, are the kernel's choice. It executes nothing that it has stored. The file system is common to all, so it
 * may use that only where nobody else does; datagrams are lost where they come too fast, so it sends none.
 */
import { type AbiGroup, CALLS, callByNumber } from '../../spec/abi.ts';
import { INPUT_CALL } from '../../spec/calls/terminal.ts';
import { USER_TEXT } from '../../spec/layout.ts';
import { Pte, type Tid } from '../../spec/riscv.ts';
import type { Operation, Program, Workload } from '../../spec/workload.ts';

/** Where the services of a kernel are, if it has any. */
interface Placed {
  readonly services?: readonly { readonly name: string; readonly placement: 'kernel' | 'user' }[];
}

/** The services that calls of a group may need, some of them through others. Pages come from the memory service. */
const NEEDS: Readonly<Partial<Record<AbiGroup, readonly string[]>>> = {
  memory: ['memory'],
  protection: ['memory'],
  console: ['console'],
  files: ['files', 'disk'],
};

/** Calls on tasks that concern the caller alone. */
const ALONE: readonly string[] = ['yield', 'exit'];

/** The services that go wrong in a run, or lose their device. */
export const brokenServices = ({ faults = [], devices }: Workload): readonly string[] => [
  ...faults.map(({ service }) => service),
  ...(devices?.diskStuckAfter === undefined ? [] : ['disk']),
];

export const isOutside = ({ services = [] }: Placed, name: string): boolean =>
  services.some((service) => service.name === name && service.placement === 'user');

/** Their tids; none where a service in the kernel goes wrong, for that may hit anybody. */
export const bystandersOf = (workload: Workload, claims: Placed): readonly Tid[] => {
  const broken = brokenServices(workload);
  if (broken.length === 0 || !broken.every((name) => isOutside(claims, name))) return [];
  const { programs, start } = workload;
  return start.flatMap((index, at) => {
    const program = programs[index];
    const apart = program !== undefined && isApart(program, broken);
    const filing = apart && usesFiles(program);
    return apart && !(filing && sharesFiles(workload, index)) ? [at + 1] : [];
  });
};

const operationsOf = ({ bodies }: Program): readonly Operation[] => bodies.flat();

const isApart = (program: Program, broken: readonly string[]): boolean =>
  operationsOf(program).every(
    (operation) => operation.op !== 'call' || isCallApart(operation, broken),
  );

const isCallApart = (operation: CallOperation, broken: readonly string[]): boolean => {
  const group = groupOf(operation);
  // There is no such call, so it fails whoever asks.
  if (group === undefined) return operation.call !== INPUT_CALL;
  if (group === 'tasks') return ALONE.includes(nameOf(operation) ?? '');
  const needs = NEEDS[group];
  if (!needs || needs.some((service) => broken.includes(service))) return false;
  return group !== 'protection' || !grantsExecute(operation);
};

type CallOperation = Extract<Operation, { op: 'call' }>;

const nameOf = ({ call }: CallOperation): string | undefined =>
  typeof call === 'number' ? callByNumber(call)?.name : call;

const groupOf = (operation: CallOperation): AbiGroup | undefined => {
  const name = nameOf(operation);
  return CALLS.find((one) => one.name === name)?.group;
};

/** On its own text protect is refused whatever the rights are. */
const grantsExecute = ({ args: [va, prot] }: CallOperation): boolean =>
  va !== USER_TEXT && (typeof prot !== 'number' || prot === (Pte.R | Pte.X));

const usesFiles = (program: Program): boolean =>
  operationsOf(program).some(
    (operation) => operation.op === 'call' && groupOf(operation) === 'files',
  );

/** May another task use the file system? */
const sharesFiles = ({ programs, start }: Workload, index: number): boolean =>
  start.filter((one) => one === index).length > 1 ||
  programs.some((program, other) => other !== index && usesFiles(program)) ||
  programs.some((program) => operationsOf(program).some(spawns));

const spawns = (operation: Operation): boolean =>
  operation.op === 'call' && operation.call === 'spawn';
