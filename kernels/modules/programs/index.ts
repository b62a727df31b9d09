/** The programs that modules may have as their code, by name. */
import type { ModuleProgramName } from '../../../spec/extensions.ts';
import type { ModuleProgram } from '../program.ts';
import { counter } from './counter.ts';
import { diskDriverProgram } from './disk-driver.ts';
import { framebufferDriverProgram } from './framebuffer-driver.ts';
import { limited } from './limited.ts';
import { networkDriverProgram } from './network-driver.ts';
import { sleeper } from './sleeper.ts';

export type ModulePrograms = Readonly<Record<ModuleProgramName, ModuleProgram>>;

export const modulePrograms: ModulePrograms = {
  counter,
  sleeper,
  'disk-driver': diskDriverProgram,
  'network-driver': networkDriverProgram,
  'framebuffer-driver': framebufferDriverProgram,
  limited,
};
