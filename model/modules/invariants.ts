/** What holds of modules in every reachable state. */
import { limitOf, type ModulesState, pagesOf } from './state.ts';

export const MODULE_INVARIANTS: readonly {
  readonly name: string;
  readonly holds: (state: ModulesState) => boolean;
}[] = [
  {
    name: 'a module counts exactly those that import from it',
    holds: ({ loaded }) =>
      [...loaded].every(
        ([name, { dependants }]) =>
          [...loaded.values()].filter(({ uses }) => uses.includes(name)).length === dependants,
      ),
  },
  {
    name: 'whom a module imports from is there, and neither UNFORMED nor COMING any more',
    holds: ({ loaded }) =>
      [...loaded.values()].every(({ uses }) =>
        uses.every((owner) => ['live', 'going'].includes(loaded.get(owner)?.state ?? '')),
      ),
  },
  {
    name: 'a module that is UNFORMED imports from nobody, and nobody from it',
    holds: ({ loaded }) =>
      [...loaded.values()].every(
        ({ state, uses, dependants }) =>
          state !== 'unformed' || (uses.length === 0 && dependants === 0),
      ),
  },
  {
    name: 'nobody imports from a module that is GOING',
    holds: ({ loaded }) =>
      [...loaded.values()].every(({ state, dependants }) => state !== 'going' || dependants === 0),
  },
  {
    name: 'nothing imports from itself, directly or not',
    holds: ({ loaded }) => {
      const reaches = (from: string, to: string, left: number): boolean =>
        (loaded.get(from)?.uses ?? []).some(
          (owner) => owner === to || left === 0 || reaches(owner, to, left - 1),
        );
      return [...loaded.keys()].every((name) => !reaches(name, name, loaded.size));
    },
  },
  {
    name: 'every symbol has one exporter, and it is there and formed',
    holds: ({ loaded, exporters }) =>
      [...exporters].every(([symbol, owner]) =>
        loaded.get(owner)?.facts.exports.some(({ name }) => name === symbol),
      ) &&
      [...loaded.values()].every(({ facts, state }) =>
        facts.exports.every(
          ({ name }) => (exporters.get(name) === facts.name) === (state !== 'unformed'),
        ),
      ),
  },
  {
    name: 'counts are never below zero, and those of users and loads never above their limit',
    holds: (state) =>
      [...state.loaded.values()].every(
        ({ users, loads, dependants }) =>
          Math.min(users, loads, dependants) >= 0 && Math.max(users, loads) <= limitOf(state),
      ),
  },
  {
    name: 'pages in use are those of the modules that are there, and no more than there are',
    holds: ({ loaded, pagesUsed, pages }) =>
      [...loaded.values()].reduce((sum, one) => sum + pagesOf(one.facts, one.state), 0) ===
        pagesUsed && pagesUsed <= pages,
  },
  {
    name: 'where signatures are enforced, nothing is there without a valid one',
    holds: ({ loaded, settings }) =>
      !settings.enforceSignatures ||
      [...loaded.values()].every(({ facts }) => facts.signature === 'valid'),
  },
  {
    name: 'a module is there only while somebody refers to it, or where it does not go by itself (kld)',
    holds: ({ loaded, settings }) =>
      !settings.policy.counts ||
      [...loaded.values()].every(
        ({ facts: { exit, quiesce = 0, veto = 0 }, state, loads, users, dependants }) =>
          state !== 'live' || loads + users + dependants > 0 || !exit || quiesce + veto > 0,
      ),
  },
];
