/**
 * Pairs for the two-run property: workloads that differ only in the words that one program's tasks store. Those words
 * must reach no address, argument, jump, shared page or console, or a difference would be the program's own doing.
 */
import type { Operation, Program, Workload } from '../../spec/workload.ts';

export interface ConfidentialPair {
  readonly a: Workload;
  readonly b: Workload;
  readonly secretProgram: number;
}

const makesCall = (operation: Operation, ...names: readonly string[]): boolean =>
  operation.op === 'call' && names.includes(String(operation.call));

const storesNumber = (operation: Operation): boolean =>
  operation.op === 'store' && typeof operation.value === 'number';

/** It publishes nothing: no sharing, no console, and it executes nothing that it stored. */
const isDiscreet = ({ bodies }: Program): boolean =>
  bodies.every((body) =>
    body.every(
      (operation) =>
        !makesCall(operation, 'share', 'write', 'protect') &&
        !(operation.op === 'jump' && operation.va >>> 12 !== 1),
    ),
  );

const stores = ({ bodies }: Program): boolean => bodies.some((body) => body.some(storesNumber));

/** Programs that may be given a shared page: those that a task which shares could have spawned. */
const mayBeShared = (workload: Workload, program: number): boolean =>
  workload.programs.some(({ bodies }) =>
    bodies.some(
      (body) =>
        body.some((operation) => makesCall(operation, 'share')) &&
        body.some(
          (operation) =>
            operation.op === 'call' && operation.call === 'spawn' && operation.args[0] === program,
        ),
    ),
  );

/** The other word: what is stored in run B in place of a word of run A. */
export const otherWord = (word: number): number => (word === 0 ? 1 : 0);

/** The same workload, with other words stored by one program. */
export const withOtherSecrets = (workload: Workload, program: number): Workload => ({
  ...workload,
  programs: workload.programs.map((one, index) =>
    index === program ? { bodies: one.bodies.map((body) => body.map(otherSecret)) } : one,
  ),
});

const otherSecret = (operation: Operation): Operation =>
  operation.op === 'store' && typeof operation.value === 'number'
    ? { ...operation, value: otherWord(operation.value) }
    : operation;

/** Whether the words that this program stores can be taken as its secret. */
export const isSecretive = (workload: Workload, program: number): boolean => {
  const one = workload.programs[program];
  return (
    one !== undefined &&
    workload.programs.length > 1 &&
    isDiscreet(one) &&
    stores(one) &&
    !mayBeShared(workload, program)
  );
};

/** @param turn which of the programs that qualify has the secret, counted round and round */
export const confidentialPair = (workload: Workload, turn = 0): ConfidentialPair | undefined => {
  const secretive = [...workload.programs.keys()].filter((index) => isSecretive(workload, index));
  const secretProgram = secretive[turn % Math.max(1, secretive.length)];
  if (secretProgram === undefined) return undefined;
  return { a: workload, b: withOtherSecrets(workload, secretProgram), secretProgram };
};
