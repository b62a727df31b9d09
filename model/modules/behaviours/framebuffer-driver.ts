/**
 * Pixels, and what the screen shows. A driver that goes may have its device finish a picture or give it up: after that
 * either may be shown, until somebody asks.
 */
import { digestOf } from '../../../spec/devices.ts';
import { FramebufferRequest, MAX_VALUE, SCREEN } from '../../../spec/drivers.ts';
import { Errno } from '../../../spec/errno.ts';
import { type Answers, type DriverModel, driverBehaviour, onceIdle, only } from './driver.ts';

const { pixel, plot, fill, present, shown } = FramebufferRequest;

type Pixels = readonly number[];
const filledWith = (colour: number): Pixels =>
  Array.from({ length: SCREEN.width * SCREEN.height }, () => colour);

interface ScreenState {
  readonly pixels: Pixels;
  readonly presenting: boolean;
  /** Digests, one of which is that of the picture. */
  readonly shown: readonly number[];
}

const indexOf = (operand: number): number => {
  const [column, line] = [operand & 0xff, operand >>> 8];
  return column < SCREEN.width && line < SCREEN.height ? line * SCREEN.width + column : -1;
};

const completed = (own: ScreenState): ScreenState =>
  own.presenting ? { ...own, presenting: false, shown: [digestOf(own.pixels) & MAX_VALUE] } : own;

const idleRequest = (
  own: ScreenState,
  what: number,
  operand: number,
  colour: number,
): Answers<ScreenState> => {
  if (what === present) return only({ ...own, presenting: true }, 0);
  if (what === shown)
    return own.shown.map((digest) => ({ state: { ...own, shown: [digest] }, answer: digest }));
  if (colour > MAX_VALUE) return only(own, -Errno.EINVAL);
  if (what === fill) return only({ ...own, pixels: filledWith(colour) }, 0);
  const index = indexOf(operand);
  if (index < 0) return only(own, -Errno.EINVAL);
  return only({ ...own, pixels: own.pixels.with(index, colour) }, 0);
};

const model: DriverModel<ScreenState> = {
  device: 'framebuffer',
  initial: { pixels: filledWith(0), presenting: false, shown: [0] },
  facts: [SCREEN.width, SCREEN.height],
  reads: [pixel, shown],
  writes: [plot, fill, present],
  isUnderWay: ({ presenting }) => presenting,
  completed,
  waited: completed,
  request: (own, what, operand, colour) =>
    what === pixel
      ? only(own, own.pixels[indexOf(operand)] ?? -Errno.EINVAL)
      : onceIdle(model, own, (idle) => idleRequest(idle, what, operand, colour)),
  leave: (own) => [...new Set([...own.shown, ...completed(own).shown])],
  find: (own, left) => ({ ...own, shown: left as ScreenState['shown'] }),
};

export const framebufferDriver = () => driverBehaviour(model);
