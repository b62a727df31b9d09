/** Drivers that are right, and make other choices than the reference. */
import { callKernel, type ModuleSteps, type Place } from '../../../kernels/modules/program.ts';
import { diskDriver } from '../../../kernels/modules/programs/disk-driver.ts';
import {
  type Driver,
  DriverWord,
  driverProgram,
  setWord,
  wordOf,
} from '../../../kernels/modules/programs/driver.ts';
import { framebufferDriver } from '../../../kernels/modules/programs/framebuffer-driver.ts';
import type { ModulePrograms } from '../../../kernels/modules/programs/index.ts';
import { networkDriver } from '../../../kernels/modules/programs/network-driver.ts';
import { Device } from '../../../spec/devices.ts';
import { Access, HANDLES } from '../../../spec/drivers.ts';
import { Errno } from '../../../spec/errno.ts';
import type { ModuleVariant } from '../variants.ts';

/** All three drivers, each changed in this way. */
const all = (change: (driver: Driver) => Partial<Driver>): Partial<ModulePrograms> => {
  const changed = (driver: Driver) => driverProgram({ ...driver, ...change(driver) });
  return {
    'disk-driver': changed(diskDriver),
    'network-driver': changed(networkDriver),
    'framebuffer-driver': changed(framebufferDriver),
  };
};

/** The device is asked itself, at every request. */
const polling = (driver: Driver): Partial<Driver> => ({
  completed: () => {},
  isUnderWay: (one, place) => {
    driver.completed(place);
    return driver.isUnderWay(one, place);
  },
  carryOut: (one, place, what, operand, argument) => {
    driver.completed(place);
    return driver.carryOut(one, place, what, operand, argument);
  },
});

/** Waits for what is under way, and then has the device stop. */
const finishing = (driver: Driver): Partial<Driver> => ({
  *end(one, place) {
    while (one.isUnderWay(one, place)) {
      yield undefined;
      one.completed(place);
    }
    return yield* driver.end(one, place);
  },
});

const openLast: Driver['open'] = (_, place, mode) => {
  if (mode === Access.none || mode > (Access.read | Access.write)) return -Errno.EINVAL;
  for (let handle = HANDLES; handle >= 1; handle--) {
    const at = DriverWord.modes + 4 * (handle - 1);
    if (wordOf(place, at) !== Access.none) continue;
    setWord(place, at, mode);
    return handle;
  }
  return -Errno.EMFILE;
};

/** The device is still before its hook is taken back, and that goes last. */
function* exitStillFirst(driver: Driver, place: Place): ModuleSteps {
  yield* driver.end(driver, place);
  yield* callKernel('freeInterrupt', Device[driver.device]);
  yield* callKernel('unregisterHook', 0);
  return 0;
}

export const DRIVER_VARIANTS: readonly ModuleVariant[] = [
  {
    id: 'polling',
    description: 'Drivers look at their devices when they are asked; interrupts tell them nothing.',
    programs: all(polling),
  },
  {
    id: 'finishing',
    description: 'Exit waits for whatever is under way, though it could be given up.',
    programs: all(finishing),
  },
  {
    id: 'buffers-in-the-second-page',
    description: 'What devices move lies in another page than the words of the driver.',
    programs: all(() => ({ buffer: 4096 })),
  },
  {
    id: 'buffers-at-the-end',
    description: 'Buffers lie at the very end of the first page.',
    programs: all(({ device }) => ({ buffer: 4096 - (device === 'framebuffer' ? 1024 : 512) })),
  },
  {
    id: 'last-handle-first',
    description: 'The highest handle that nobody has is given out.',
    programs: all(() => ({ open: openLast })),
  },
  {
    id: 'still-first',
    description: 'Exit makes the device still before anything is taken back.',
    programs: {
      'disk-driver': {
        ...driverProgram(diskDriver),
        exit: (place) => exitStillFirst(diskDriver, place),
      },
      'network-driver': {
        ...driverProgram(networkDriver),
        exit: (place) => exitStillFirst(networkDriver, place),
      },
    },
  },
];
