/** What the parameters of a module hold after a load has brought its values. */
import { Errno } from '../../spec/errno.ts';
import type { ParameterFacts } from '../../spec/module-parameters.ts';
import type { LoadedModule, ModulesState } from './state.ts';

type Read = { readonly value: number } | { readonly error: number };

const INT = /^(?<sign>[+-]?)(?<digits>0x[0-9a-f]+|0[0-7]*|[1-9][0-9]*)$/i;

/** Digits that begin with 0 are octal, unless an x follows. */
const magnitude = (digits: string): number =>
  /^0[0-7]/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);

const int = ({ range }: ParameterFacts, text: string | undefined): Read => {
  const { sign, digits } = INT.exec(text ?? '')?.groups ?? {};
  if (digits === undefined) return { error: -Errno.EINVAL };
  const value = sign === '-' ? 0 - magnitude(digits) : magnitude(digits);
  if (value < -(2 ** 31) || value >= 2 ** 31) return { error: -Errno.ERANGE };
  if (range && (value < range[0] || value > range[1])) return { error: -Errno.EINVAL };
  return { value };
};

const bool = (text = '1'): Read => {
  if (/^([y1]|on)/i.test(text)) return { value: 1 };
  if (/^([n0]|of)/i.test(text)) return { value: 0 };
  return { error: -Errno.EINVAL };
};

/** 0, or the error of the first value that is wrong. */
export const setParameters = (state: ModulesState, module: LoadedModule): number => {
  const declared = module.facts.parameters ?? [];
  if (!state.settings.policy.parameters) return 0;
  for (const { name, value } of module.brought) {
    const index = declared.findIndex((one) => one.name === name);
    const facts = declared[index];
    if (!facts) {
      state.warnings.add('unknown parameter');
      continue;
    }
    const read = facts.type === 'int' ? int(facts, value) : bool(value);
    if ('error' in read) return read.error;
    module.parameters = module.parameters.with(index, read.value);
  }
  return 0;
};
