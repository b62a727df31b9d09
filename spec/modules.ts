/**
 * Loadable modules: what a module says of itself, the operations on modules, and the rules by which they are refused.
 *
 * A module is COMING while its init runs, LIVE, then GOING while its exit runs; then it is gone. Where several refusals
 * apply, the first in the order of the policy is the answer. The rules are data: Linux and FreeBSD's kld are two
 * instances of one machine.
 *
 * Left out: UNFORMED (laying a module out takes no time here, so nobody sees it), parameters, and waiting for a module
 * that is COMING: whoever loads it a second time is told EBUSY at once.
 * @see Linux, kernel/module/main.c; FreeBSD, sys/kern/kern_linker.c
 */
import type { DeviceName } from './devices.ts';
import { Errno } from './errno.ts';
import type { ExtensionPoint, ModuleProgramName } from './extensions.ts';
import type { Word } from './riscv.ts';

export interface ExportedSymbol {
  readonly name: string;
  /** Of its type, where versions are checked. */
  readonly crc?: number;
  /** Only modules with a licence that is compatible with the GPL see it. */
  readonly gplOnly: boolean;
}

export interface ImportedSymbol {
  readonly name: string;
  /** What the importer was built against. */
  readonly crc?: number;
}

/** Pages of each section: 1 or more, but init may have none. */
export interface SectionPages {
  readonly text: number;
  readonly rodata: number;
  readonly data: number;
  readonly init: number;
}

/** What stands in a module's file. */
export interface ModuleFacts {
  readonly name: string;
  /** Its code. Without it: one that counts its calls. */
  readonly program?: ModuleProgramName;
  readonly licence: string;
  readonly vermagic: string;
  readonly exports: readonly ExportedSymbol[];
  readonly imports: readonly ImportedSymbol[];
  readonly pages: SectionPages;
  /** A section that is to be written and executed: never loaded. */
  readonly writableText: boolean;
  /** Without it the module cannot be unloaded, unless by force. */
  readonly exit: boolean;
  /** What its init answers: below 0 it has failed, with that error. */
  readonly init: number;
  readonly signature: 'valid' | 'unknown' | 'missing';
}

/** What the kernel insists on. */
export interface ModuleSettings {
  readonly policy: ModulePolicy;
  readonly vermagic: string;
  /** Modules without a valid signature are refused; otherwise they taint. */
  readonly enforceSignatures: boolean;
  /** Nothing is loaded or unloaded any more (Linux modules_disabled, FreeBSD securelevel). */
  readonly disabled: boolean;
  readonly blacklist: readonly string[];
  /** Symbols of the kernel itself. */
  readonly kernelExports: readonly ExportedSymbol[];
}

/** What may go wrong in a module, when one of its routines is called for the n-th time, 0 the first. */
export const MODULE_FAULT_KINDS = ['null dereference', 'wild store', 'endless loop'] as const;
export interface ModuleFault {
  readonly module: string;
  readonly routine: 'init' | 'exit' | 'use' | 'hook';
  readonly call: number;
  readonly kind: (typeof MODULE_FAULT_KINDS)[number];
}

/** What a machine is booted with, as far as modules go: the files, what the kernel insists on, and memory. Plain data. */
export interface ModuleSetup extends Omit<ModuleSettings, 'policy'> {
  readonly policy: ModulePolicy['name'];
  readonly files: readonly ModuleFacts[];
  /** Pages that all modules together may have. */
  readonly pages: number;
  readonly faults?: readonly ModuleFault[];
}

export const settingsOf = ({
  policy,
  files: _,
  pages: __,
  ...rest
}: ModuleSetup): ModuleSettings => ({
  ...rest,
  policy: policy === 'linux' ? LINUX_POLICY : KLD_POLICY,
});

/** Tables of the window, whatever is loaded. */
export const MODULE_TABLES = 1;
/** Frames that such a machine has beyond others: sections, two tables for each module, and what the loader keeps. */
export const moduleFrames = ({ files, pages }: ModuleSetup): number =>
  pages + 2 * files.length + 5 + MODULE_TABLES + Math.ceil(files.length / 128);

/** Licences that see GPL-only symbols, as the kernel spells them. */
const GPL_COMPATIBLE: readonly string[] = [
  'GPL',
  'GPL v2',
  'GPL and additional rights',
  'Dual BSD/GPL',
  'Dual MIT/GPL',
  'Dual MPL/GPL',
];
export const isGplCompatible = (licence: string): boolean => GPL_COMPATIBLE.includes(licence);

/** Why a load is refused. What is wrong with symbols has an errno of its own kind (SYMBOL_ERRNO). */
export type LoadRefusal =
  | 'disabled'
  | 'signature'
  | 'writable text'
  | 'blacklisted'
  | 'vermagic'
  | 'loaded'
  | 'not live'
  | 'memory'
  | 'symbols'
  | 'exported twice';

/** Why an unload is refused. */
export type UnloadRefusal =
  | 'disabled'
  | 'unknown'
  | 'depended on'
  | 'not live'
  | 'not loaded by a user'
  | 'no exit'
  | 'in use';

interface LoadRule {
  readonly unless: LoadRefusal;
  readonly errno: number;
}
interface UnloadRule {
  readonly unless: UnloadRefusal;
  readonly errno: number;
  /** Force overrides it. */
  readonly forcible: boolean;
}

export interface ModulePolicy {
  readonly name: 'linux' | 'kld';
  /** Loading what is loaded: refused, or counted, and each unload but the last only counts down. */
  readonly counts: boolean;
  /** In order; the first that applies is the answer. */
  readonly load: readonly LoadRule[];
  readonly unload: readonly UnloadRule[];
}

const never = (unless: UnloadRefusal, errno: number): UnloadRule => ({
  unless,
  errno,
  forcible: false,
});
const forcible = (unless: UnloadRefusal, errno: number): UnloadRule => ({
  unless,
  errno,
  forcible: true,
});

const LINUX_LOAD: readonly LoadRule[] = [
  { unless: 'disabled', errno: Errno.EPERM },
  { unless: 'signature', errno: Errno.EKEYREJECTED },
  { unless: 'writable text', errno: Errno.ENOEXEC },
  { unless: 'blacklisted', errno: Errno.EPERM },
  { unless: 'vermagic', errno: Errno.ENOEXEC },
  { unless: 'loaded', errno: Errno.EEXIST },
  { unless: 'not live', errno: Errno.EBUSY },
  { unless: 'memory', errno: Errno.ENOMEM },
  { unless: 'symbols', errno: Errno.ENOENT },
  { unless: 'exported twice', errno: Errno.ENOEXEC },
];

export const LINUX_POLICY: ModulePolicy = {
  name: 'linux',
  counts: false,
  load: LINUX_LOAD,
  unload: [
    never('disabled', Errno.EPERM),
    never('unknown', Errno.ENOENT),
    never('depended on', Errno.EAGAIN),
    never('not live', Errno.EBUSY),
    forcible('no exit', Errno.EBUSY),
    forcible('in use', Errno.EAGAIN),
  ],
};

/** A dependency is a reference like one of a user; what nobody refers to any more goes by itself. */
export const KLD_POLICY: ModulePolicy = {
  name: 'kld',
  counts: true,
  load: LINUX_LOAD.filter(({ unless }) => unless !== 'loaded'),
  unload: [
    never('disabled', Errno.EPERM),
    never('unknown', Errno.ENOENT),
    never('not live', Errno.EBUSY),
    never('not loaded by a user', Errno.EBUSY),
    never('no exit', Errno.EBUSY),
    forcible('in use', Errno.EBUSY),
  ],
};

/** What is wrong with a symbol that is imported: the first such import decides. */
export const SYMBOL_ERRNO = {
  /** Nobody exports it, its owner is GOING, or it is GPL-only and the importer is not. */
  unresolved: Errno.ENOENT,
  /** Its type is another one than the importer was built against. */
  version: Errno.EINVAL,
  /** Its owner is COMING. */
  coming: Errno.EBUSY,
} as const;

export type ModuleTaint = 'proprietary' | 'unsigned' | 'forced';

/**
 * One operation. `load` ends with the module COMING; `init` runs its init, and it is LIVE or gone. In the same way
 * `unload` and `exit`. `get` and `put` are those of a user; `use` has the module itself do something. `ask` is a request
 * to whoever has registered at a point; `tick` is time that passes. Everything answers 0 or more, or a negative errno.
 */
export type ModuleOperation =
  | { readonly op: 'load' | 'init' | 'exit' | 'get' | 'put'; readonly module: string }
  | {
      readonly op: 'use';
      readonly module: string;
      /** 0 unless it says otherwise, as is the argument. */
      readonly request?: Word;
      readonly argument?: Word;
      readonly caller?: Word;
    }
  | { readonly op: 'unload'; readonly module: string; readonly force: boolean }
  | {
      readonly op: 'ask';
      readonly point: ExtensionPoint;
      readonly request: Word;
      readonly argument: Word;
      /** The task that asks, as the kernel numbers it. Without it: the kernel itself, 0. */
      readonly caller?: Word;
    }
  | { readonly op: 'tick' };

/** What can be seen of a module that is loaded. */
export interface ModuleStatus {
  readonly name: string;
  readonly state: 'coming' | 'live' | 'going';
  /** Users, and modules that import from it; not the base reference. */
  readonly references: number;
  /** Whom it imports from, sorted. */
  readonly uses: readonly string[];
}

/** What modules have registered, sorted by point and order, timers by module. */
export interface Registrations {
  readonly hooks: readonly {
    readonly point: ExtensionPoint;
    readonly priority: number;
    readonly key: number;
    readonly module: string;
  }[];
  /** Modules whose timer is armed, and the ticks that are left. */
  readonly timers: readonly { readonly module: string; readonly ticks: number }[];
  readonly interrupts: readonly { readonly module: string; readonly device: DeviceName }[];
}
