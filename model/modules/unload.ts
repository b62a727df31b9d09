/** How a module goes: GOING, gone; and under kld those with it that nobody refers to any more. */
import { Errno } from '../../spec/errno.ts';
import type { UnloadRefusal, UnloadRule } from '../../spec/modules.ts';
import { strikes, unregister } from './extensions.ts';
import { type LoadedModule, lower, type ModulesState, pagesOf } from './state.ts';

const UNLOAD: Readonly<
  Record<UnloadRefusal, (state: ModulesState, module: LoadedModule | undefined) => boolean>
> = {
  disabled: ({ settings }) => settings.disabled,
  unknown: (_, module) => module === undefined || module.state === 'unformed',
  'depended on': (_, module) => (module?.dependants ?? 0) > 0,
  'not live': (_, module) => module?.state !== 'live',
  'not loaded by a user': (_, module) => module?.loads === 0,
  kept: ({ settings }, module) => settings.kept?.includes(module?.facts.name ?? '') === true,
  quiesce: (_, module) => (module?.facts.quiesce ?? 0) !== 0,
  'in use': (_, module) => (module?.users ?? 0) > 0,
  'no exit': (_, module) => module?.facts.exit === false,
  veto: (_, module) => (module?.facts.veto ?? 0) !== 0,
};

/** The errno of a rule that refuses: where the module refuses, its own. */
const errnoOf = (
  { unless, errno }: UnloadRule,
  facts: Partial<LoadedModule['facts']> = {},
): number => (unless === 'quiesce' || unless === 'veto' ? (facts[unless] ?? errno) : errno);

/** The first of these rules that refuses; 0: none does. */
const refusal = (
  state: ModulesState,
  module: LoadedModule | undefined,
  rules: readonly UnloadRule[],
): number => {
  const rule = rules.find(({ unless }) => UNLOAD[unless](state, module));
  return rule ? -errnoOf(rule, module?.facts) : 0;
};

/** It goes, now or when its exit is asked for; force has had to do with it where a rule is against it. */
const go = (state: ModulesState, module: LoadedModule, force: boolean): void => {
  const lasts = state.settings.policy.unload.filter(({ last }) => last);
  if (force && refusal(state, module, lasts) < 0) state.taints.add('forced');
  module.state = 'going';
  module.loads = 0;
  module.forced = force;
};

export const unload = (
  state: ModulesState,
  module: LoadedModule | undefined,
  force: boolean,
): number => {
  const { policy } = state.settings;
  const others = module ? module.loads - 1 + module.dependants : 0;
  const stays = policy.counts && others > 0;
  const rules = policy.unload.filter(
    ({ last, forcible }) => !(stays && last) && !(force && forcible),
  );
  const refused = refusal(state, module, rules);
  if (refused < 0) return refused;
  if (!module) return -Errno.ENOENT;
  if (stays) lower(state, module, 'loads');
  else go(state, module, force);
  return 0;
};

export const exit = (state: ModulesState, module: LoadedModule | undefined): number => {
  if (module?.state !== 'going') return -Errno.EINVAL;
  runExit(state, module);
  forget(state, module);
  return 0;
};

/** Whatever becomes of it, the module goes. */
const runExit = (state: ModulesState, { facts, over }: LoadedModule): void => {
  if (facts.exit && !over) strikes(state, facts.name, 'exit');
};

/** It is no more, and refers to nobody. */
export const forget = (state: ModulesState, module: LoadedModule): void => {
  const { facts, uses, forced } = module;
  unregister(state, module);
  state.loaded.delete(facts.name);
  state.before.add(facts.name);
  state.pagesUsed -= pagesOf(facts, module.state);
  for (const { name } of facts.exports)
    if (state.exporters.get(name) === facts.name) state.exporters.delete(name);
  for (const name of uses) {
    const owner = state.loaded.get(name);
    if (!owner) continue;
    owner.dependants -= 1;
    leaveAlone(state, owner, forced);
  }
};

/** Under kld a module that nobody refers to any more goes by itself, unless it refuses. */
export const leaveAlone = (state: ModulesState, module: LoadedModule, force: boolean): void => {
  const { policy } = state.settings;
  if (!policy.counts || module.state !== 'live') return;
  if (module.loads + module.users + module.dependants > 0) return;
  const rules = policy.unload.filter(({ last, forcible }) => last && !(force && forcible));
  if (refusal(state, module, rules) < 0) return;
  go(state, module, force);
  runExit(state, module);
  forget(state, module);
};
