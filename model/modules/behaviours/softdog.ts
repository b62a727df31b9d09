/** A watchdog: it counts how often nobody was heard of in time. */
import { Errno } from '../../../spec/errno.ts';
import { MAGIC_CLOSE, WATCHDOG, WatchdogRequest } from '../../../spec/softdog.ts';
import { behaviour, type Outcome, type Surroundings } from '../behaviour.ts';

interface Watch {
  readonly bites: number;
  /** Undefined: nobody is watched. */
  readonly ticks?: number;
}

const watching = (
  { bites }: Watch,
  ticks: number | undefined,
  around: Surroundings,
): Outcome<Watch> | undefined => {
  if (!ticks) return undefined;
  around.setTimer(ticks);
  return { state: { bites, ticks }, answer: 0 };
};

const stopped = (
  { bites, ticks }: Watch,
  magic: number,
  around: Surroundings,
): Outcome<Watch> | undefined => {
  if (ticks === undefined || magic !== MAGIC_CLOSE) return undefined;
  around.cancelTimer();
  return { state: { bites }, answer: 0 };
};

export const softdog = () =>
  behaviour<Watch>({
    initial: { bites: 0 },
    hooks: [{ point: 'device', priority: 0, key: WATCHDOG }],
    use: (watch) => ({ state: watch, answer: watch.bites }),
    hook: (watch, request, argument, around) => {
      const wanted = (request >>> 20) & 15;
      if (wanted === WatchdogRequest.bites) return { state: watch, answer: watch.bites };
      const outcome =
        wanted === WatchdogRequest.start
          ? watching(watch, request & 0xffff, around)
          : wanted === WatchdogRequest.ping
            ? watching(watch, watch.ticks, around)
            : wanted === WatchdogRequest.stop
              ? stopped(watch, argument, around)
              : undefined;
      return outcome ?? { state: watch, answer: -Errno.EINVAL };
    },
    due: ({ bites, ticks = 0 }, around) => {
      around.setTimer(ticks);
      return { bites: bites + 1, ticks };
    },
  });
