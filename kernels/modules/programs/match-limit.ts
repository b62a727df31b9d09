/**
 * The match that is there for so many packets only: buckets of tokens, which the module's timer fills.
 *
 * Its data: for each bucket a word, the tokens that have been taken from it.
 */
import { Errno } from '../../../spec/errno.ts';
import {
  LIMIT_BUCKETS,
  LIMIT_BURST,
  LIMIT_TICKS,
  LimitRequest,
  MatchKey,
} from '../../../spec/filter.ts';
import { callKernel, type ModuleProgram, type Place } from '../program.ts';
import { register, unregister } from './registering.ts';

const HOOK = { point: 'match', priority: 0, key: MatchKey.limit } as const;

/** A token for each bucket that is not full. */
const fill = ({ memory, data }: Place): void => {
  for (let bucket = 0; bucket < LIMIT_BUCKETS; bucket++) {
    const taken = memory.load(data + 4 * bucket);
    if (taken > 0) memory.store(data + 4 * bucket, taken - 1);
  }
};

export const matchLimit: ModuleProgram = {
  *init() {
    const refused = yield* register(HOOK);
    if (refused < 0) return refused;
    const unarmed = yield* callKernel('setTimer', LIMIT_TICKS);
    if (unarmed < 0) yield* unregister(HOOK);
    return unarmed;
  },
  *exit() {
    yield* callKernel('cancelTimer');
    return yield* unregister(HOOK);
  },
  use: ({ memory, data }, request, bucket) => {
    if (bucket >= LIMIT_BUCKETS || request > LimitRequest.refill) return -Errno.EINVAL;
    if (request === LimitRequest.tokens) return LIMIT_BURST - memory.load(data + 4 * bucket);
    memory.store(data + 4 * bucket, 0);
    return 0;
  },
  hook: ({ memory, data }, request) => {
    const bucket = data + 4 * ((request & 0xffff) % LIMIT_BUCKETS);
    const taken = memory.load(bucket);
    if (taken >= LIMIT_BURST) return 0;
    memory.store(bucket, taken + 1);
    return 1;
  },
  timer: (place) => {
    fill(place);
    return callKernel('setTimer', LIMIT_TICKS);
  },
};
