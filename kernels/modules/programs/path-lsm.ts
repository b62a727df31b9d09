/**
 * Rules by prefix at the point `security`: `spec/security.ts`.
 *
 *     word 0     whether it only complains
 *     word 1     how often it has refused, or would have
 *     word 16 …  rules: bits + 1 (0: no rule), allowed, prefix, 0
 */
import { Errno } from '../../../spec/errno.ts';
import type { VirtualAddress, Word } from '../../../spec/riscv.ts';
import { PATH_RULES, PathRequest, SECURITY_PRIORITY } from '../../../spec/security.ts';
import type { ModuleProgram, Place } from '../program.ts';
import { register, unregister } from './registering.ts';

const HOOK = { point: 'security', priority: SECURITY_PRIORITY, key: 0 } as const;
const COMPLAINS = 0;
const REFUSALS = 4;
const RULES = 64;
const RULE_BYTES = 16;
const Rule = { bits: 0, allowed: 4, prefix: 8 } as const;

const ruleAt = ({ data }: Place, index: number): VirtualAddress =>
  data + RULES + RULE_BYTES * index;

export const maskOf = (bits: number): Word => (bits === 0 ? 0 : (-1 << (32 - bits)) >>> 0);

/** The first rule that is as wanted; 0: none. */
const findRule = (place: Place, isWanted: (at: VirtualAddress) => boolean): VirtualAddress => {
  for (let index = 0; index < PATH_RULES; index++)
    if (isWanted(ruleAt(place, index))) return ruleAt(place, index);
  return 0;
};

const ruleFor = (place: Place, bits: number, prefix: Word): VirtualAddress =>
  findRule(
    place,
    (at) =>
      place.memory.load(at + Rule.bits) === bits + 1 &&
      place.memory.load(at + Rule.prefix) === prefix,
  );

const add = (place: Place, bits: number, allowed: number, prefix: Word): number => {
  const { memory } = place;
  if (bits > 32 || (prefix & ~maskOf(bits)) !== 0) return -Errno.EINVAL;
  const at =
    ruleFor(place, bits, prefix) || findRule(place, (one) => memory.load(one + Rule.bits) === 0);
  if (at === 0) return -Errno.ENOSPC;
  memory.store(at + Rule.bits, bits + 1);
  memory.store(at + Rule.allowed, allowed);
  memory.store(at + Rule.prefix, prefix);
  return 0;
};

const remove = (place: Place, bits: number, prefix: Word): number => {
  const at = ruleFor(place, bits, prefix);
  if (at === 0) return -Errno.ENOENT;
  place.memory.store(at + Rule.bits, 0);
  return 0;
};

/** The rules that there are. */
export const rulesOf = (
  place: Place,
): { readonly bits: number; readonly prefix: Word; readonly isAllowed: boolean }[] => {
  const { memory } = place;
  return Array.from({ length: PATH_RULES }, (_, index) => ruleAt(place, index))
    .filter((at) => memory.load(at + Rule.bits) !== 0)
    .map((at) => ({
      bits: memory.load(at + Rule.bits) - 1,
      prefix: memory.load(at + Rule.prefix),
      isAllowed: memory.load(at + Rule.allowed) !== 0,
    }));
};

/** What the longest rule says with which the request begins. */
const allows = (place: Place, request: Word): boolean => {
  let [longest, allowed] = [-1, true];
  for (const { bits, prefix, isAllowed } of rulesOf(place)) {
    if (bits <= longest || (request & maskOf(bits)) >>> 0 !== prefix) continue;
    [longest, allowed] = [bits, isAllowed];
  }
  return allowed;
};

/** @param isAllowed how it is found out whether a request is allowed */
export const pathLsmWith = (isAllowed: typeof allows): ModuleProgram => ({
  init: () => register(HOOK),
  exit: () => unregister(HOOK),
  use: (place, request, argument) => {
    const { memory, data } = place;
    const bits = request & 0x3f;
    switch (request >>> 28) {
      case PathRequest.add:
        return add(place, bits, (request >>> 6) & 1, argument);
      case PathRequest.remove:
        return remove(place, bits, argument);
      case PathRequest.complain:
        memory.store(data + COMPLAINS, argument === 0 ? 0 : 1);
        return 0;
      case PathRequest.refusals:
        return memory.load(data + REFUSALS);
      default:
        return -Errno.EINVAL;
    }
  },
  hook: (place, request) => {
    const { memory, data } = place;
    if (isAllowed(place, request)) return 0;
    memory.store(data + REFUSALS, memory.load(data + REFUSALS) + 1);
    return memory.load(data + COMPLAINS) !== 0 ? 0 : -Errno.EPERM;
  },
});

export const pathLsm: ModuleProgram = pathLsmWith(allows);
