/**
 * What drivers that are modules are asked, at the point `device` or by `use`: a word that says what is wanted of which
 * device, by which handle, and another one, the argument.
 *
 *     31   24 23    20 19    16 15           0
 *     [ key  |  what  | handle |   operand    ]
 *
 * The key is the number of the device. A handle is what `open` has answered; it stands for what its opener may do, and a
 * request that needs more is refused: the driver checks that itself, for nobody else knows what its requests do.
 *
 * Refusals, in order: ENOTTY, the device knows no such request; EBADF, nobody has that handle; EACCES, it was not opened
 * for that; EAGAIN, a command is under way and the request touches what it works on; EINVAL, the operand or the argument
 * is out of range. Words that are kept have 31 bits, so that an answer below 0 is an error.
 *
 * Left out: commands that wait in a queue. A device has one under way; who comes meanwhile is told EAGAIN, and may wait.
 */
import { Device, type DeviceName } from './devices.ts';
import type { Word } from './riscv.ts';

export type DrivenDevice = Extract<DeviceName, 'disk' | 'network' | 'framebuffer'>;

/** Handles are 1 to this. */
export const HANDLES = 4;
/** What may be done by a handle: bits of `open`'s operand. */
export const Access = { none: 0, read: 1, write: 2 } as const;

/** Words that can be kept and answered. */
export const MAX_VALUE = 0x7fff_ffff;

/** Those of every driver. */
export const DriverRequest = {
  /** operand: Access, one or both. A handle; EINVAL, EMFILE. */
  open: 0,
  /** 0. */
  close: 1,
  /** operand: which. A fact of the device; EINVAL. It takes no handle. */
  identify: 2,
  /** 0: nothing is under way; EAGAIN, EIO. */
  poll: 3,
  /** The same, when nothing is under way any more. */
  wait: 4,
} as const;

/** Facts of each device, in the order of their numbers: `identify`. */
export const DEVICE_FACTS = {
  disk: ['sectors', 'words of a sector'],
  network: ['words of a frame', 'frames on their way, at most'],
  framebuffer: ['width', 'height'],
} as const satisfies Record<DrivenDevice, readonly string[]>;

/** There is a buffer, as long as a sector. */
export const DiskRequest = {
  /** operand: index. A word of the buffer. Reads. */
  get: 8,
  /** operand: index; argument: value. 0. Writes. */
  set: 9,
  /** operand: sector. 0: it is on its way into the buffer. Reads. */
  read: 10,
  /** operand: sector. 0: the buffer is on its way there. Writes. */
  write: 11,
} as const;

/**
 * A frame is its size, a word, and so many words behind it. What was sent comes back, in order. `wait` waits as long as
 * there are frames on their way and none has arrived, too.
 */
export const NetworkRequest = {
  /** operand: index. A word of the frame that was taken last; EINVAL beyond its end. Reads. */
  get: 8,
  /** operand: index; argument: value. 0: a word of the frame that will be sent. Writes. */
  set: 9,
  /** operand: how many words, 1 or more. 0; ENOBUFS: as many are on their way as may be. Writes. */
  send: 10,
  /** The size of the oldest frame that has arrived, which is taken; EAGAIN: none has. Reads. */
  receive: 11,
} as const;
/** Words of a frame without its size, at most; and frames that are sent and not taken: the card loses none of those. */
export const FRAME_WORDS = 16;
export const MAX_ON_THEIR_WAY = 8;

/** operand of one pixel: line << 8 | column. */
export const FramebufferRequest = {
  /** A pixel, as it will be presented. Reads. */
  pixel: 8,
  /** argument: colour. 0. Writes. */
  plot: 9,
  /** argument: colour. 0: all pixels have it. Writes. */
  fill: 10,
  /** 0: the pixels are on their way to the screen. Writes. */
  present: 11,
  /** The lower 31 bits of the digest of what is shown. Reads. */
  shown: 12,
} as const;
export const SCREEN = { width: 16, height: 16 } as const;

export const driverRequest = (device: DrivenDevice, what: number, handle = 0, operand = 0): Word =>
  ((Device[device] << 24) | (what << 20) | (handle << 16) | operand) >>> 0;

/** Its fields. */
export const whatOf = (request: Word): number => (request >>> 20) & 0xf;
export const handleOf = (request: Word): number => (request >>> 16) & 0xf;
export const operandOf = (request: Word): number => request & 0xffff;
