/** What modules do, by the name of their program. */
import type { ModuleProgramName } from '../../../spec/extensions.ts';
import type { ModuleFacts } from '../../../spec/modules.ts';
import type { Behaviour } from '../behaviour.ts';
import { counter } from './counter.ts';
import { diskDriver } from './disk-driver.ts';
import { framebufferDriver } from './framebuffer-driver.ts';
import { limited } from './limited.ts';
import { networkDriver } from './network-driver.ts';
import { sleeper } from './sleeper.ts';

/** @param imports how many modules it imports from */
type BehaviourOf = (imports: number) => Behaviour;

const BEHAVIOURS: Readonly<Record<ModuleProgramName, BehaviourOf>> = {
  counter,
  sleeper,
  'disk-driver': diskDriver,
  'network-driver': networkDriver,
  'framebuffer-driver': framebufferDriver,
  limited,
};

export const behaviourOf = ({ program = 'counter' }: ModuleFacts, imports: number): Behaviour =>
  BEHAVIOURS[program](imports);
