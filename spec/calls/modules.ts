/**
 * The calls on loadable modules. A module is known by its number: its place among the files that the machine was booted
 * with. Which refusal is told, and in which order they are looked at, is the policy's (spec/modules.ts).
 *
 * A module's init and exit may wait, and so may what it is asked; meanwhile other calls go on. Each of these calls takes
 * effect in steps, each at one moment: loading makes the module COMING, then runs its init, and it is LIVE or gone;
 * unloading makes it GOING, then runs its exit, and it is gone. Who uses a module holds a reference on it meanwhile. What
 * a task that ends has begun is done to its end; what its address space holds is released with it.
 * @see Linux, init_module(2), delete_module(2); FreeBSD, kldload(2)
 */
import type { CallDescription } from './call.ts';

/** Flags of unloadModule. */
export const UnloadFlag = { force: 1 } as const;

/** What moduleState returns: the state, and the references of users and of modules that import from it above it. */
export const ModuleStateNumber = { coming: 1, live: 2, going: 3 } as const;
export const REFERENCES_SHIFT = 2;

/** References that all address spaces together may hold, before ENOSPC is allowed. */
export const HOLDERS = 64;

const noFile = 'there is no such module';

export type ModuleCallName =
  | 'loadModule'
  | 'unloadModule'
  | 'moduleState'
  | 'holdModule'
  | 'releaseModule'
  | 'useModule'
  | 'ask';

export const MODULE_CALLS: readonly CallDescription[] = [
  {
    name: 'loadModule',
    group: 'modules',
    args: ['module'],
    effect: 'Loads the module and runs its init. Returns 0.',
    errors: {
      EPERM: 'nothing may be loaded any more, or the module is blacklisted',
      EKEYREJECTED: 'signatures are enforced, and it has none that is valid',
      ENOEXEC:
        'its text could be written, it was built for another kernel, it exports what is exported already, or its read-only data has no room for addresses of what it imports',
      EEXIST: 'it is loaded (kld: counted instead)',
      EBUSY: 'it is COMING or GOING, or so is whom it imports from; or what it registers is taken',
      ENOMEM: 'there is no room for its sections',
      ENOENT: `${noFile}, or it imports what nobody exports to it`,
      EINVAL: 'a symbol that it imports has another version',
      EIO: 'its init says so, or has gone wrong in user space',
    },
  },
  {
    name: 'unloadModule',
    group: 'modules',
    args: ['module', 'force'],
    effect:
      'Runs the module’s exit and frees all that it had. Force 1: neither users nor a missing exit keep it. Returns 0.',
    errors: {
      EPERM: 'nothing may be unloaded any more',
      ENOENT: 'it is not loaded',
      EAGAIN: 'others import from it, or somebody uses it',
      EBUSY:
        'it is COMING or GOING, or has no exit (kld: or somebody uses it, or it refuses, or is kept)',
      EINVAL: 'force is above 1',
    },
  },
  {
    name: 'moduleState',
    group: 'modules',
    args: ['module'],
    effect:
      'Returns its state (1 COMING, 2 LIVE, 3 GOING) and, from bit 2 on, how many users and modules refer to it.',
    errors: { ENOENT: 'it is not loaded' },
  },
  {
    name: 'holdModule',
    group: 'modules',
    args: ['module'],
    effect:
      'Takes a reference for the caller’s address space: the module stays until it is released. Returns 0.',
    errors: { ENOENT: 'it is not loaded, or GOING', ENOSPC: 'only beyond 64 references' },
  },
  {
    name: 'releaseModule',
    group: 'modules',
    args: ['module'],
    effect: 'Gives back a reference of the caller’s address space. Returns 0.',
    errors: { EINVAL: 'the address space has no reference on it' },
  },
  {
    name: 'useModule',
    group: 'modules',
    args: ['module', 'request', 'argument'],
    effect: 'Has the module do something. Returns what it answers: 0 or more.',
    errors: {
      ENOENT: 'it is not LIVE',
      EIO: 'it has gone wrong in user space',
    },
  },
  {
    name: 'ask',
    group: 'modules',
    args: ['point', 'request', 'argument'],
    effect:
      'Asks whoever has registered at an extension point: 0 device, 1 filesystem, 2 packet, 3 security. Returns the answer.',
    errors: {
      EINVAL: 'there is no such point',
      ENODEV: 'nobody has registered there for what is asked',
      EACCES: 'a security module refuses',
      EPERM: 'likewise',
      EIO: 'who was asked has gone wrong in user space',
    },
  },
];
