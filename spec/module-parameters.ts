/**
 * Parameters of modules: what a file declares, what a load brings, and where the values lie.
 *
 * Each is a word in the first page of the module's data, in the order in which the file declares them; the file says
 * what it holds at first. They are set when the module is COMING, before its init runs, in the order in which the load
 * brings them; the first that fails decides, and the module is gone without its init having run.
 *
 * - int: decimal, 0x… hexadecimal or 0… octal, with a sign or without; else EINVAL, as without a value. Beyond 32 bits
 *   ERANGE, beyond the range that the file declares EINVAL.
 * - bool: what begins with y, 1 or on is true, with n, 0 or of false (y and n, on and off in either case); without a
 *   value true; else EINVAL.
 * - one that no file declares is ignored, with a warning.
 *
 *     byte 0       4032                  4096
 *     [ the module's | 16 parameters, a word each ]      only where it declares any
 *
 * Left out: texts, arrays, and parameters that can be written while the module is LIVE.
 * @see Linux, kernel/params.c (param_set_uint_minmax, param_set_bool), kernel/module/main.c (unknown_module_param_cb)
 */
import { PAGE_SIZE } from './riscv.ts';

export const MAX_PARAMETERS = 16;
/** Where the first one lies, in bytes of the module's data. */
export const PARAMETERS_AT = PAGE_SIZE - 4 * MAX_PARAMETERS;

export interface ParameterFacts {
  readonly name: string;
  readonly type: 'int' | 'bool';
  /** Of an int: the least and the greatest value. */
  readonly range?: readonly [number, number];
  /** What it holds where no load says otherwise; a bool 0 or 1. */
  readonly initial: number;
}

/** `name=value`, or the name alone. */
export interface ParameterValue {
  readonly name: string;
  readonly value?: string;
}
