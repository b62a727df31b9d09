/**
 * Type enforcement at the point `security`: `spec/security.ts`.
 *
 *     word 0         whether it is sealed
 *     word 1         how often it was asked
 *     word 16 …      the type of each task
 *     word 32 …      for each type and point what is allowed, a bit for each thing that may be wanted
 */
import { Errno } from '../../../spec/errno.ts';
import type { VirtualAddress } from '../../../spec/riscv.ts';
import {
  EnforcementRequest,
  LABELLED_TASKS,
  SECURITY_PRIORITY,
  SUBJECT_TYPES,
} from '../../../spec/security.ts';
import { callKernel, type ModuleProgram, type Place } from '../program.ts';
import { register, unregister } from './registering.ts';

const HOOK = { point: 'security', priority: SECURITY_PRIORITY, key: 0 } as const;
const SEALED = 0;
const ASKED = 4;
const TYPES = 64;
const VECTORS = 128;

const vectorOf = ({ data }: Place, type: number, point: number): VirtualAddress =>
  data + VECTORS + 4 * (16 * type + point);

const typeOf = ({ memory, data }: Place, task: number): number =>
  task < LABELLED_TASKS ? memory.load(data + TYPES + 4 * task) : 0;

const label = ({ memory, data }: Place, type: number, task: number): number => {
  if (type >= SUBJECT_TYPES || task >= LABELLED_TASKS) return -Errno.EINVAL;
  memory.store(data + TYPES + 4 * task, type);
  return 0;
};

const setVector = (place: Place, request: number, allowed: boolean): number => {
  const [type, point] = [(request >>> 24) & 0xf, (request >>> 20) & 0xf];
  if (type === 0 || type >= SUBJECT_TYPES) return -Errno.EINVAL;
  const at = vectorOf(place, type, point);
  const bit = 1 << ((request >>> 16) & 0xf);
  const before = place.memory.load(at);
  place.memory.store(at, (allowed ? before | bit : before & ~bit) >>> 0);
  return 0;
};

export const capabilityLsm: ModuleProgram = {
  init: () => register(HOOK),
  exit: () => unregister(HOOK),
  use: (place, request) => {
    const { memory, data } = place;
    const op = request >>> 28;
    if (op === EnforcementRequest.asked) return memory.load(data + ASKED);
    if (op > EnforcementRequest.asked) return -Errno.EINVAL;
    if (memory.load(data + SEALED) !== 0) return -Errno.EPERM;
    if (op === EnforcementRequest.label)
      return label(place, (request >>> 24) & 0xf, request & 0xffff);
    if (op !== EnforcementRequest.seal)
      return setVector(place, request, op === EnforcementRequest.allow);
    memory.store(data + SEALED, 1);
    return 0;
  },
  *hook(place, request) {
    const { memory, data } = place;
    memory.store(data + ASKED, memory.load(data + ASKED) + 1);
    const type = typeOf(place, yield* callKernel('caller'));
    const vector = memory.load(vectorOf(place, type, request >>> 28));
    const isAllowed = type === 0 || (vector >>> ((request >>> 20) & 0xf)) & 1;
    return isAllowed ? 0 : -Errno.EACCES;
  },
};
