/**
 * Programs that the operator can start: small, and each for one thing that there is to see. Scripts where a few
 * instructions do; native routines where something is counted or said.
 */
import type { UserRoutine } from '../../hardware/contract.ts';
import { DIRECT_MAP } from '../../spec/layout.ts';
import type { Operation } from '../../spec/workload.ts';
import { failureText } from './failures.ts';
import { type Steps, System } from './system.ts';

export interface OperatorProgram {
  readonly name: string;
  readonly about: string;
  readonly code: readonly Operation[] | ((system: System) => Steps<void>);
}

const COUNT = 5;
/** Children that `bomb` starts at most. */
const MANY = 200;

function* count(system: System): Steps<void> {
  for (let number = 1; number <= COUNT; number++) {
    yield* system.print(`count: ${number} of ${COUNT}\n`);
    yield* system.call('yield');
  }
}

/** Starts children until the kernel refuses; then it gives all back. */
const bomb = (child: number) =>
  function* (system: System): Steps<void> {
    const children: number[] = [];
    let result = 0;
    while (children.length < MANY) {
      result = yield* system.call('spawn', child);
      if (result < 0) break;
      children.push(result);
    }
    const end = result < 0 ? `then ${failureText(result)}` : 'and the kernel still gives more';
    yield* system.print(`bomb: ${children.length} tasks, ${end}\n`);
    for (const tid of children) {
      yield* system.call('kill', tid);
      yield* system.call('wait', tid);
    }
    yield* system.print('bomb: all of them are gone again\n');
  };

/** Number of the first of them among the programs of the machine: the shell is number 0. */
export const FIRST_PROGRAM = 1;

export const OPERATOR_PROGRAMS: readonly OperatorProgram[] = [
  { name: 'spin', about: 'never ends: start it with &', code: [{ op: 'loop' }] },
  { name: 'count', about: `counts to ${COUNT}, and lets others run in between`, code: count },
  {
    name: 'crash',
    about: 'loads from address 0',
    code: [{ op: 'load', va: 0, rd: 'a0' }],
  },
  {
    name: 'wild',
    about: 'stores where the kernel is',
    code: [{ op: 'store', va: DIRECT_MAP, value: 0x57 }],
  },
  {
    name: 'seize',
    about: 'attempts to set the page tables',
    code: [{ op: 'privileged', instruction: 'csrw satp' }],
  },
  { name: 'bomb', about: 'starts tasks until it is refused', code: bomb(FIRST_PROGRAM) },
];

/** A program in user mode that ends well when it has done its work. */
export const routineOf = (
  code: (system: System) => Steps<void>,
  called: ConstructorParameters<typeof System>[1] = () => undefined,
): UserRoutine =>
  function* (cpu) {
    const system = new System(cpu, called);
    yield* system.begin();
    yield* code(system);
    yield* system.call('exit', 0);
  };
