/**
 * What the kernel exports to modules: routines at addresses in its text. Each is told the data of the module that calls;
 * so a module speaks for itself only, unless it lies, which in supervisor mode nothing prevents.
 */
import type { ComponentEntry, Hart, Machine } from '../../hardware/contract.ts';
import { DEVICE_WINDOW, Device, type DeviceName } from '../../spec/devices.ts';
import { Errno } from '../../spec/errno.ts';
import {
  EXTENSION_POINTS,
  FACILITIES,
  type Facility,
  isInner,
  POINT_RULES,
  WAITING_FACILITIES,
  type WaitingFacility,
} from '../../spec/extensions.ts';
import { KERNEL_TEXT } from '../../spec/layout.ts';
import { PAGE_SIZE, type VirtualAddress, type Word } from '../../spec/riscv.ts';
import {
  clearPlace,
  freePlace,
  HOOKS,
  INTERRUPTS,
  insertHook,
  PlaceWord,
  removeHooks,
  type Table,
  TIMERS,
  taken,
} from './extensions.ts';
import { finish, routineAt } from './life.ts';
import {
  type Entry,
  type Loader,
  RecordWord,
  setWord,
  type WaitingRoutine,
  wordAt,
} from './loader.ts';
import { addressOf, physicalOf } from './memory.ts';
import type { ModuleEntry } from './program.ts';

/** A facility: which module asks, and its arguments. */
export type FacilityRoutine = (loader: Loader, entry: Entry, a: Word, b: Word) => number;
export type FacilityRoutines = Readonly<
  Record<Exclude<Facility, WaitingFacility>, FacilityRoutine> &
    Record<WaitingFacility, WaitingRoutine>
>;

const wordOf = ({ ram }: Loader, at: number, word: number): number => ram[at + word] ?? 0;

/** The place is this module's, and leads to one of its routines. */
const fillPlace = (loader: Loader, at: number, entry: Entry, routine: ModuleEntry): void => {
  const { ram } = loader;
  ram[at + PlaceWord.record] = entry.record;
  ram[at + PlaceWord.routine] = routineAt(loader, entry, routine);
  ram[at + PlaceWord.data] = addressOf(loader, entry, 'data');
  ram[at + PlaceWord.rodata] = addressOf(loader, entry, 'rodata');
  ram[at + PlaceWord.imports] = entry.uses.length;
};

/** What this module has in a table. */
const own = (loader: Loader, table: Table, entry: Entry): number | undefined =>
  [...taken(loader, table)].find((at) => wordOf(loader, at, PlaceWord.record) === entry.record);

const registerHook: FacilityRoutine = (loader, entry, point, order) => {
  const name = EXTENSION_POINTS[point];
  if (name === undefined || order > 0xffff) return -Errno.EINVAL;
  const [priority, key] = [order >>> 8, order & 0xff];
  const exclusive = POINT_RULES[name] === 'exclusive';
  const same = (at: number): boolean =>
    wordOf(loader, at, PlaceWord.point) === point && wordOf(loader, at, PlaceWord.key) === key;
  if (exclusive && [...taken(loader, HOOKS)].some(same)) return -Errno.EBUSY;
  const at = insertHook(loader, priority);
  if (at === 0) return -Errno.ENOSPC;
  clearPlace(loader, at);
  fillPlace(loader, at, entry, 'hook');
  loader.ram[at + PlaceWord.point] = point;
  loader.ram[at + PlaceWord.priority] = priority;
  loader.ram[at + PlaceWord.key] = key;
  return 0;
};

const unregisterHook: FacilityRoutine = (loader, { record }, point) => {
  const isOwn = (at: number): boolean =>
    wordOf(loader, at, PlaceWord.record) === record &&
    wordOf(loader, at, PlaceWord.point) === point;
  return removeHooks(loader, isOwn) > 0 ? 0 : -Errno.EINVAL;
};

const setTimer: FacilityRoutine = (loader, entry, ticks) => {
  if (ticks === 0) return -Errno.EINVAL;
  const at = own(loader, TIMERS, entry) ?? freePlace(loader, TIMERS);
  if (at === 0) return -Errno.ENOSPC;
  fillPlace(loader, at, entry, 'timer');
  loader.ram[at + PlaceWord.ticks] = ticks;
  return 0;
};

const cancelTimer: FacilityRoutine = (loader, entry) => {
  const at = own(loader, TIMERS, entry);
  if (at === undefined) return 0;
  clearPlace(loader, at);
  return 1;
};

const NAMES = Object.keys(Device) as DeviceName[];
const deviceNamed = (device: Word): DeviceName | undefined =>
  NAMES.find((name) => Device[name] === device);

const requestInterrupt: FacilityRoutine = (loader, entry, device) => {
  const name = deviceNamed(device);
  if (!name) return -Errno.EINVAL;
  if (!loader.devices.includes(name)) return -Errno.EBUSY;
  for (const at of taken(loader, INTERRUPTS))
    if (wordOf(loader, at, PlaceWord.device) === device) return -Errno.EBUSY;
  const at = freePlace(loader, INTERRUPTS);
  if (at === 0) return -Errno.ENOSPC;
  fillPlace(loader, at, entry, 'interrupt');
  loader.ram[at + PlaceWord.device] = device;
  return 0;
};

const freeInterrupt: FacilityRoutine = (loader, { record }, device) => {
  for (const at of taken(loader, INTERRUPTS)) {
    if (wordOf(loader, at, PlaceWord.device) !== device) continue;
    if (wordOf(loader, at, PlaceWord.record) !== record) continue;
    clearPlace(loader, at);
    return 0;
  }
  return -Errno.EINVAL;
};

/** In supervisor mode the registers of every device are mapped. */
const mapRegisters: FacilityRoutine = (loader, _, device) => {
  const name = deviceNamed(device);
  if (!name) return -Errno.EINVAL;
  return loader.devices.includes(name) ? DEVICE_WINDOW + device * PAGE_SIZE : -Errno.EBUSY;
};

/** The IOMMU is off: devices see physical addresses. */
const dmaAddress: FacilityRoutine = (loader, _, va) => physicalOf(loader, va);

const holdSelf: FacilityRoutine = (loader, entry) => loader.routines.get(loader, entry);

/** Under kld it may be the last one: whoever called the module has one, too, and puts it behind this. */
const releaseSelf: FacilityRoutine = (loader, entry) => {
  const count = wordAt(loader, entry, RecordWord.users);
  if (count === 0) return -Errno.EINVAL;
  setWord(loader, entry, RecordWord.users, count - 1);
  return 0;
};
const caller: FacilityRoutine = (loader) => loader.caller;

const askPoint: WaitingRoutine = (loader, _, point, request, argument) => {
  const name = EXTENSION_POINTS[point];
  if (name === undefined) return -Errno.EINVAL;
  const { ask, answer } = loader.routines;
  return (isInner(name) ? answer : ask)(loader, name, request, argument);
};

const holdHook: FacilityRoutine = (loader, _, point, key) => {
  const name = EXTENSION_POINTS[point];
  return name === undefined ? -Errno.EINVAL : loader.routines.pin(loader, name, key);
};

const releaseHook: WaitingRoutine = (loader, _, point, key) => {
  const name = EXTENSION_POINTS[point];
  return name === undefined ? -Errno.EINVAL : loader.routines.unpin(loader, name, key);
};

export const facilityRoutines: FacilityRoutines = {
  registerHook,
  unregisterHook,
  setTimer,
  cancelTimer,
  requestInterrupt,
  freeInterrupt,
  mapRegisters,
  dmaAddress,
  holdSelf,
  releaseSelf,
  caller,
  askPoint,
  holdHook,
  releaseHook,
};

/** The number under which the log shows the kernel's facilities. */
const FACILITY = 63;

/** Who calls a facility without being there is told so. */
const callerWith = (loader: Loader, hart: Hart, data: Word): Entry | undefined => {
  loader.hart = hart;
  return [...loader.entries.values()].find((one) => addressOf(loader, one, 'data') === data);
};

const atOnce =
  (loader: Loader, routine: FacilityRoutine): ComponentEntry =>
  (hart, data = 0, a: Word = 0, b: Word = 0) => {
    const entry = callerWith(loader, hart, data);
    return entry ? routine(loader, entry, a, b) : -Errno.EINVAL;
  };

const inSteps =
  (loader: Loader, routine: WaitingRoutine): ComponentEntry =>
  (hart, data = 0, a: Word = 0, b: Word = 0, c: Word = 0) => {
    const entry = callerWith(loader, hart, data);
    return finish(entry ? routine(loader, entry, a, b, c) : -Errno.EINVAL);
  };

const isWaiting = (name: Facility): name is WaitingFacility =>
  WAITING_FACILITIES.some((one) => one === name);

/** Puts them into the kernel's text; their addresses in the order of FACILITIES. */
export const installFacilities = (
  machine: Machine,
  routines: FacilityRoutines,
  loader: Loader,
): VirtualAddress[] =>
  FACILITIES.map((name) => {
    const waits = isWaiting(name);
    const entry = waits ? inSteps(loader, routines[name]) : atOnce(loader, routines[name]);
    return KERNEL_TEXT + machine.installComponent(name, entry, 0, FACILITY, !waits);
  });
