/** The programs that modules may have as their code, by name. */
import type { ModuleProgramName } from '../../../spec/extensions.ts';
import type { ModuleProgram } from '../program.ts';
import { capabilityLsm } from './capability-lsm.ts';
import { counter } from './counter.ts';
import { datagramProtocol } from './datagram-protocol.ts';
import { diskDriverProgram } from './disk-driver.ts';
import { framebufferDriverProgram } from './framebuffer-driver.ts';
import { ipTables } from './ip-tables/index.ts';
import { limited } from './limited.ts';
import { matchLimit } from './match-limit.ts';
import { matchPort } from './match-port.ts';
import { networkDriverProgram } from './network-driver.ts';
import { pathLsm } from './path-lsm.ts';
import { ramfs } from './ramfs/index.ts';
import { sleeper } from './sleeper.ts';
import { softdog } from './softdog.ts';
import { unionfs } from './unionfs/index.ts';

export type ModulePrograms = Readonly<Record<ModuleProgramName, ModuleProgram>>;

export const modulePrograms: ModulePrograms = {
  counter,
  sleeper,
  'disk-driver': diskDriverProgram,
  'network-driver': networkDriverProgram,
  'framebuffer-driver': framebufferDriverProgram,
  ramfs,
  unionfs,
  'ip-tables': ipTables,
  'match-port': matchPort,
  'match-limit': matchLimit,
  'datagram-protocol': datagramProtocol,
  'capability-lsm': capabilityLsm,
  'path-lsm': pathLsm,
  softdog,
  limited,
};
