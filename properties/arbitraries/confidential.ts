/**
 * Pairs for the two-run property: workloads that differ only in the words that one program's tasks store.
 *
 * Those words must reach no address, argument, jump, shared page or console, or a difference would be the program's own
 * doing. So the program sends nothing to the console, to files or to others, shares nothing and is shared nothing, executes nothing that it
 * stored, and what it loads reaches no argument. All of this is read off the text, on the safe side.
 */
import { DATAGRAM_CALLS } from '../../spec/calls/datagrams.ts';
import { FILE_CALLS } from '../../spec/calls/files.ts';
import { USER_TEXT } from '../../spec/layout.ts';
import { Pte, type RegisterName } from '../../spec/riscv.ts';
import type { Operation, Program, Workload } from '../../spec/workload.ts';

/**
 * The program that has a secret; `undefined`: none of the workload has one.
 * @param turn which of the programs that qualify, counted round and round
 */
export const secretProgramOf = (workload: Workload, turn = 0): number | undefined => {
  const secretive = [...workload.programs.keys()].filter((program) =>
    isSecretive(workload, program),
  );
  return secretive[turn % Math.max(1, secretive.length)];
};

/** Can the words that this program stores be taken as its secret, with others around who may find out? */
export const isSecretive = (workload: Workload, program: number): boolean => {
  const secretive = workload.programs[program];
  return (
    secretive !== undefined &&
    workload.programs.length > 1 &&
    operationsOf(secretive).some(storesSecret) &&
    isDiscreet(secretive) &&
    argumentsAreClean(secretive) &&
    !workload.programs.some((other) => mayShareWith(other, program))
  );
};

/** The same workload, with other words stored by one program. */
export const withOtherSecrets = (workload: Workload, program: number): Workload => ({
  ...workload,
  programs: workload.programs.map((one, index) =>
    index === program ? { ...one, bodies: one.bodies.map((body) => body.map(otherSecret)) } : one,
  ),
});

const operationsOf = ({ bodies }: Program): readonly Operation[] => bodies.flat();

const storesSecret = (operation: Operation): boolean =>
  operation.op === 'store' && typeof operation.value === 'number';

const otherSecret = (operation: Operation): Operation =>
  operation.op === 'store' && typeof operation.value === 'number'
    ? { ...operation, value: operation.value === 0 ? 1 : 0 }
    : operation;

/** Calls by which a task tells others what it has: files and datagrams are there for that. */
const OUTLETS: ReadonlySet<string | number> = new Set<string>([
  'share',
  'write',
  ...[...FILE_CALLS, ...DATAGRAM_CALLS].map(({ name }) => name),
]);

const isDiscreet = (program: Program): boolean =>
  operationsOf(program).every((operation) => {
    if (operation.op !== 'call') return true;
    if (OUTLETS.has(operation.call)) return false;
    return operation.call !== 'protect' || !grantsExecute(operation);
  });

/** On its own text protect is refused whatever the rights are. */
const grantsExecute = ({ args: [va, prot] }: Operation & { op: 'call' }): boolean =>
  va !== USER_TEXT && (typeof prot !== 'number' || prot === (Pte.R | Pte.X));

/** What is loaded reaches no argument of a call, not even one that stays in a register from before. */
const argumentsAreClean = (program: Program): boolean => {
  const tainted = taintedRegisters(operationsOf(program));
  if (['a0', 'a1', 'a2'].some((name) => tainted.has(name))) return false;
  return operationsOf(program).every(
    (operation) =>
      operation.op !== 'call' ||
      operation.args.every((argument) => typeof argument === 'number' || !tainted.has(argument)),
  );
};

/** Registers that a loaded word may get into, at any time. */
const taintedRegisters = (operations: readonly Operation[]): ReadonlySet<string> => {
  const tainted = new Set<string>();
  for (let before = -1; before !== tainted.size; ) {
    before = tainted.size;
    for (const operation of operations) {
      if (operation.op === 'load') tainted.add(operation.rd);
      else if (operation.op === 'move' && tainted.has(operation.rs)) tainted.add(operation.rd);
    }
  }
  return tainted;
};

/** May a task of this program share a page with one of `program`, which only its parent can do? */
const mayShareWith = (parent: Program, program: number): boolean => {
  const operations = operationsOf(parent);
  if (!operations.some((operation) => spawns(operation, program))) return false;
  const holders = tidHolders(operations, program);
  return operations.some((operation) => {
    if (operation.op !== 'call' || operation.call !== 'share') return false;
    const tid = operation.args[1];
    return typeof tid !== 'string' || holders.has(tid);
  });
};

const spawns = (operation: Operation | undefined, program: number): boolean =>
  operation?.op === 'call' &&
  operation.call === 'spawn' &&
  (operation.args[0] === program || typeof operation.args[0] !== 'number');

/** Registers that may hold the tid of a child that runs `program`: all but those that surely hold another's. */
const tidHolders = (
  operations: readonly Operation[],
  program: number,
): ReadonlySet<RegisterName> => {
  const holders = new Set<RegisterName>(['a0', 'a1', 'a2']);
  for (const [index, operation] of operations.entries()) {
    if (operation.op === 'set' || operation.op === 'load') holders.add(operation.rd);
    if (operation.op !== 'move') continue;
    const maker = operations[index - 1];
    const makesOther =
      operation.rs === 'a0' &&
      maker?.op === 'call' &&
      (maker.call === 'thread' || maker.call === 'spawn') &&
      !spawns(maker, program);
    if (!makesOther) holders.add(operation.rd);
  }
  return holders;
};
