/** A copy of a state that shares nothing that changes: for following two ways at once, each in place. */
import type { OsState, Page, Space, Task } from './state.ts';

const copyMap = <K, V>(map: ReadonlyMap<K, V>, copy: (value: V) => V): Map<K, V> => {
  const result = new Map<K, V>();
  for (const [key, value] of map) result.set(key, copy(value));
  return result;
};

const copyPage = (page: Page): Page =>
  page.text
    ? { ...page }
    : { ...page, words: new Map(page.words), unsure: page.unsure && new Map(page.unsure) };

const copySpace = (space: Space): Space => ({
  ...space,
  pages: copyMap(space.pages, (mapping) => ({ ...mapping })),
  formerly: new Map(space.formerly),
});

const copyTask = (task: Task): Task => ({
  ...task,
  registers: [...task.registers],
  call: task.call && { ...task.call },
});

export const copyState = (state: OsState): OsState => ({
  ...state,
  tasks: copyMap(state.tasks, copyTask),
  spaces: copyMap(state.spaces, copySpace),
  pages: copyMap(state.pages, copyPage),
  harts: state.harts.map((hart) => ({ ...hart })),
  pending: [...state.pending],
  placement: new Map(state.placement),
  serviceFrames: new Map(state.serviceFrames),
  moduleReach: new Map(state.moduleReach),
  taken: [...state.taken],
});
