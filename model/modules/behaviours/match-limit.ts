/** Buckets of tokens, filled as time passes. */
import { Errno } from '../../../spec/errno.ts';
import {
  LIMIT_BUCKETS,
  LIMIT_BURST,
  LIMIT_TICKS,
  LimitRequest,
  MatchKey,
} from '../../../spec/filter.ts';
import { behaviour } from '../behaviour.ts';

/** Tokens in each bucket. */
type Buckets = readonly number[];

export const matchLimit = () =>
  behaviour<Buckets>({
    initial: new Array<number>(LIMIT_BUCKETS).fill(LIMIT_BURST),
    hooks: [{ point: 'match', priority: 0, key: MatchKey.limit }],
    timer: LIMIT_TICKS,
    use: (buckets, request, bucket) => {
      const tokens = buckets[bucket];
      if (tokens === undefined) return { state: buckets, answer: -Errno.EINVAL };
      if (request === LimitRequest.tokens) return { state: buckets, answer: tokens };
      if (request === LimitRequest.refill)
        return { state: buckets.with(bucket, LIMIT_BURST), answer: 0 };
      return { state: buckets, answer: -Errno.EINVAL };
    },
    hook: (buckets, request) => {
      const bucket = (request & 0xffff) % LIMIT_BUCKETS;
      const tokens = buckets[bucket] ?? 0;
      if (tokens === 0) return { state: buckets, answer: 0 };
      return { state: buckets.with(bucket, tokens - 1), answer: 1 };
    },
    due: (buckets, around) => {
      around.setTimer(LIMIT_TICKS);
      return buckets.map((tokens) => Math.min(LIMIT_BURST, tokens + 1));
    },
  });
