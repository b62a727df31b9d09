/**
 * Where a running kernel can be extended: what a module's code is, the points at which it registers, and how a request
 * that comes to a point is answered.
 *
 * A request is a word, its argument another; the answer is 0 or more, or a negative errno. `request >>> 24` is the key:
 * at a point that is exclusive it names the module that is meant.
 *
 *     31     24 23                    0
 *     [  key  |   what is wanted      ]
 */
import { Errno } from './errno.ts';
import type { Word } from './riscv.ts';

/** Programs that a module may have as its code: kernels/modules/programs; what they answer: model/modules/behaviours. */
export const MODULE_PROGRAMS = [
  'counter',
  'sleeper',
  'disk-driver',
  'network-driver',
  'framebuffer-driver',
  'ramfs',
  'unionfs',
  'ip-tables',
  'match-port',
  'match-limit',
  'datagram-protocol',
  'capability-lsm',
  'path-lsm',
  'softdog',
  'limited',
] as const;
export type ModuleProgramName = (typeof MODULE_PROGRAMS)[number];

/** Their numbers are their places in this list. */
export const EXTENSION_POINTS = ['device', 'filesystem', 'packet', 'security', 'match'] as const;
export type ExtensionPoint = (typeof EXTENSION_POINTS)[number];

/** What a module registers while its init runs, and takes back in its exit. */
export interface Hook {
  readonly point: ExtensionPoint;
  /** 0 to 255. Where all hooks are asked, lower ones first; among equals, who came first. */
  readonly priority: number;
  /** 0 to 255. At an exclusive point, what it is found by. */
  readonly key: number;
}

/**
 * How a point answers.
 * - exclusive: a key has one hook, and that is asked; without one ENODEV. A second one is refused with EBUSY.
 * - packet: all hooks are asked in their order; the first that answers 0 drops the packet; else 1.
 * - security: all hooks are asked, the first that answers with an error refuses; else 0.
 */
export type PointRule = 'exclusive' | 'packet' | 'security';
export const POINT_RULES: Readonly<Record<ExtensionPoint, PointRule>> = {
  device: 'exclusive',
  filesystem: 'exclusive',
  packet: 'packet',
  security: 'security',
  match: 'exclusive',
};

/**
 * Points at which only modules ask, through `askPoint`: for whoever else asks there nobody is registered. What is asked
 * there is a part of a request that was guarded where it came in, so that nobody guards it again.
 */
const INNER_POINTS: readonly ExtensionPoint[] = ['match'];
export const isInner = (point: ExtensionPoint): boolean => INNER_POINTS.includes(point);

export const keyOf = (request: Word): number => request >>> 24;

/**
 * Before a request comes to another point, the hooks at `security` are asked whether it may: with the number of that
 * point in the four highest bits in place of the key's.
 */
export const guardRequest = (point: ExtensionPoint, request: Word): Word =>
  ((EXTENSION_POINTS.indexOf(point) << 28) | (request & 0x0fff_ffff)) >>> 0;

/** What nobody is registered for. */
export const NOT_REGISTERED = -Errno.ENODEV;

/** What a module may ask of the kernel, by number: the kernel exports these. */
export const FACILITIES = [
  /** (point, priority << 8 | key): its hook is asked there from now on. 0; EBUSY, ENOSPC. */
  'registerHook',
  /** (point): all its hooks at the point are gone. 0; EINVAL: it has none. */
  'unregisterHook',
  /** (ticks): its timer goes off once, after so many ticks; one that is armed is armed anew. 0; EINVAL: ticks is 0. */
  'setTimer',
  /** (): whether one was armed. */
  'cancelTimer',
  /** (device): its interrupt routine is called whenever the device interrupts. 0; EBUSY, EINVAL. */
  'requestInterrupt',
  /** (device): no longer. 0; EINVAL. */
  'freeInterrupt',
  /** (device): the address of the device's registers. EINVAL: there is no such device. */
  'mapRegisters',
  /** (va): the address by which a device reaches a word of its data. */
  'dmaAddress',
  /** (): one more reference on the module itself: it cannot be unloaded. 0; ENOENT: it is GOING. */
  'holdSelf',
  /** (): one less. 0; EINVAL: there is none. */
  'releaseSelf',
  /** (): who has asked for what is being done, as the kernel numbers its tasks. 0: nobody, the kernel itself. */
  'caller',
  /**
   * (point, request, argument): what those answer who are registered there, for the one who asks the module; guarded as
   * his own request would be. EINVAL: there is no such point. May wait.
   */
  'askPoint',
  /** (point, key): who is registered there stays, until it is let go as often. 0; ENOENT: nobody, or it is GOING; EINVAL. */
  'holdHook',
  /** (point, key): no longer. 0; EINVAL: it is not held. May wait, for who is not held may go. */
  'releaseHook',
] as const;
export type Facility = (typeof FACILITIES)[number];

/** Those that may wait: only a program that sleeps may ask for them. */
export const WAITING_FACILITIES = ['askPoint', 'releaseHook'] as const;
export type WaitingFacility = (typeof WAITING_FACILITIES)[number];
