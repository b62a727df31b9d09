/**
 * The devices and their registers. Each device has one page of registers (MMIO) beyond RAM; supervisor mode finds them
 * at DEVICE_WINDOW, and a driver in user mode reaches one only where its tables map that page. Registers are words.
 *
 * A device moves data by DMA: into and out of RAM by itself, when the command completes, some machine steps after it
 * was given. Then it raises its interrupt, which comes to hart 0 as an external interrupt; `machine.claim()` says whose
 * it is. With the IOMMU off for a device a DMA address is physical; with it on, it is translated through the Sv32 tables whose root
 * the IOMMU holds for that device (0: none), by entries with U, and what they do not allow is refused: the command ends
 * with `error`. The IOMMU keeps translations until `invalidate` is written.
 */
import type { Frame, VirtualAddress, Word } from './riscv.ts';

/** The frame number of the first page of registers: beyond all RAM, at the start of a superpage. */
export const DEVICE_FRAME: Frame = 0x8_0000;
/** Where the kernel's tables map them all, as one superpage: device d at DEVICE_WINDOW + d × 4096. */
export const DEVICE_WINDOW: VirtualAddress = 0xf000_0000;

/** Page of registers by device. */
export const Device = { console: 0, disk: 1, network: 2, iommu: 3, framebuffer: 4 } as const;
export type DeviceName = keyof typeof Device;
export type DeviceId = (typeof Device)[DeviceName];
export const deviceFrame = (device: DeviceId): Frame => DEVICE_FRAME + device;

/**
 * Offsets in bytes. A word written to `data` sends its lowest byte. What is typed waits in the device, which interrupts
 * whenever a text has come: `waiting` says how many bytes wait, and reading `received` takes the oldest (0: none waits).
 */
export const ConsoleRegister = { data: 0, received: 4, waiting: 8 } as const;

/** Bytes of a sector, and sectors of the disk unless the workload says otherwise. */
export const SECTOR_SIZE = 512;
export const DISK_SECTORS = 256;
/** Offsets in bytes. `command` starts; `status` is read-only; `sectors` says how many the disk has. */
export const DiskRegister = { sector: 0, address: 4, command: 8, status: 12, sectors: 16 } as const;
export const DiskCommand = { read: 1, write: 2 } as const;
/** `busy` until the command completes; a command given while busy is lost and sets `error` when the first completes. */
export const DeviceStatus = { idle: 0, busy: 1, done: 2, error: 3 } as const;

/**
 * Loopback: what is transmitted comes back into the buffer that was posted by `receive`, in order; the device keeps up
 * to 8 frames until a buffer is posted, more are lost. `receivedLength` is set when one has arrived.
 */
export const NetworkRegister = {
  transmitAddress: 0,
  transmitLength: 4,
  transmitStatus: 8,
  receiveAddress: 12,
  receiveCapacity: 16,
  receivedLength: 20,
  receiveStatus: 24,
  /** 1 transmit, 2 post the receive buffer, 3 reset. */
  command: 28,
} as const;
/** `reset`: what is under way is given up, the posted buffer with it, and frames that the device keeps are lost. */
export const NetworkCommand = { transmit: 1, receive: 2, reset: 3 } as const;
/** Bytes of a network frame, at most. */
export const MAX_NETWORK_FRAME = 256;
export const NETWORK_QUEUE = 8;

/**
 * A picture of `width` × `height` pixels, a word each, line after line from `address` on. `present` reads them all when
 * it completes, and shows them; given while another is under way it is lost, and sets `error` when the first completes.
 * `stop` gives up what is under way. `shown` is the digest of the picture that is shown (0: none was yet).
 */
export const FramebufferRegister = {
  width: 0,
  height: 4,
  address: 8,
  command: 12,
  status: 16,
  shown: 20,
} as const;
export const FramebufferCommand = { present: 1, stop: 2 } as const;
/** Pixels of a line, and lines, at most. */
export const MAX_PIXELS = 64;

/** FNV-1a, word by word. */
export const digestOf = (pixels: ArrayLike<Word>): Word => {
  let digest = 0x811c_9dc5;
  for (let at = 0; at < pixels.length; at++)
    digest = Math.imul(digest ^ (pixels[at] ?? 0), 0x0100_0193);
  return digest >>> 0;
};

/** Bit d of `control`: on for device d. `root + 4 × device` holds the frame of the root table for that device. `fault` is the last address refused. */
export const IommuRegister = { control: 0, invalidate: 4, fault: 8, root: 16 } as const;

/** How devices of one run behave; part of a workload. Latencies in machine steps, 1 to 64. */
export interface DeviceSettings {
  readonly diskLatency: number;
  readonly networkLatency: number;
  /** 1 unless it is given. */
  readonly framebufferLatency?: number;
  /** The disk does not answer any more after so many commands. */
  readonly diskStuckAfter?: number;
  /** What is typed at the console, in order of time. */
  readonly input?: readonly Typed[];
}

/** A text that comes to the console after so many machine steps: 1 to 64 characters of ASCII. */
export interface Typed {
  readonly after: number;
  readonly text: string;
}
