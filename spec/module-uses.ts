/**
 * What the textbook says that loadable modules are used for, and the programs of each use. Each use has a point at which
 * the kernel is extended: requests come there, or to the module itself.
 */
import { Device } from './devices.ts';
import type { ExtensionPoint, ModuleProgramName } from './extensions.ts';
import { FILE_SYSTEM_KEY } from './module-files.ts';
import { WATCHDOG } from './softdog.ts';

export const MODULE_USE_NAMES = [
  'device drivers',
  'file systems',
  'network protocols',
  'security modules',
] as const;
export type ModuleUse = (typeof MODULE_USE_NAMES)[number];

interface UseDescription {
  readonly point: ExtensionPoint;
  readonly programs: readonly {
    readonly program: ModuleProgramName;
    /** At a point that is exclusive, what it is found by; else 0. */
    readonly key: number;
    /** The program of the module that it imports from, if there is one. */
    readonly over?: ModuleProgramName;
  }[];
}

export const MODULE_USES = {
  'device drivers': {
    point: 'device',
    programs: [
      { program: 'disk-driver', key: Device.disk },
      { program: 'network-driver', key: Device.network },
      { program: 'framebuffer-driver', key: Device.framebuffer },
      { program: 'softdog', key: WATCHDOG },
    ],
  },
  'file systems': {
    point: 'filesystem',
    programs: [
      { program: 'ramfs', key: FILE_SYSTEM_KEY.ramfs },
      { program: 'unionfs', key: FILE_SYSTEM_KEY.unionfs, over: 'ramfs' },
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
} as const satisfies Record<ModuleUse, UseDescription>;

export type UsedProgramName = (typeof MODULE_USES)[ModuleUse]['programs'][number]['program'];

export interface UsedProgram {
  readonly use: ModuleUse;
  readonly point: ExtensionPoint;
  readonly program: UsedProgramName;
  readonly key: number;
  readonly over?: UsedProgramName;
}

export const programsOf = (use: ModuleUse): readonly UsedProgram[] => {
  const { point, programs } = MODULE_USES[use];
  return programs.map((one) => ({ use, point, ...one }));
};
