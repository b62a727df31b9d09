/** Type enforcement: which type of task may do what at which point. */
import { Errno } from '../../../spec/errno.ts';
import {
  EnforcementRequest,
  LABELLED_TASKS,
  SECURITY_PRIORITY,
  SUBJECT_TYPES,
} from '../../../spec/security.ts';
import { behaviour, type Outcome } from '../behaviour.ts';

interface Enforcement {
  readonly types: ReadonlyMap<number, number>;
  /** What is allowed: type, point, what is wanted. */
  readonly allowed: ReadonlySet<string>;
  readonly sealed: boolean;
  readonly asked: number;
}

const ruleOf = (type: number, point: number, wanted: number): string =>
  `${type} ${point} ${wanted}`;

const refuse = (state: Enforcement, errno: number): Outcome<Enforcement> => ({
  state,
  answer: -errno,
});

const change = (state: Enforcement, request: number): Outcome<Enforcement> => {
  const op = request >>> 28;
  const type = (request >>> 24) & 15;
  const { types, allowed } = state;
  if (op === EnforcementRequest.seal) return { state: { ...state, sealed: true }, answer: 0 };
  if (type >= SUBJECT_TYPES) return refuse(state, Errno.EINVAL);
  if (op === EnforcementRequest.label) {
    const task = request & 0xffff;
    if (task >= LABELLED_TASKS) return refuse(state, Errno.EINVAL);
    return { state: { ...state, types: new Map([...types, [task, type]]) }, answer: 0 };
  }
  if (type === 0) return refuse(state, Errno.EINVAL);
  const rule = ruleOf(type, (request >>> 20) & 15, (request >>> 16) & 15);
  const others = [...allowed].filter((one) => one !== rule);
  const next = op === EnforcementRequest.allow ? [...others, rule] : others;
  return { state: { ...state, allowed: new Set(next) }, answer: 0 };
};

export const capabilityLsm = () =>
  behaviour<Enforcement>({
    initial: { types: new Map(), allowed: new Set(), sealed: false, asked: 0 },
    hooks: [{ point: 'security', priority: SECURITY_PRIORITY, key: 0 }],
    use: (state, request) => {
      const op = request >>> 28;
      if (op === EnforcementRequest.asked) return { state, answer: state.asked };
      if (op > EnforcementRequest.asked) return refuse(state, Errno.EINVAL);
      return state.sealed ? refuse(state, Errno.EPERM) : change(state, request);
    },
    hook: (before, request, _, { caller }) => {
      const state = { ...before, asked: before.asked + 1 };
      const type = state.types.get(caller) ?? 0;
      const rule = ruleOf(type, request >>> 28, (request >>> 20) & 15);
      if (type === 0 || state.allowed.has(rule)) return { state, answer: 0 };
      return refuse(state, Errno.EACCES);
    },
  });
