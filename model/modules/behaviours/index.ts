/** What modules do, by the name of their program. */
import type { ModuleProgramName } from '../../../spec/extensions.ts';
import type { ModuleFacts } from '../../../spec/modules.ts';
import type { Behaviour } from '../behaviour.ts';
import { counter } from './counter.ts';
import { sleeper } from './sleeper.ts';

/** @param imports how many modules it imports from */
type BehaviourOf = (imports: number) => Behaviour;

const BEHAVIOURS: Readonly<Record<ModuleProgramName, BehaviourOf>> = { counter, sleeper };

export const behaviourOf = ({ program = 'counter' }: ModuleFacts, imports: number): Behaviour =>
  BEHAVIOURS[program](imports);
