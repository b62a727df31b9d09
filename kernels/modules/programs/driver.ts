/**
 * What the drivers have in common: the device's registers, its interrupt and a hook are theirs from init to exit; whoever
 * asks has opened it; a command is given, and the interrupt says that it has completed. Each driver is a record of named
 * routines, so that one can be another.
 *
 * Rules: a device moves data when it likes, so exit does not end before the device can move nothing any more. Whether it
 * can is read from its registers, not from what interrupts have told.
 *
 *     0         registers        where they are
 *     4         dma              where the device finds the buffer
 *     8         underWay         1: a command was given, and its end is not known
 *     12        failed           1: the last one ended with an error
 *     16        modes            of handles 1 to 4; 0: nobody has it
 *     64        own              the driver's own words
 *     buffer    what the device reads and writes
 */
import { Device } from '../../../spec/devices.ts';
import {
  Access,
  type DrivenDevice,
  DriverRequest,
  HANDLES,
  handleOf,
  operandOf,
  whatOf,
} from '../../../spec/drivers.ts';
import { Errno, errnoOf } from '../../../spec/errno.ts';
import { EXTENSION_POINTS } from '../../../spec/extensions.ts';
import type { Word } from '../../../spec/riscv.ts';
import { callKernel, type ModuleProgram, type ModuleSteps, type Place } from '../program.ts';

/** Bytes of data. */
export const DriverWord = {
  registers: 0,
  dma: 4,
  underWay: 8,
  failed: 12,
  modes: 16,
  own: 64,
} as const;

export interface Driver {
  readonly device: DrivenDevice;
  /** Where in its data the buffer begins, in bytes. */
  readonly buffer: number;
  /** What requests need, by number: bits of Access. Those that are missing are unknown. */
  readonly needs: Readonly<Record<number, number>>;
  fact(place: Place, which: number): number;
  /** 0; ENOTTY, EBADF, EACCES. */
  allows(driver: Driver, place: Place, what: number, handle: number): number;
  open(driver: Driver, place: Place, mode: number): number;
  close(place: Place, handle: number): number;
  /** The device is made ready. */
  begin(driver: Driver, place: Place): void;
  /** The device moves nothing any more. */
  end(driver: Driver, place: Place): ModuleSteps;
  /** The device has interrupted. */
  completed(place: Place): void;
  isUnderWay(driver: Driver, place: Place): boolean;
  /** Whether `wait` goes on waiting. */
  waits(driver: Driver, place: Place): boolean;
  /** A request of this device, which is allowed. */
  carryOut(
    driver: Driver,
    place: Place,
    what: number,
    operand: number,
    argument: Word,
  ): number | ModuleSteps;
}

export const wordOf = ({ memory, data }: Place, at: number): Word => memory.load(data + at);
export const setWord = ({ memory, data }: Place, at: number, value: Word): void =>
  memory.store(data + at, value);

export const register = (place: Place, offset: number): Word =>
  place.memory.load(wordOf(place, DriverWord.registers) + offset);
export const setRegister = (place: Place, offset: number, value: Word): void =>
  place.memory.store(wordOf(place, DriverWord.registers) + offset, value);

// ---- handles

const modeAt = (handle: number): number => DriverWord.modes + 4 * (handle - 1);

export const open: Driver['open'] = (_, place, mode) => {
  if (mode === Access.none || mode > (Access.read | Access.write)) return -Errno.EINVAL;
  for (let handle = 1; handle <= HANDLES; handle++) {
    if (wordOf(place, modeAt(handle)) !== Access.none) continue;
    setWord(place, modeAt(handle), mode);
    return handle;
  }
  return -Errno.EMFILE;
};

export const close: Driver['close'] = (place, handle) => {
  setWord(place, modeAt(handle), Access.none);
  return 0;
};

/** Those of every driver need no more than a handle. */
const needsOf = ({ needs }: Driver, what: number): number | undefined =>
  what <= DriverRequest.wait ? Access.none : needs[what];

export const allows: Driver['allows'] = (driver, place, what, handle) => {
  const needs = needsOf(driver, what);
  if (needs === undefined) return -Errno.ENOTTY;
  const mode = handle >= 1 && handle <= HANDLES ? wordOf(place, modeAt(handle)) : Access.none;
  if (mode === Access.none) return -Errno.EBADF;
  return (mode & needs) === needs ? 0 : -Errno.EACCES;
};

// ---- commands

/** What interrupts have told. */
export const isUnderWay: Driver['isUnderWay'] = (_, place) =>
  wordOf(place, DriverWord.underWay) === 1;

const poll = (driver: Driver, place: Place): number => {
  if (driver.isUnderWay(driver, place)) return -Errno.EAGAIN;
  return wordOf(place, DriverWord.failed) === 1 ? -Errno.EIO : 0;
};

/** It looks itself: where a module does one thing at a time, its interrupt routine is called when this is over. */
function* wait(driver: Driver, place: Place): ModuleSteps {
  while (driver.waits(driver, place)) {
    yield undefined;
    driver.completed(place);
  }
  return poll(driver, place);
}

function* answer(driver: Driver, place: Place, request: Word, argument: Word): ModuleSteps {
  const [what, handle, operand] = [whatOf(request), handleOf(request), operandOf(request)];
  if (what === DriverRequest.open) return driver.open(driver, place, operand);
  if (what === DriverRequest.identify) return driver.fact(place, operand);
  const refused = driver.allows(driver, place, what, handle);
  if (refused < 0) return refused;
  if (what === DriverRequest.close) return driver.close(place, handle);
  if (what === DriverRequest.poll) return poll(driver, place);
  if (what === DriverRequest.wait) return yield* wait(driver, place);
  const answered = driver.carryOut(driver, place, what, operand, argument);
  return typeof answered === 'number' ? answered : yield* answered;
}

// ---- its life

const POINT = EXTENSION_POINTS.indexOf('device');

/** Registers and buffer; what is another driver's is not touched: the interrupt is this one's. */
function* reach(driver: Driver, place: Place): ModuleSteps {
  const registers = yield* callKernel('mapRegisters', Device[driver.device]);
  if (errnoOf(registers) !== undefined) return registers;
  setWord(place, DriverWord.registers, registers);
  setWord(place, DriverWord.dma, yield* callKernel('dmaAddress', place.data + driver.buffer));
  return yield* callKernel('registerHook', POINT, Device[driver.device]);
}

/** All that it needs, or nothing. */
function* init(driver: Driver, place: Place): ModuleSteps {
  const held = yield* callKernel('requestInterrupt', Device[driver.device]);
  if (held < 0) return held;
  const refused = yield* reach(driver, place);
  if (refused < 0) {
    yield* callKernel('freeInterrupt', Device[driver.device]);
    return refused;
  }
  driver.begin(driver, place);
  return 0;
}

/** Nobody asks any more; then the device is still; then its interrupt may be another's. */
function* exit(driver: Driver, place: Place): ModuleSteps {
  yield* callKernel('unregisterHook', POINT);
  yield* driver.end(driver, place);
  yield* callKernel('freeInterrupt', Device[driver.device]);
  return 0;
}

export const driverProgram = (driver: Driver): ModuleProgram => {
  const asked = (place: Place, request: Word, argument: Word): ModuleSteps =>
    answer(driver, place, request, argument);
  return {
    sleeps: true,
    init: (place) => init(driver, place),
    exit: (place) => exit(driver, place),
    use: asked,
    hook: asked,
    interrupt: (place) => {
      driver.completed(place);
      return 0;
    },
  };
};
