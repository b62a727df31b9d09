/** What modules do, by the name of their program. */
import type { ModuleProgramName } from '../../../spec/extensions.ts';
import type { ModuleFacts } from '../../../spec/modules.ts';
import type { Behaviour } from '../behaviour.ts';
import { capabilityLsm } from './capability-lsm.ts';
import { counter } from './counter.ts';
import { datagramProtocol } from './datagram-protocol.ts';
import { diskDriver } from './disk-driver.ts';
import { framebufferDriver } from './framebuffer-driver.ts';
import { ipTables } from './ip-tables.ts';
import { limited } from './limited.ts';
import { matchLimit } from './match-limit.ts';
import { matchPort } from './match-port.ts';
import { networkDriver } from './network-driver.ts';
import { pathLsm } from './path-lsm.ts';
import { ramfs } from './ramfs.ts';
import { sleeper } from './sleeper.ts';
import { softdog } from './softdog.ts';
import { unionfs } from './unionfs.ts';

/** @param imports how many modules it imports from */
type BehaviourOf = (imports: number) => Behaviour;

const BEHAVIOURS: Readonly<Record<ModuleProgramName, BehaviourOf>> = {
  counter,
  sleeper,
  'disk-driver': diskDriver,
  'network-driver': networkDriver,
  'framebuffer-driver': framebufferDriver,
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

export const behaviourOf = ({ program = 'counter' }: ModuleFacts, imports: number): Behaviour =>
  BEHAVIOURS[program](imports);
