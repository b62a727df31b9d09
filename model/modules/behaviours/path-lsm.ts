/** Rules by prefix: the longest with which a guarded request begins decides. */
import { Errno } from '../../../spec/errno.ts';
import { PATH_RULES, PathRequest, SECURITY_PRIORITY } from '../../../spec/security.ts';
import { behaviour, type Outcome } from '../behaviour.ts';

interface Paths {
  /** By prefix, as the bits that it has. */
  readonly rules: ReadonlyMap<string, boolean>;
  readonly complains: boolean;
  readonly refusals: number;
}

const bitsOf = (word: number): string => word.toString(2).padStart(32, '0');

const add = (state: Paths, bits: number, allowed: boolean, word: number): Outcome<Paths> => {
  const all = bitsOf(word);
  if (bits > 32 || all.slice(bits).includes('1')) return { state, answer: -Errno.EINVAL };
  const prefix = all.slice(0, bits);
  if (!state.rules.has(prefix) && state.rules.size === PATH_RULES)
    return { state, answer: -Errno.ENOSPC };
  return { state: { ...state, rules: new Map([...state.rules, [prefix, allowed]]) }, answer: 0 };
};

const remove = (state: Paths, bits: number, word: number): Outcome<Paths> => {
  const all = bitsOf(word);
  const prefix = all.slice(0, bits);
  const isThere = !all.slice(bits).includes('1') && state.rules.has(prefix);
  if (bits > 32 || !isThere) return { state, answer: -Errno.ENOENT };
  const rules = new Map([...state.rules].filter(([one]) => one !== prefix));
  return { state: { ...state, rules }, answer: 0 };
};

const allows = ({ rules }: Paths, request: number): boolean => {
  const all = bitsOf(request);
  for (let bits = 32; bits >= 0; bits--) {
    const said = rules.get(all.slice(0, bits));
    if (said !== undefined) return said;
  }
  return true;
};

export const pathLsm = () =>
  behaviour<Paths>({
    initial: { rules: new Map(), complains: false, refusals: 0 },
    hooks: [{ point: 'security', priority: SECURITY_PRIORITY, key: 0 }],
    use: (state, request, argument) => {
      const bits = request & 63;
      switch (request >>> 28) {
        case PathRequest.add:
          return add(state, bits, (request & 64) !== 0, argument);
        case PathRequest.remove:
          return remove(state, bits, argument);
        case PathRequest.complain:
          return { state: { ...state, complains: argument !== 0 }, answer: 0 };
        case PathRequest.refusals:
          return { state, answer: state.refusals };
        default:
          return { state, answer: -Errno.EINVAL };
      }
    },
    hook: (state, request) => {
      if (allows(state, request)) return { state, answer: 0 };
      const next = { ...state, refusals: state.refusals + 1 };
      return { state: next, answer: state.complains ? 0 : -Errno.EPERM };
    },
  });
