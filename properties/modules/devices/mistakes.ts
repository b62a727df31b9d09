/** Drivers, and kernels under them, with one mistake each. The right ones: kernels/modules/programs. */
import { INTERRUPTS, PlaceWord, taken } from '../../../kernels/modules/extensions.ts';
import { facilityRoutines } from '../../../kernels/modules/facilities.ts';
import type { Loader } from '../../../kernels/modules/loader.ts';
import { physicalOf } from '../../../kernels/modules/memory.ts';
import {
  callKernel,
  type ModuleCall,
  type ModuleProgram,
  type ModuleRoutine,
  type ModuleSteps,
  type Place,
} from '../../../kernels/modules/program.ts';
import { diskDriver } from '../../../kernels/modules/programs/disk-driver.ts';
import {
  type Driver,
  driverProgram,
  setWord,
  wordOf,
} from '../../../kernels/modules/programs/driver.ts';
import { framebufferDriver } from '../../../kernels/modules/programs/framebuffer-driver.ts';
import {
  ARRIVES_AT,
  fits,
  free,
  NetworkWord,
  networkDriver,
} from '../../../kernels/modules/programs/network-driver.ts';
import { Device } from '../../../spec/devices.ts';
import { DiskRequest, FramebufferRequest, NetworkRequest } from '../../../spec/drivers.ts';
import { Errno } from '../../../spec/errno.ts';
import type { Facility } from '../../../spec/extensions.ts';
import { PAGE_SIZE } from '../../../spec/riscv.ts';
import type { ModuleMistake } from '../mistakes.ts';
import type { Changes } from '../world.ts';

const disk = (over: Partial<Driver>): Pick<Changes, 'programs'> => ({
  programs: { 'disk-driver': driverProgram({ ...diskDriver, ...over }) },
});
const network = (over: Partial<Driver>): Pick<Changes, 'programs'> => ({
  programs: { 'network-driver': driverProgram({ ...networkDriver, ...over }) },
});
const framebuffer = (over: Partial<Driver>): Pick<Changes, 'programs'> => ({
  programs: { 'framebuffer-driver': driverProgram({ ...framebufferDriver, ...over }) },
});

/** The device is left as it is. */
function* leave(): ModuleSteps {
  yield* [];
  return 0;
}

const isCallOf = (call: ModuleCall | undefined, facility: Facility): boolean =>
  call !== undefined && 'facility' in call && call.facility === facility;

/** The routine, with what it asks of the kernel and is answered changed. */
const asking = (
  routine: ModuleRoutine,
  change: (call: ModuleCall | undefined) => ModuleSteps | undefined,
): ModuleRoutine =>
  function* (place, request, argument) {
    const steps = routine(place, request, argument);
    if (typeof steps === 'number') return steps;
    for (let answer = 0; ; ) {
      const { done, value } = steps.next(answer);
      if (done) return value;
      const changed = change(value);
      answer = changed ? yield* changed : yield value;
    }
  };

/** Its exit does not ask that of the kernel. */
const forgets = (program: ModuleProgram, facility: Facility): ModuleProgram => ({
  ...program,
  exit: asking(program.exit, (call) => (isCallOf(call, facility) ? leave() : undefined)),
});

function* unrefused(call: ModuleCall | undefined): ModuleSteps {
  const answer = yield call;
  return call && answer < 0 && answer >= -4095 ? 0 : answer;
}

/** The size is checked, and read again when the card may have put another frame there. */
function* receiveReadingTwice({ buffer }: Driver, place: Place): ModuleSteps {
  if (wordOf(place, NetworkWord.arrived) === 0) return -Errno.EAGAIN;
  const sound = fits(place, wordOf(place, buffer + ARRIVES_AT));
  free(place);
  if (!sound) return -Errno.EIO;
  for (let turns = 0; turns < 3; turns++) yield undefined;
  const words = wordOf(place, buffer + ARRIVES_AT);
  for (let at = 0; at <= 4 * words; at += 4)
    setWord(place, NetworkWord.taken + at, wordOf(place, buffer + ARRIVES_AT + at));
  return words;
}

/** Gives its interrupt back, and then waits for it. */
function* exitBackwards(place: Place): ModuleSteps {
  yield* callKernel('unregisterHook', 0);
  yield* callKernel('freeInterrupt', Device.disk);
  while (diskDriver.isUnderWay(diskDriver, place)) yield undefined;
  return 0;
}

/** The places of interrupts as they were first, of each loader. */
const REMEMBERED = new WeakMap<Loader['memory'], Map<number, readonly number[]>>();

/** Calls whom it has always called, whoever holds the interrupt by now. */
function* callRemembered(loader: Loader, device: number): Generator<unknown, number, void> {
  const known = REMEMBERED.get(loader.memory) ?? new Map<number, readonly number[]>();
  REMEMBERED.set(loader.memory, known);
  for (const at of taken(loader, INTERRUPTS)) {
    const place = [...loader.ram.subarray(at, at + 8)];
    const holds = place[PlaceWord.device] ?? 0;
    if (!known.has(holds)) known.set(holds, place);
  }
  const [, , , , routine = 0, data = 0, rodata = 0, imports = 0] = known.get(device) ?? [];
  if (routine === 0) return 0;
  const work = loader.hart.call(routine, data, rodata, imports, device, 0);
  return typeof work === 'number' ? work : yield* work;
}

export const DRIVER_MISTAKES: readonly ModuleMistake[] = [
  {
    id: 'disk-writes-on',
    description:
      'The driver of the disk goes while a command is under way: its frames are free, and written.',
    killedBy: 'modules/no-device-activity-outlives',
    bug: 'DMA into memory that was freed, where no IOMMU confines the device.',
    ...disk({ end: leave }),
  },
  {
    id: 'buffer-stays-posted',
    description: 'The driver of the network card leaves it a buffer for what arrives.',
    killedBy: 'modules/no-device-activity-outlives',
    ...network({ end: leave }),
  },
  {
    id: 'screen-scans-on',
    description:
      'The frame buffer goes on reading pixels in frames that are somebody else’s by now.',
    killedBy: 'modules/no-device-activity-outlives',
    ...framebuffer({ end: leave }),
  },
  {
    id: 'interrupt-of-the-gone-called',
    description: 'Who has given an interrupt back is called still, though another driver holds it.',
    killedBy: 'modules/no-device-activity-outlives',
    bug: 'CVE-2017-6074: what had been freed was used again.',
    routines: { interrupt: callRemembered },
  },
  {
    id: 'page-before',
    description: 'A device is told the address of the page before the buffer.',
    killedBy: 'modules/no-device-activity-outlives',
    facilities: { dmaAddress: (loader, _, va) => physicalOf(loader, va) - PAGE_SIZE },
  },
  {
    id: 'interrupt-not-freed',
    description: 'The interrupt of a driver that goes is not given back.',
    killedBy: 'modules/registrations',
    programs: { 'disk-driver': forgets(driverProgram(diskDriver), 'freeInterrupt') },
  },
  {
    id: 'hook-not-taken-back',
    description: 'Requests to a driver that has gone are led to where it was.',
    killedBy: 'modules/registrations',
    programs: { 'network-driver': forgets(driverProgram(networkDriver), 'unregisterHook') },
  },
  {
    id: 'busy-ignored',
    description: 'A second driver does not hear that the device has one.',
    killedBy: 'modules/answers',
    programs: {
      'disk-driver': {
        ...driverProgram(diskDriver),
        init: asking(driverProgram(diskDriver).init, unrefused),
      },
    },
  },
  {
    id: 'interrupt-has-two',
    description: 'An interrupt is given to whoever asks for it, and a key as well.',
    killedBy: 'modules/answers',
    facilities: {
      requestInterrupt: (loader, entry, device) =>
        Math.max(0, facilityRoutines.requestInterrupt(loader, entry, device, 0)),
      registerHook: (loader, entry, point, order) =>
        Math.max(0, facilityRoutines.registerHook(loader, entry, point, order)),
    },
  },
  {
    id: 'access-unchecked',
    description: 'Whoever has a handle may do everything with it.',
    killedBy: 'modules/calls',
    bug: 'CVE-2021-21551 (a vendor’s driver): requests were carried out without a look at who asks.',
    ...disk({
      allows: (driver, place, what, handle) => {
        const refused = diskDriver.allows(driver, place, what, handle);
        return refused === -Errno.EACCES ? 0 : refused;
      },
    }),
  },
  {
    id: 'pointer-returned',
    description: 'Among the facts of the device is where its buffer lies in the kernel.',
    killedBy: 'modules/calls',
    bug: 'CVE-2018-7755 (floppy): a request returned a pointer of the kernel.',
    ...disk({
      fact: (place, which) => (which === 2 ? place.data >>> 1 : diskDriver.fact(place, which)),
    }),
  },
  {
    id: 'size-read-twice',
    description:
      'The size of a frame is checked, and read again when the card may have changed it.',
    killedBy: 'modules/calls',
    bug: 'CVE-2016-6480 (aacraid): a size was checked and then fetched again; CVE-2015-8550 (Xen): shared memory was used in place.',
    ...network({
      carryOut: (driver, place, what, operand, argument) =>
        what === NetworkRequest.receive
          ? receiveReadingTwice(driver, place)
          : networkDriver.carryOut(driver, place, what, operand, argument),
    }),
  },
  {
    id: 'old-frame-shows',
    description: 'Behind the end of a short frame the words of a longer one can be read.',
    killedBy: 'modules/calls',
    bug: 'CVE-2017-1088: what had been there before was shown.',
    ...network({
      carryOut: (driver, place, what, operand, argument) =>
        what === NetworkRequest.get && operand < 16
          ? wordOf(place, NetworkWord.taken + 4 * (1 + operand))
          : networkDriver.carryOut(driver, place, what, operand, argument),
    }),
  },
  {
    id: 'one-word-too-many',
    description: 'The word behind the buffer can be read.',
    killedBy: 'modules/calls',
    ...disk({
      carryOut: (driver, place, what, operand, argument) =>
        what === DiskRequest.get && operand === 128 && !driver.isUnderWay(driver, place)
          ? wordOf(place, driver.buffer + 4 * operand)
          : diskDriver.carryOut(driver, place, what, operand, argument),
    }),
  },
  {
    id: 'handle-outlives-close',
    description: 'A handle that was closed can be used.',
    killedBy: 'modules/calls',
    bug: 'CVE-2019-19537: a character device was used while it went.',
    ...disk({ close: () => 0 }),
  },
  {
    id: 'handle-shared',
    description: 'All who open a device get the same handle, for what the last one asked.',
    killedBy: 'modules/calls',
    ...network({
      open: (driver, place, mode) => {
        networkDriver.close(place, 1);
        return networkDriver.open(driver, place, mode);
      },
    }),
  },
  {
    id: 'done-at-once',
    description: 'A command counts as completed when it has been given.',
    killedBy: 'modules/calls',
    ...disk({ isUnderWay: () => false }),
  },
  {
    id: 'virtual-address-for-device',
    description: 'A device is told the address at which the processor finds the buffer.',
    killedBy: 'modules/calls',
    facilities: { dmaAddress: (_, __, va) => va },
  },
  {
    id: 'drawn-while-scanned',
    description: 'Pixels change while the device reads them: half of a picture is shown.',
    killedBy: 'modules/calls',
    ...framebuffer({
      carryOut: (driver, place, what, operand, argument) => {
        const drawing = what === FramebufferRequest.plot || what === FramebufferRequest.fill;
        const it = drawing ? { ...driver, isUnderWay: () => false } : driver;
        return framebufferDriver.carryOut(it, place, what, operand, argument);
      },
    }),
  },
  {
    id: 'completion-unheard',
    description: 'The interrupt routine does not note that the command has completed.',
    killedBy: 'modules/kernel-stays-up',
    ...disk({ completed: () => {} }),
  },
  {
    id: 'waits-for-what-it-gave-away',
    description: 'Exit gives the interrupt back, and then waits for it.',
    killedBy: 'modules/kernel-stays-up',
    programs: { 'disk-driver': { ...driverProgram(diskDriver), exit: exitBackwards } },
  },
];
