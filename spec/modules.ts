/**
 * Loadable modules: what a module says of itself, the operations on modules, and the rules by which they are refused.
 *
 *     prepare        form          init        unload        exit
 *     ───────▶ UNFORMED ───▶ COMING ───▶ LIVE ───────▶ GOING ───▶ gone
 *
 * A module is UNFORMED from when it has its place in memory until it is bound to others and its sections have their
 * rights; it is listed, and can be held, but its symbols cannot be found. It is COMING until its init has run, GOING
 * until its exit has. Where several refusals apply, the first in the order of the policy is the answer. The rules are
 * data: Linux and FreeBSD's kld are two instances of one machine.
 *
 * W^X: no frame is executable by one translation and writable by another, in any live table or TLB. The kernel's own
 * direct map, which reaches every frame to read and write, is left out as an alias so long as nothing in it can be
 * executed: whoever can store through it already runs as the kernel.
 *
 * Left out: waiting for a module that is UNFORMED or COMING: whoever loads it a second time is told EBUSY at once.
 * @see Linux 6.5 and later, kernel/module/main.c; FreeBSD, sys/kern/kern_linker.c, kern_module.c
 */
import type { DeviceName } from './devices.ts';
import { Errno } from './errno.ts';
import type { ExtensionPoint, ModuleProgramName } from './extensions.ts';
import type { ParameterFacts, ParameterValue } from './module-parameters.ts';
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

/** Pages of each section: text and data 1 or more, init may have none. Too little read-only data is refused. */
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
  /** What a load may set: 16 at most. */
  readonly parameters?: readonly ParameterFacts[];
  /** The error by which it asks not to be unloaded now (MOD_QUIESCE), and the one by which it refuses (MOD_UNLOAD). */
  readonly quiesce?: number;
  readonly veto?: number;
  /**
   * Who has signed the bytes of its file: the kernel's key, or one that the kernel does not know, or nobody; or the
   * kernel's key has, and then they were tampered with. It is no part of these bytes: a loader that is given keys does
   * not look at it, and finds out.
   */
  readonly signature: 'valid' | 'unknown' | 'tampered' | 'missing';
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
  /** Modules that somebody else in the kernel does not let go (kld_unload_try). */
  readonly kept?: readonly string[];
  /** Where counts of references stop and stay; REFERENCE_LIMIT unless it says otherwise. */
  readonly referenceLimit?: number;
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

/**
 * A count of users, or of loads, that has come so far neither rises nor falls any more: better a module that never goes
 * than one that goes under somebody. Dependants are counted exactly: there are no more of them than modules.
 */
export const REFERENCE_LIMIT = 0x7fff_ffff;

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

/** Why a module is not laid out. */
export type LoadRefusal =
  | 'disabled'
  | 'signature'
  | 'blacklisted'
  | 'vermagic'
  | 'loaded'
  | 'not live'
  | 'writable text'
  | 'memory';

/** Why one that is laid out is not formed. What is wrong with symbols has an errno of its own kind (SYMBOL_ERRNO). */
export type FormRefusal = 'symbols' | 'relocations' | 'exported twice';

/** Why an unload is refused. */
export type UnloadRefusal =
  | 'disabled'
  | 'unknown'
  | 'depended on'
  | 'not live'
  | 'not loaded by a user'
  | 'kept'
  | 'quiesce'
  | 'in use'
  | 'no exit'
  | 'veto';

interface LoadRule {
  readonly unless: LoadRefusal;
  readonly errno: number;
}
interface FormRule {
  readonly unless: FormRefusal;
  readonly errno: number;
}
export interface UnloadRule {
  readonly unless: UnloadRefusal;
  /** Of `quiesce` and `veto` the module says itself which. */
  readonly errno: number;
  /** Force overrides it. */
  readonly forcible: boolean;
  /** It is asked at the last reference only, also where that is given back by another module that goes. */
  readonly last: boolean;
}

export interface ModulePolicy {
  readonly name: 'linux' | 'kld';
  /** Loading what is loaded: refused, or counted, and each unload but the last only counts down. */
  readonly counts: boolean;
  /** A load may bring values of parameters: kldload(2) has no place for them, so they are not looked at. */
  readonly parameters: boolean;
  /** In order; the first that applies is the answer. */
  readonly load: readonly LoadRule[];
  readonly form: readonly FormRule[];
  readonly unload: readonly UnloadRule[];
}

const first = (unless: UnloadRefusal, errno: number): UnloadRule => ({
  unless,
  errno,
  forcible: false,
  last: false,
});
const last = (unless: UnloadRefusal, errno: number, forcible: boolean): UnloadRule => ({
  unless,
  errno,
  forcible,
  last: true,
});

/** load_module: module_sig_check, early_mod_check, layout_and_allocate. */
const LINUX_LOAD: readonly LoadRule[] = [
  { unless: 'disabled', errno: Errno.EPERM },
  { unless: 'signature', errno: Errno.EKEYREJECTED },
  { unless: 'blacklisted', errno: Errno.EPERM },
  { unless: 'vermagic', errno: Errno.ENOEXEC },
  { unless: 'loaded', errno: Errno.EEXIST },
  { unless: 'not live', errno: Errno.EBUSY },
  { unless: 'writable text', errno: Errno.ENOEXEC },
  { unless: 'memory', errno: Errno.ENOMEM },
];
/** simplify_symbols, apply_relocations, complete_formation. */
const LINUX_FORM: readonly FormRule[] = [
  { unless: 'symbols', errno: Errno.ENOENT },
  { unless: 'relocations', errno: Errno.ENOEXEC },
  { unless: 'exported twice', errno: Errno.ENOEXEC },
];

export const LINUX_POLICY: ModulePolicy = {
  name: 'linux',
  counts: false,
  parameters: true,
  load: LINUX_LOAD,
  form: LINUX_FORM,
  unload: [
    first('disabled', Errno.EPERM),
    first('unknown', Errno.ENOENT),
    first('depended on', Errno.EAGAIN),
    first('not live', Errno.EBUSY),
    last('no exit', Errno.EBUSY, true),
    last('in use', Errno.EAGAIN, true),
  ],
};

/**
 * A dependency is a reference like one of a user; what nobody refers to any more goes by itself, unless it is kept or
 * refuses: then it stays, though nobody refers to it. A module in use is a driver whose device is open, which asks for
 * quiet with EBUSY; one without an exit refuses to go (modevent_nop).
 */
export const KLD_POLICY: ModulePolicy = {
  name: 'kld',
  counts: true,
  parameters: false,
  load: LINUX_LOAD.filter(({ unless }) => unless !== 'loaded'),
  form: LINUX_FORM,
  unload: [
    first('disabled', Errno.EPERM),
    first('unknown', Errno.ENOENT),
    first('not live', Errno.EBUSY),
    first('not loaded by a user', Errno.EBUSY),
    last('kept', Errno.EBUSY, false),
    last('quiesce', Errno.EBUSY, true),
    last('in use', Errno.EBUSY, true),
    last('no exit', Errno.EBUSY, false),
    last('veto', Errno.EBUSY, false),
  ],
};

/** What is wrong with a symbol that is imported: the first such import decides. */
export const SYMBOL_ERRNO = {
  /** Nobody exports it, its owner is UNFORMED or GOING, or it is GPL-only and the importer is not. */
  unresolved: Errno.ENOENT,
  /** Its type is another one than the importer was built against. */
  version: Errno.EINVAL,
  /** Its owner is COMING. */
  coming: Errno.EBUSY,
} as const;

export type ModuleTaint = 'proprietary' | 'unsigned' | 'forced';

/** What the kernel has complained of, each once; it goes on. */
export type ModuleWarning =
  /** A reference that nobody has is given back. */
  | 'count below zero'
  | 'count saturated'
  | 'unknown parameter'
  /** Its init has answered more than 0: it is loaded all the same. */
  | 'init above zero';

/**
 * One operation. `prepare` ends with the module UNFORMED; `form` binds it to others and makes it COMING, or it is gone;
 * `load` is both at once. `init` sets its parameters and runs its init, and it is LIVE or gone. `unload` makes it GOING,
 * `exit` runs its exit, and it is gone. `get` and `put` are those of a user; `use` has the module itself do something,
 * and holds it meanwhile. `ask` is a request to whoever has registered at a point, each of whom is held while it answers;
 * `tick` is time that passes. Everything answers 0 or more, or a negative errno.
 */
export type ModuleOperation =
  | {
      readonly op: 'load' | 'prepare';
      readonly module: string;
      readonly parameters?: readonly ParameterValue[];
    }
  | { readonly op: 'form' | 'init' | 'exit' | 'get' | 'put'; readonly module: string }
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
  readonly state: 'unformed' | 'coming' | 'live' | 'going';
  /** Users, and modules that import from it; not the base reference. */
  readonly references: number;
  /** Whom it imports from, sorted; nobody while it is UNFORMED. */
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
