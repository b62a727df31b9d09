/**
 * The driver of the frame buffer: pixels lie in its data, and `present` has the device scan them out by DMA. They stay
 * as they are meanwhile, so that no half-drawn picture is shown. Exit has the device stop.
 */
import { DeviceStatus, FramebufferCommand, FramebufferRegister } from '../../../spec/devices.ts';
import {
  Access,
  DEVICE_FACTS,
  FramebufferRequest,
  MAX_VALUE,
  SCREEN,
} from '../../../spec/drivers.ts';
import { Errno } from '../../../spec/errno.ts';
import type { Place } from '../program.ts';
import {
  allows,
  close,
  type Driver,
  DriverWord,
  driverProgram,
  isUnderWay,
  open,
  register,
  setRegister,
  setWord,
  wordOf,
} from './driver.ts';

const { pixel, plot, fill, present, shown } = FramebufferRequest;

/** Where in its data the pixel of a request is; undefined: beside the screen. */
const pixelAt = ({ buffer }: Driver, operand: number): number | undefined => {
  const [column, line] = [operand & 0xff, operand >>> 8];
  if (column >= SCREEN.width || line >= SCREEN.height) return undefined;
  return buffer + 4 * (line * SCREEN.width + column);
};

const start = (place: Place): number => {
  setWord(place, DriverWord.underWay, 1);
  setRegister(place, FramebufferRegister.command, FramebufferCommand.present);
  return 0;
};

const paint = (driver: Driver, place: Place, what: number, operand: number, colour: number) => {
  const at = what === plot ? pixelAt(driver, operand) : driver.buffer;
  if (at === undefined || colour > MAX_VALUE) return -Errno.EINVAL;
  const pixels = what === plot ? 1 : SCREEN.width * SCREEN.height;
  for (let index = 0; index < pixels; index++) setWord(place, at + 4 * index, colour);
  return 0;
};

export const framebufferDriver: Driver = {
  device: 'framebuffer',
  buffer: 2048,
  needs: {
    [pixel]: Access.read,
    [plot]: Access.write,
    [fill]: Access.write,
    [present]: Access.write,
    [shown]: Access.read,
  },
  fact: (_, which) => {
    if (which >= DEVICE_FACTS.framebuffer.length) return -Errno.EINVAL;
    return which === 0 ? SCREEN.width : SCREEN.height;
  },
  allows,
  open,
  close,
  begin: (_, place) => {
    setRegister(place, FramebufferRegister.width, SCREEN.width);
    setRegister(place, FramebufferRegister.height, SCREEN.height);
    setRegister(place, FramebufferRegister.address, wordOf(place, DriverWord.dma));
  },
  *end(_, place) {
    setRegister(place, FramebufferRegister.command, FramebufferCommand.stop);
    yield* [];
    return 0;
  },
  completed: (place) => {
    const status = register(place, FramebufferRegister.status);
    if (status === DeviceStatus.busy) return;
    setWord(place, DriverWord.underWay, 0);
    setWord(place, DriverWord.failed, status === DeviceStatus.error ? 1 : 0);
  },
  isUnderWay,
  waits: (driver, place) => driver.isUnderWay(driver, place),
  carryOut: (driver, place, what, operand, argument) => {
    if (what === pixel) {
      const at = pixelAt(driver, operand);
      return at === undefined ? -Errno.EINVAL : wordOf(place, at);
    }
    if (driver.isUnderWay(driver, place)) return -Errno.EAGAIN;
    if (what === present) return start(place);
    if (what === shown) return register(place, FramebufferRegister.shown) & MAX_VALUE;
    return paint(driver, place, what, operand, argument);
  },
};

export const framebufferDriverProgram = driverProgram(framebufferDriver);
