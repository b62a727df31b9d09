/**
 * What modules have registered with the running kernel: hooks, timers and interrupts, in one frame of RAM; and how they
 * are called, by the addresses that stand there. Whether the code is still there nobody looks: that is the business of a
 * module's exit.
 *
 *     word 0     hooks: 64 × 8        in the order in which they are asked
 *     word 512   timers: 16 × 8
 *     word 640   interrupts: 8 × 8
 */
import { Device, type DeviceId, type DeviceName } from '../../spec/devices.ts';
import {
  EXTENSION_POINTS,
  type ExtensionPoint,
  guardRequest,
  isInner,
  keyOf,
  NOT_REGISTERED,
  POINT_RULES,
} from '../../spec/extensions.ts';
import type { Registrations } from '../../spec/modules.ts';
import { WORDS_PER_FRAME, type Word } from '../../spec/riscv.ts';
import { called, finish } from './life.ts';
import type { Entry, Loader, Registered, Steps, Work } from './loader.ts';
import type { ModuleEntry } from './program.ts';

/** Words of a place: who has it (its record; 0: nobody), what it is about, and what is called. */
export const PlaceWord = {
  record: 0,
  /** Of a hook: its point; of a timer: the ticks that are left; of an interrupt: the device. */
  point: 1,
  ticks: 1,
  device: 1,
  priority: 2,
  key: 3,
  routine: 4,
  data: 5,
  rodata: 6,
  imports: 7,
} as const;
const PLACE_WORDS = 8;

export interface Table {
  readonly first: number;
  readonly places: number;
}
export const HOOKS: Table = { first: 0, places: 64 };
export const TIMERS: Table = { first: 512, places: 16 };
export const INTERRUPTS: Table = { first: 640, places: 8 };

/** The address of a place, in words of RAM. */
const placeAt = ({ memory }: Loader, { first }: Table, index: number): number =>
  memory.registered * WORDS_PER_FRAME + first + index * PLACE_WORDS;

/** Places that somebody has, in order. */
export function* taken(loader: Loader, table: Table): Generator<number> {
  for (let index = 0; index < table.places; index++) {
    const at = placeAt(loader, table, index);
    if ((loader.ram[at] ?? 0) !== 0) yield at;
  }
}

/** One that nobody has; 0: all are taken. */
export const freePlace = (loader: Loader, table: Table): number => {
  for (let index = 0; index < table.places; index++) {
    const at = placeAt(loader, table, index);
    if ((loader.ram[at] ?? 0) === 0) return at;
  }
  return 0;
};

export const clearPlace = ({ ram }: Loader, at: number): void => {
  ram.fill(0, at, at + PLACE_WORDS);
};

/** Makes room for a hook behind those of at most its priority; 0: the table is full. */
export const insertHook = (loader: Loader, priority: number): number => {
  const { ram } = loader;
  if (freePlace(loader, HOOKS) === 0) return 0;
  const before = [...taken(loader, HOOKS)].map((at) => ram.slice(at, at + PLACE_WORDS));
  const rank = before.filter((words) => (words[PlaceWord.priority] ?? 0) <= priority).length;
  for (const [index, words] of before.entries())
    ram.set(words, placeAt(loader, HOOKS, index < rank ? index : index + 1));
  return placeAt(loader, HOOKS, rank);
};

/** The table of hooks without gaps. */
export const removeHooks = (loader: Loader, isGone: (at: number) => boolean): number => {
  const { ram } = loader;
  const all = [...taken(loader, HOOKS)];
  const kept = all.filter((at) => !isGone(at)).map((at) => ram.slice(at, at + PLACE_WORDS));
  for (const at of all) clearPlace(loader, at);
  for (const [index, words] of kept.entries()) ram.set(words, placeAt(loader, HOOKS, index));
  return all.length - kept.length;
};

const wordOf = ({ ram }: Loader, at: number, word: number): number => ram[at + word] ?? 0;

/** The module whose record stands there, if there is one. */
const ownerAt = (loader: Loader, at: number): Entry | undefined =>
  loader.byRecord.get(wordOf(loader, at, PlaceWord.record));

/** What stands at a place, for the table may change meanwhile. */
const copyAt = ({ ram }: Loader, at: number): Registered => ram.slice(at, at + PLACE_WORDS);

export const ring = (
  loader: Loader,
  it: Registered,
  _: ModuleEntry,
  request: Word,
  argument: Word,
): Work => {
  const { routine = 0, data = 0, rodata = 0, imports = 0 } = wordsOf(it);
  return called(loader.hart.call(routine, data, rodata, imports, request, argument));
};

const wordsOf = (it: Registered) => ({
  routine: it[PlaceWord.routine],
  data: it[PlaceWord.data],
  rodata: it[PlaceWord.rodata],
  imports: it[PlaceWord.imports],
});

/** Calls a hook, with a reference on its module meanwhile. One that is GOING is asked no more. */
export function* callHook(
  loader: Loader,
  it: Registered,
  request: Word,
  argument: Word,
): Steps<number | undefined> {
  const { routines } = loader;
  const owner = loader.byRecord.get(it[PlaceWord.record] ?? 0);
  if (owner && routines.get(loader, owner) < 0) return undefined;
  const answer = yield* finish(routines.ring(loader, it, 'hook', request, argument));
  if (owner) yield* finish(routines.put(loader, owner));
  return answer;
}

/** Those at a point, in their order. */
export const hooksAt = (loader: Loader, point: ExtensionPoint): Registered[] =>
  [...taken(loader, HOOKS)]
    .filter((at) => wordOf(loader, at, PlaceWord.point) === EXTENSION_POINTS.indexOf(point))
    .map((at) => copyAt(loader, at));

const withKey = (loader: Loader, point: ExtensionPoint, key: number): Registered | undefined =>
  hooksAt(loader, point).find((it) => it[PlaceWord.key] === key);

export function* guard(
  loader: Loader,
  point: ExtensionPoint,
  request: Word,
  argument: Word,
): Steps {
  const wanted = guardRequest(point, request);
  for (const it of hooksAt(loader, 'security')) {
    const answer = yield* callHook(loader, it, wanted, argument);
    if (answer !== undefined && answer < 0) return answer;
  }
  return 0;
}

export function* ask(loader: Loader, point: ExtensionPoint, request: Word, argument: Word): Steps {
  if (isInner(point)) return NOT_REGISTERED;
  const refused = yield* finish(loader.routines.guard(loader, point, request, argument));
  if (refused < 0 || POINT_RULES[point] === 'security') return refused;
  return yield* finish(loader.routines.answer(loader, point, request, argument));
}

export function* answer(
  loader: Loader,
  point: ExtensionPoint,
  request: Word,
  argument: Word,
): Steps {
  if (POINT_RULES[point] === 'exclusive') {
    const it = withKey(loader, point, keyOf(request));
    const answer = it && (yield* callHook(loader, it, request, argument));
    return answer ?? NOT_REGISTERED;
  }
  for (const it of hooksAt(loader, point)) {
    const answer = yield* callHook(loader, it, request, argument);
    if (answer !== undefined && answer <= 0) return answer;
  }
  return 1;
}

const ownerOf = (loader: Loader, point: ExtensionPoint, key: number): Entry | undefined => {
  const it = withKey(loader, point, key);
  return it && loader.byRecord.get(it[PlaceWord.record] ?? 0);
};

export const pin = (loader: Loader, point: ExtensionPoint, key: number): number =>
  loader.routines.get(loader, ownerOf(loader, point, key));

export const unpin = (loader: Loader, point: ExtensionPoint, key: number): Work =>
  loader.routines.put(loader, ownerOf(loader, point, key));

/** A timer goes off once. Its place is free before its routine runs, which may arm it anew. */
export function* tick(loader: Loader): Steps {
  const { ram } = loader;
  const due: Registered[] = [];
  for (const at of taken(loader, TIMERS)) {
    const left = wordOf(loader, at, PlaceWord.ticks) - 1;
    ram[at + PlaceWord.ticks] = left;
    if (left > 0) continue;
    due.push(copyAt(loader, at));
    clearPlace(loader, at);
  }
  for (const it of due) yield* finish(loader.routines.ring(loader, it, 'timer', 0, 0));
  return due.length;
}

export function* interrupt(loader: Loader, device: DeviceId): Steps {
  for (const at of taken(loader, INTERRUPTS)) {
    if (wordOf(loader, at, PlaceWord.device) !== device) continue;
    yield* finish(loader.routines.ring(loader, copyAt(loader, at), 'interrupt', device, 0));
  }
  return 0;
}

const NAMES = Object.fromEntries(
  Object.entries(Device).map(([name, number]) => [number, name]),
) as Record<number, DeviceName>;

/** What stands in the tables. A module that is gone is named by its record. */
export const registered = (loader: Loader): Registrations => {
  const module = (at: number): string =>
    ownerAt(loader, at)?.facts.name ?? `record ${wordOf(loader, at, PlaceWord.record)}`;
  const byName = (a: { module: string }, b: { module: string }): number =>
    a.module < b.module ? -1 : 1;
  const hooks = [...taken(loader, HOOKS)].map((at) => ({
    point: EXTENSION_POINTS[wordOf(loader, at, PlaceWord.point)] ?? 'device',
    priority: wordOf(loader, at, PlaceWord.priority),
    key: wordOf(loader, at, PlaceWord.key),
    module: module(at),
  }));
  const timers = [...taken(loader, TIMERS)].map((at) => ({
    module: module(at),
    ticks: wordOf(loader, at, PlaceWord.ticks),
  }));
  const interrupts = [...taken(loader, INTERRUPTS)].map((at) => ({
    module: module(at),
    device: NAMES[wordOf(loader, at, PlaceWord.device)] ?? 'console',
  }));
  return { hooks, timers: timers.sort(byName), interrupts: interrupts.sort(byName) };
};
