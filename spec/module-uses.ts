/**
 * What the textbook says that loadable modules are used for, and the programs of each use: an operating system need not
 * have them all. Where a use has a point of its own at which the kernel is extended, requests come there.
 */
import { Device } from './devices.ts';
import { type ExtensionPoint, MODULE_PROGRAMS, type ModuleProgramName } from './extensions.ts';

export const MODULE_USE_NAMES = [
  'device drivers',
  'file systems',
  'network protocols',
  'security modules',
] as const;
export type ModuleUse = (typeof MODULE_USE_NAMES)[number];

export interface UsedProgram {
  readonly program: ModuleProgramName;
  /** At a point that is exclusive, what it is found by. */
  readonly key: number;
  /** The program of the module that it imports from. */
  readonly over?: ModuleProgramName;
}

interface UseDescription {
  readonly point: ExtensionPoint;
  readonly programs: readonly (Omit<UsedProgram, 'program' | 'over'> & {
    readonly program: string;
    readonly over?: string;
  })[];
}

const USES: Readonly<Record<ModuleUse, UseDescription>> = {
  'device drivers': {
    point: 'device',
    programs: [
      { program: 'disk-driver', key: Device.disk },
      { program: 'network-driver', key: Device.network },
      { program: 'framebuffer-driver', key: Device.framebuffer },
      { program: 'softdog', key: 130 },
    ],
  },
  'file systems': {
    point: 'filesystem',
    programs: [
      { program: 'ramfs', key: 1 },
      { program: 'unionfs', key: 2, over: 'ramfs' },
    ],
  },
  'network protocols': {
    point: 'packet',
    programs: [
      { program: 'ip-tables', key: 0 },
      { program: 'match-port', key: 0 },
      { program: 'match-limit', key: 0 },
      { program: 'datagram-protocol', key: 0 },
    ],
  },
  'security modules': {
    point: 'security',
    programs: [
      { program: 'capability-lsm', key: 0 },
      { program: 'path-lsm', key: 0 },
    ],
  },
};

const isProgram = (name: string | undefined): name is ModuleProgramName =>
  (MODULE_PROGRAMS as readonly (string | undefined)[]).includes(name);

/** Those that there are. */
export const programsOf = (use: ModuleUse): readonly UsedProgram[] =>
  USES[use].programs.flatMap(({ program, over, key }) =>
    isProgram(program) ? [{ program, key, ...(isProgram(over) && { over }) }] : [],
  );

export const pointOf = (use: ModuleUse): ExtensionPoint => USES[use].point;
