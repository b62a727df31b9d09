/** What modules have registered, and what becomes of requests to those who have. */
import { Errno } from '../../spec/errno.ts';
import {
  type ExtensionPoint,
  guardRequest,
  type Hook,
  isInner,
  keyOf,
  NOT_REGISTERED,
  POINT_RULES,
} from '../../spec/extensions.ts';
import type { ModuleFault } from '../../spec/modules.ts';
import type { Word } from '../../spec/riscv.ts';
import type { Outcomes, Surroundings } from './behaviour.ts';
import { type LoadedModule, lower, type ModulesState, raise } from './state.ts';

/** An answer that was seen decides among those that are allowed. */
export type Seen = number | undefined;

const isExclusive = ({ point }: Hook): boolean => POINT_RULES[point] === 'exclusive';

/** Why its init cannot register what it must: 0, it can. */
const registrationError = (state: ModulesState, { behaviour }: LoadedModule): number => {
  const { hooks = [], interrupts = [] } = behaviour;
  const conflicts = hooks.some(
    (hook) =>
      isExclusive(hook) &&
      state.hooks.some(({ point, key }) => point === hook.point && key === hook.key),
  );
  const held = interrupts.some((device) => state.interrupts.some((one) => one.device === device));
  return conflicts || held ? -Errno.EBUSY : 0;
};

/** What its init does. 0, or an error: then nothing is registered. */
export const register = (state: ModulesState, module: LoadedModule): number => {
  const error = registrationError(state, module);
  if (error < 0) return error;
  const { behaviour, facts } = module;
  for (const hook of behaviour.hooks ?? []) {
    const rank = state.hooks.filter(({ priority }) => priority <= hook.priority).length;
    state.hooks = state.hooks.toSpliced(rank, 0, { ...hook, module: facts.name });
  }
  for (const device of behaviour.interrupts ?? [])
    state.interrupts = [...state.interrupts, { module: facts.name, device }];
  if (behaviour.timer !== undefined) setTimer(state, facts.name, behaviour.timer);
  const { kept } = behaviour;
  if (kept && state.left.has(kept.device))
    module.inner = kept.find(module.inner, state.left.get(kept.device));
  if (behaviour.begin) module.inner = behaviour.begin(module.inner, around(state, module));
  return 0;
};

/** What its exit does. One that never had its device leaves nothing there. */
export const unregister = (state: ModulesState, module: LoadedModule): void => {
  const { name } = module.facts;
  const { kept, leave } = module.behaviour;
  if (kept && state.interrupts.some((one) => one.module === name && one.device === kept.device))
    state.left.set(kept.device, kept.leave(module.inner));
  leave?.(module.inner, around(state, module));
  const isOther = ({ module }: { readonly module: string }): boolean => module !== name;
  state.hooks = state.hooks.filter(isOther);
  state.interrupts = state.interrupts.filter(isOther);
  state.timers = state.timers.filter(isOther);
};

const setTimer = (state: ModulesState, module: string, ticks: number): void => {
  const others = state.timers.filter((timer) => timer.module !== module);
  state.timers = [...others, { module, ticks }];
};

const around = (state: ModulesState, module: LoadedModule): Surroundings => ({
  call: (to, request, argument) => {
    const owner = state.loaded.get(module.uses[to] ?? '');
    return owner ? run(state, owner, 'use', request, argument, undefined) : -Errno.ENOENT;
  },
  parameter: (index) => module.parameters[index] ?? 0,
  setTimer: (ticks) => setTimer(state, module.facts.name, ticks),
  cancelTimer: () => {
    const before = state.timers.length;
    state.timers = state.timers.filter((timer) => timer.module !== module.facts.name);
    return before - state.timers.length;
  },
  holdSelf: () => raise(state, module, 'users'),
  releaseSelf: () => void lower(state, module, 'users'),
  stateOf: (to) => state.loaded.get(module.uses[to] ?? '')?.inner,
  changeState: (to, inner) => {
    const owner = state.loaded.get(module.uses[to] ?? '');
    if (owner) owner.inner = inner;
  },
  caller: state.caller,
  ask: (point, request, argument) =>
    (isInner(point) ? answer : ask)(state, point, request, argument, undefined),
  hold: (point, key) => {
    const [owner] = askedAt(state, point, key);
    if (!owner) return -Errno.ENOENT;
    raise(state, owner, 'users');
    return 0;
  },
  release: (point, key) => release(state, point, key),
});

/** Whoever has nobody left goes when the operation is over. */
const release = (state: ModulesState, point: ExtensionPoint, key: number): number => {
  const hook = state.hooks.find((one) => one.point === point && one.key === key);
  const owner = state.loaded.get(hook?.module ?? '');
  if (!owner || !lower(state, owner, 'users')) return -Errno.EINVAL;
  state.released.add(owner.facts.name);
  return 0;
};

const choose = (outcomes: Outcomes<unknown>, seen: Seen) => {
  if (!Array.isArray(outcomes)) return outcomes as Exclude<typeof outcomes, readonly unknown[]>;
  return outcomes.find(({ answer }) => answer === seen) ?? outcomes[0];
};

/** One of its routines is called: does it go wrong now? Only in user space that has an outcome. */
export const strikes = (
  state: ModulesState,
  module: string,
  routine: ModuleFault['routine'],
): boolean => {
  if (!state.outside || state.faults.length === 0) return false;
  const key = `${module} ${routine}`;
  const calls = state.counts.get(key) ?? 0;
  state.counts.set(key, calls + 1);
  return state.faults.some(
    (fault) => fault.module === module && fault.routine === routine && fault.call === calls,
  );
};

/** One of its routines runs. */
const run = (
  state: ModulesState,
  module: LoadedModule,
  routine: 'use' | 'hook',
  request: Word,
  argument: Word,
  seen: Seen,
): number => {
  const { behaviour, facts } = module;
  if (module.over) return -Errno.EIO;
  if (strikes(state, facts.name, routine)) {
    module.over = true;
    unregister(state, module);
    return -Errno.EIO;
  }
  const outcome = choose(
    behaviour[routine]?.(module.inner, request, argument, around(state, module)) ?? [],
    seen,
  );
  if (!outcome) return 0;
  module.inner = outcome.state;
  return outcome.answer;
};

/** The same for whoever holds it only meanwhile. Where its count reaches the limit by that, it stays. */
export const runHeld = (
  state: ModulesState,
  module: LoadedModule,
  routine: 'use' | 'hook',
  request: Word,
  argument: Word,
  seen: Seen,
): number => {
  raise(state, module, 'users');
  const answer = run(state, module, routine, request, argument, seen);
  lower(state, module, 'users');
  return answer;
};

/** Hooks at a point whose modules are not GOING, in their order. */
const askedAt = (state: ModulesState, point: ExtensionPoint, key?: Word): LoadedModule[] =>
  state.hooks
    .filter((hook) => hook.point === point && (key === undefined || hook.key === key))
    .map(({ module }) => state.loaded.get(module))
    .filter((module) => module !== undefined)
    .filter((module) => module.state !== 'going');

const guard = (
  state: ModulesState,
  point: ExtensionPoint,
  request: Word,
  argument: Word,
): number => {
  for (const module of askedAt(state, 'security')) {
    const wanted = guardRequest(point, request);
    const answer = runHeld(state, module, 'hook', wanted, argument, undefined);
    if (answer >= 0) continue;
    state.refusals = [...state.refusals, answer];
    return answer;
  }
  return 0;
};

/** A request to whoever has registered at a point. */
export const ask = (
  state: ModulesState,
  point: ExtensionPoint,
  request: Word,
  argument: Word,
  seen: Seen,
): number => {
  if (isInner(point)) return NOT_REGISTERED;
  const refused = guard(state, point, request, argument);
  if (refused < 0 || POINT_RULES[point] === 'security') return refused;
  return answer(state, point, request, argument, seen);
};

/** The same once nobody refuses it. */
const answer = (
  state: ModulesState,
  point: ExtensionPoint,
  request: Word,
  argument: Word,
  seen: Seen,
): number => {
  if (POINT_RULES[point] === 'exclusive') {
    const [module] = askedAt(state, point, keyOf(request));
    return module ? runHeld(state, module, 'hook', request, argument, seen) : NOT_REGISTERED;
  }
  for (const module of askedAt(state, point)) {
    const answer = runHeld(state, module, 'hook', request, argument, undefined);
    if (answer <= 0) return answer;
  }
  return 1;
};

/** Time passes: timers that are due go off, in the order of their places. How many. */
export const tick = (state: ModulesState): number => {
  const counted = state.timers.map(({ module, ticks }) => ({ module, ticks: ticks - 1 }));
  const due = counted.filter(({ ticks }) => ticks <= 0);
  state.timers = counted.filter(({ ticks }) => ticks > 0);
  for (const { module: name } of due) {
    const module = state.loaded.get(name);
    if (module?.behaviour.due)
      module.inner = module.behaviour.due(module.inner, around(state, module));
  }
  return due.length;
};
