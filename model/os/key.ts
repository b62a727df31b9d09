/** What makes two states of the abstract OS the same. */
import type { OsState } from './state.ts';

/** What tells two states apart: everything but counters that only grow. */
export const keyOf = (state: OsState): string => {
  const {
    setting,
    taken,
    dispatches,
    waste,
    asked,
    nextPage,
    nextSpace,
    lastVictim,
    placement,
    ...rest
  } = state;
  void [setting, taken, dispatches, waste, asked, nextPage, nextSpace, lastVictim, placement];
  return JSON.stringify(rest, (name, value: unknown) => {
    if (value instanceof Map) return [...value];
    return name === 'sinceTrap' ||
      name === 'waited' ||
      name === 'ranAt' ||
      name === 'storedAt' ||
      name === 'last'
      ? undefined
      : value;
  });
};
