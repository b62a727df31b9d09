/**
 * Security modules: two that are asked at the point `security` before a request comes to another point. Both have the
 * same priority, so that the one that was loaded first is asked first, and the errno is that of the first that refuses;
 * whether something is refused does not depend on it.
 *
 * What is guarded, as they see it (extensions.ts, guardRequest), with what is wanted, by which one of them tells requests
 * apart:
 *
 *     31   28 27 24 23          20 19      0
 *     [ point | key | what is wanted |  …  ]
 *
 * Left out: types of objects but their point, transitions of types, profiles of single tasks.
 * @see Linux, security/security.c, call_int_hook
 */
import type { Word } from './riscv.ts';

export const SECURITY_PRIORITY = 50;

/**
 * Type enforcement, in the manner of SELinux: which type of task may do what at which point. Tasks without a label are of
 * type 0, and may do everything; a type with a number may do what it has been allowed. It refuses with EACCES.
 *
 *     31 28 27  24 23   20 19    16 15   0
 *     [ op | type | class | wanted | task ]      class: the number of the point
 */
export const EnforcementRequest = {
  /** A task is of this type. 0; EINVAL. */
  label: 0,
  /** Tasks of a type may do what is wanted. 0; EINVAL: of type 0. */
  allow: 1,
  revoke: 2,
  /** From now on all this stays as it is: EPERM. */
  seal: 3,
  /** How often it has been asked. */
  asked: 4,
} as const;
export const SUBJECT_TYPES = 4;
/** Tasks that can have a label: 0, which is the kernel itself, to this one less 1. */
export const LABELLED_TASKS = 16;

export const enforcementRequest = (op: number, type = 0, point = 0, wanted = 0, task = 0): Word =>
  ((op << 28) | (type << 24) | (point << 20) | (wanted << 16) | task) >>> 0;

/**
 * Rules by prefix, in the manner of AppArmor: of those with which the guarded request begins, the longest decides;
 * without one it is allowed. It refuses with EPERM.
 *
 *     31 28 27      7    6      5    0
 *     [ op |   0    | allowed | bits ]       argument: the prefix
 */
export const PathRequest = {
  /** A rule, in place of one for the same prefix. 0; EINVAL: more bits than 32, or others are set; ENOSPC. */
  add: 0,
  /** 0; ENOENT. */
  remove: 1,
  /** Argument 1: it only counts what it would refuse; 0: it refuses. */
  complain: 2,
  /** How often it has refused, or would have. */
  refusals: 3,
} as const;
export const PATH_RULES = 8;

export const pathRequest = (op: number, bits = 0, allowed = false): Word =>
  ((op << 28) | (allowed ? 1 << 6 : 0) | bits) >>> 0;
