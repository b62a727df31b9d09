/**
 * Whose code runs where signatures are enforced, as the machine has it: not what a loader answers, but which program was
 * really fetched and entered. Files that the kernel can trust have one program, all others another one.
 */
import type { ModuleProgram, ModuleRoutine } from '../../kernels/modules/program.ts';
import { modulePrograms } from '../../kernels/modules/programs/index.ts';
import type { ModuleFacts, ModuleOperation } from '../../spec/modules.ts';
import type { ModuleCase } from './arbitrary.ts';
import type { ModuleViolation } from './judge.ts';
import { type Changes, runModules } from './world.ts';

const TRUSTED = 'counter';
const UNTRUSTED = 'limited';

const programOf = ({ parameters: _, ...facts }: ModuleFacts): ModuleFacts => ({
  ...facts,
  program: facts.signature === 'valid' ? TRUSTED : UNTRUSTED,
});

/** The same world, where signatures are enforced and programs show who is trusted. */
export const trustCaseOf = ({ world, operations }: ModuleCase): ModuleCase => ({
  world: {
    ...world,
    files: world.files.map(programOf),
    settings: { ...world.settings, enforceSignatures: true },
  },
  operations,
});

/** The program, with somebody who is told when one of its routines runs. */
const overheard = (program: ModuleProgram, ran: () => void): ModuleProgram => {
  const heard =
    (routine: ModuleRoutine): ModuleRoutine =>
    (...call) => {
      ran();
      return routine(...call);
    };
  const { init, exit, use } = program;
  return { ...program, init: heard(init), exit: heard(exit), use: heard(use) };
};

/** What ran, so that a pass means something. */
export interface TrustJudgement {
  readonly violation: ModuleViolation | undefined;
  readonly trusted: number;
}

/** @param one a case of `trustCaseOf` */
export const judgeTrust = (one: ModuleCase, changed: Changes = {}): TrustJudgement => {
  let [trusted, untrusted, done] = [0, 0, 0];
  const onTrusted = (): void => {
    trusted += 1;
  };
  const onUntrusted = (): void => {
    untrusted += 1;
  };
  let last: ModuleOperation | undefined;
  const programs = { ...modulePrograms, ...changed.programs };
  const heard = {
    ...programs,
    [TRUSTED]: overheard(programs[TRUSTED], onTrusted),
    [UNTRUSTED]: overheard(programs[UNTRUSTED], onUntrusted),
  };
  const after = (_: unknown, __: number, operation: ModuleOperation): boolean => {
    done += 1;
    last = operation;
    return untrusted > 0;
  };
  runModules(one.world, one.operations, { after }, { ...changed, programs: heard });
  if (untrusted === 0) return { violation: undefined, trusted };
  const violation: ModuleViolation = {
    property: 'modules/only-trusted-code',
    expected: 'nothing runs but what one of the kernel’s keys has signed',
    observed: 'code of another module does',
    done,
    operation: last,
  };
  return { violation, trusted };
};
