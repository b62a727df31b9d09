/** The programs that modules may have as their code, by name. */
import type { ModuleProgramName } from '../../../spec/extensions.ts';
import type { ModuleProgram } from '../program.ts';
import { counter } from './counter.ts';
import { sleeper } from './sleeper.ts';

export type ModulePrograms = Readonly<Record<ModuleProgramName, ModuleProgram>>;

export const modulePrograms: ModulePrograms = { counter, sleeper };
