/** Values that a load brings, into the words of a module's data where its parameters are. */
import { Errno } from '../../spec/errno.ts';
import { PARAMETERS_AT, type ParameterFacts } from '../../spec/module-parameters.ts';
import type { VirtualAddress } from '../../spec/riscv.ts';
import type { Entry, Loader } from './loader.ts';
import { addressOf } from './memory.ts';

const wordOf = (loader: Loader, entry: Entry, index: number): VirtualAddress =>
  addressOf(loader, entry, 'data') + PARAMETERS_AT + 4 * index;

/** What they hold at first, as the file has it. */
export const fillParameters = (loader: Loader, entry: Entry): void => {
  for (const [index, { initial }] of (entry.facts.parameters ?? []).entries())
    loader.hart.store(wordOf(loader, entry, index), initial >>> 0);
};

/** Digits of a number in the base that they begin with (kstrtoint, base 0); NaN: it is none. */
const numberOf = (digits: string): number => {
  if (/^0x[0-9a-f]+$/i.test(digits)) return Number.parseInt(digits.slice(2), 16);
  if (/^0[0-7]*$/.test(digits)) return Number.parseInt(digits, 8);
  return /^[0-9]+$/.test(digits) && !digits.startsWith('0') ? Number(digits) : Number.NaN;
};

const LEAST = -0x8000_0000;
const GREATEST = 0x7fff_ffff;

type Store = (value: number) => number;

const storeInt = (text: string, { range }: ParameterFacts, store: Store): number => {
  const signed = text.startsWith('-') || text.startsWith('+');
  const magnitude = numberOf(signed ? text.slice(1) : text);
  if (Number.isNaN(magnitude)) return -Errno.EINVAL;
  const value = text.startsWith('-') ? -magnitude : magnitude;
  if (value < LEAST || value > GREATEST) return -Errno.ERANGE;
  const [least, greatest] = range ?? [LEAST, GREATEST];
  return value < least || value > greatest ? -Errno.EINVAL : store(value);
};

const TRUE = ['y', '1', 'on'];
const FALSE = ['n', '0', 'of'];

const storeBool = (text: string, store: Store): number => {
  const begins = (one: string): boolean => text.toLowerCase().startsWith(one);
  if (TRUE.some(begins)) return store(1);
  return FALSE.some(begins) ? store(0) : -Errno.EINVAL;
};

export const setParameters = (loader: Loader, entry: Entry): number => {
  const declared = entry.facts.parameters ?? [];
  if (!loader.settings.policy.parameters) return 0;
  for (const { name, value } of entry.brought) {
    const index = declared.findIndex((one) => one.name === name);
    const facts = declared[index];
    if (!facts) {
      loader.warnings.add('unknown parameter');
      continue;
    }
    const store = (word: number): number => {
      loader.hart.store(wordOf(loader, entry, index), word >>> 0);
      return 0;
    };
    const error =
      facts.type === 'int' ? storeInt(value ?? '', facts, store) : storeBool(value ?? '1', store);
    if (error < 0) return error;
  }
  return 0;
};
