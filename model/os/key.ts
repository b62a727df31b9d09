/**
 * What makes two states of the abstract OS the same: everything that can matter to what is allowed from now on. Pages
 * are told apart by where they are mapped, not by their numbers; counters that only grow are left out.
 */
import type { OsState, Page, Task } from './state.ts';

export const keyOf = (state: OsState): string => {
  const names = new Map<number, number>();
  const pages: unknown[] = [];
  const nameOf = (id: number): number => {
    const known = names.get(id);
    if (known !== undefined) return known;
    const name = names.size;
    names.set(id, name);
    const page = state.pages.get(id);
    if (page) pages.push(pageKey(page));
    return name;
  };
  const spaces = [...state.spaces.values()].map((space) => [
    space.id,
    space.program,
    space.tasks,
    sorted(space.pages).map(([vpn, { page, rights }]) => [vpn, nameOf(page), rights]),
    sorted(space.formerly).map(([vpn]) => vpn),
  ]);
  const tasks = sorted(state.tasks).map(([, task]) => taskKey(task));
  const harts = state.harts.map(({ task, idle, ipiPending, waiting }) => [
    task,
    idle,
    ipiPending,
    waiting,
  ]);
  return JSON.stringify([tasks, spaces, pages, harts, [...state.pending].sort()]);
};

const sorted = <V>(map: ReadonlyMap<number, V>): [number, V][] =>
  [...map].sort(([a], [b]) => a - b);

const pageKey = ({ text, words, storedBy, mappings }: Page): unknown => [
  text,
  text ? words.size : sorted(words),
  storedBy !== 0,
  mappings,
];

const taskKey = ({
  tid,
  space,
  parent,
  status,
  hart,
  handledOn,
  pc,
  registers,
  call,
  fault,
  retries,
  dying,
  exitStatus,
  forgotten,
}: Task): unknown => [
  tid,
  space,
  parent,
  status,
  status === 'running' ? hart : -1,
  handledOn,
  pc,
  registers,
  call,
  fault,
  retries,
  dying,
  exitStatus,
  forgotten,
];
