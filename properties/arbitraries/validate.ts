/**
 * Is this a workload? For values that come from outside: stored files, other people's generators. Answers with one
 * sentence that names the place and what is allowed there, or with `undefined` if all is well.
 *
 * Checks are plain functions on `unknown`, composed by place; nothing is thrown.
 */
import { CALLS } from '../../spec/abi.ts';
import { MODULE_PROGRAMS } from '../../spec/extensions.ts';
import {
  FIRST_TEXT_FRAME,
  MAX_BODIES,
  MAX_BODY,
  MAX_TEXTS,
  TEXT_STRIDE,
} from '../../spec/layout.ts';
import { MAX_PARAMETERS } from '../../spec/module-parameters.ts';
import { MODULE_FAULT_KINDS, REFERENCE_LIMIT } from '../../spec/modules.ts';
import { MAX_HARTS, REGISTER_NAMES } from '../../spec/riscv.ts';
import { FAULT_KINDS, PRIVILEGED, WORKLOAD_FORMAT, type Workload } from '../../spec/workload.ts';

/** What is wrong with a value at a place; `undefined`: nothing. */
type Check = (value: unknown, place: string) => string | undefined;

const textOf = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return 'a value that JSON does not have';
  }
};

const shown = (value: unknown): string => {
  const text = textOf(value);
  return text.length > 40 ? `${text.slice(0, 37)}…` : text;
};

const wrong = (value: unknown, place: string, allowed: string): string =>
  `${place || 'the workload'} is ${shown(value)}, but must be ${allowed}`;

const integer =
  (min: number, max: number): Check =>
  (value, place) =>
    Number.isInteger(value) && Number(value) >= min && Number(value) <= max
      ? undefined
      : wrong(value, place, `an integer from ${min} to ${max}`);

const oneOf =
  (...allowed: readonly unknown[]): Check =>
  (value, place) =>
    allowed.includes(value)
      ? undefined
      : wrong(
          value,
          place,
          `${allowed.length > 1 ? 'one of ' : ''}${allowed.map(shown).join(', ')}`,
        );

const list =
  (each: Check, min: number, max: number): Check =>
  (value, place) => {
    if (!Array.isArray(value) || value.length < min || value.length > max) {
      return wrong(value, place, `a list of ${min} to ${max}`);
    }
    for (const [index, item] of value.entries()) {
      const found = each(item, `${place}[${index}]`);
      if (found) return found;
    }
    return undefined;
  };

const fields =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value, place) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return wrong(value, place, `an object with ${Object.keys(checks).join(', ')}`);
    }
    for (const [name, check] of Object.entries(checks)) {
      const found = check(
        (value as Record<string, unknown>)[name],
        place ? `${place}.${name}` : name,
      );
      if (found) return found;
    }
    return undefined;
  };

const optional =
  (check: Check): Check =>
  (value, place) =>
    value === undefined ? undefined : check(value, place);

const word = integer(0, 2 ** 32 - 1);
const register: Check = (value, place) =>
  typeof value === 'string' && (REGISTER_NAMES as readonly string[]).includes(value)
    ? undefined
    : wrong(value, place, 'the name of a register (zero, ra, sp, …, t6)');
const argument: Check = (value, place) =>
  (typeof value === 'string' ? register : word)(value, place);
const call: Check = (value, place) =>
  (typeof value === 'string' ? oneOf(...CALLS.map(({ name }) => name)) : word)(value, place);

/** What each operation has besides its name. */
const OPERATIONS: Readonly<Record<string, Check>> = {
  set: fields({ rd: register, value: word }),
  move: fields({ rd: register, rs: register }),
  load: fields({ va: word, rd: register }),
  store: fields({ va: word, value: argument }),
  call: fields({ call, args: list(argument, 0, 3) }),
  jump: fields({ va: word }),
  loop: fields({}),
  privileged: fields({ instruction: oneOf(...PRIVILEGED) }),
};

const operation: Check = (value, place) => {
  const found = fields({ op: oneOf(...Object.keys(OPERATIONS)) })(value, place);
  return found ?? OPERATIONS[(value as { op: string }).op]?.(value, place);
};

/** Kept in a page of text with a zero byte behind it. */
const text: Check = (value, place) =>
  typeof value === 'string' && value.length < TEXT_STRIDE && /^[ -~]*$/.test(value)
    ? undefined
    : wrong(value, place, `at most ${TEXT_STRIDE - 1} bytes of printable ASCII`);

const latency = integer(1, 64);
/** What is typed at once, with the ends of its lines. */
const typedText: Check = (value, place) =>
  typeof value === 'string' && /^[ -~\n]{1,64}$/.test(value)
    ? undefined
    : wrong(value, place, '1 to 64 bytes of printable ASCII and line ends');
const typed = fields({ after: integer(0, 1_000_000), text: typedText });
const MAX_TYPED = 64;

const devices = fields({
  diskLatency: latency,
  networkLatency: latency,
  framebufferLatency: optional(latency),
  input: optional(list(typed, 0, MAX_TYPED)),
  diskStuckAfter: optional(integer(0, 1_000_000)),
});

const serviceName: Check = (value, place) =>
  typeof value === 'string' && value !== ''
    ? undefined
    : wrong(value, place, 'the name of a service');
const fault = fields({
  service: serviceName,
  request: integer(0, 1_000_000),
  kind: oneOf(...FAULT_KINDS),
  va: optional(word),
  value: optional(word),
});
const MAX_FAULTS = 64;

const MAX_PROGRAMS = 16;
const MAX_TASKS = 16;
const MAX_STEPS = 1_000_000;
const LONGEST_SCHEDULE = 100_000;
const hart = integer(0, MAX_HARTS - 1);

const name: Check = (value, place) =>
  typeof value === 'string' && /^[ -~]{1,64}$/.test(value)
    ? undefined
    : wrong(value, place, '1 to 64 printable characters');
const flag = oneOf(true, false);
const crc = optional(word);
const exported = fields({ name, crc, gplOnly: flag });
const imported = fields({ name, crc });
const pages = integer(0, 64);
const MAX_MODULES = 32;
const MAX_SYMBOLS = 64;
const errno = integer(0, 4095);
const int = integer(-(2 ** 31), 2 ** 31 - 1);
const parameter = fields({
  name,
  type: oneOf('int', 'bool'),
  range: optional(list(int, 2, 2)),
  initial: int,
});
const moduleFile = fields({
  name,
  program: optional(oneOf(...MODULE_PROGRAMS)),
  licence: name,
  vermagic: name,
  exports: list(exported, 0, MAX_SYMBOLS),
  imports: list(imported, 0, MAX_SYMBOLS),
  pages: fields({
    text: integer(1, 64),
    rodata: pages,
    data: integer(1, 64),
    init: pages,
  }),
  writableText: flag,
  exit: flag,
  init: integer(-4095, 4095),
  parameters: optional(list(parameter, 0, MAX_PARAMETERS)),
  quiesce: optional(errno),
  veto: optional(errno),
  signature: oneOf('valid', 'unknown', 'tampered', 'missing'),
});
const moduleFault = fields({
  module: name,
  routine: oneOf('init', 'exit', 'use', 'hook'),
  call: integer(0, 1_000_000),
  kind: oneOf(...MODULE_FAULT_KINDS),
});
const modules = fields({
  policy: oneOf('linux', 'kld'),
  vermagic: name,
  enforceSignatures: flag,
  disabled: flag,
  blacklist: list(name, 0, MAX_MODULES),
  kernelExports: list(exported, 0, MAX_SYMBOLS),
  kept: optional(list(name, 0, MAX_MODULES)),
  referenceLimit: optional(integer(1, REFERENCE_LIMIT)),
  files: list(moduleFile, 0, MAX_MODULES),
  pages: integer(0, 512),
  faults: optional(list(moduleFault, 0, MAX_FAULTS)),
});

const workload = fields({
  format: oneOf(WORKLOAD_FORMAT),
  harts: integer(1, MAX_HARTS),
  frames: integer(16, 4096),
  tlbEntries: oneOf(1, 2, 4, 8, 16, 32, 64),
  ipiDelay: integer(0, MAX_STEPS),
  programs: list(
    fields({
      bodies: list(list(operation, 0, MAX_BODY), 0, MAX_BODIES),
      texts: optional(list(text, 0, MAX_TEXTS)),
    }),
    1,
    MAX_PROGRAMS,
  ),
  start: list(integer(0, MAX_PROGRAMS - 1), 0, MAX_TASKS),
  schedule: list(hart, 0, LONGEST_SCHEDULE),
  interrupts: list(fields({ hart, after: integer(0, MAX_STEPS) }), 0, LONGEST_SCHEDULE),
  devices: optional(devices),
  faults: optional(list(fault, 0, MAX_FAULTS)),
  modules: optional(modules),
  steps: integer(0, MAX_STEPS),
});

/** What parts of it must agree on: harts and programs that exist, and frames for the text. */
const consistent = ({
  harts,
  frames,
  programs,
  start,
  schedule,
  interrupts,
}: Workload): string | undefined => {
  const existing = integer(0, harts - 1);
  return (
    list(integer(0, programs.length - 1), 0, MAX_TASKS)(start, 'start') ??
    list(existing, 0, LONGEST_SCHEDULE)(schedule, 'schedule') ??
    list(fields({ hart: existing }), 0, LONGEST_SCHEDULE)(interrupts, 'interrupts') ??
    integer(FIRST_TEXT_FRAME + programs.length + 1, 4096)(frames, 'frames')
  );
};

export const validateWorkload = (value: unknown): string | undefined =>
  workload(value, '') ?? consistent(value as Workload);
