import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ipTablesWith,
  filterRoutines as right,
} from '../../../kernels/modules/programs/ip-tables/index.ts';
import type { FilterRoutines } from '../../../kernels/modules/programs/ip-tables/routines.ts';
import * as tables from '../../../kernels/modules/programs/ip-tables/table.ts';
import type { Changes } from '../world.ts';
import { judgeMeanwhile, meanwhileArbitrary } from './meanwhile.ts';

const RUNS = Number(process.env['MODULE_RUNS'] ?? 120);
const CASES = fc.sample(meanwhileArbitrary, { numRuns: RUNS, seed: 1 });

const filtering = (over: Partial<FilterRoutines>): Changes => ({
  programs: { 'ip-tables': ipTablesWith(over) },
});

function* nothing() {
  yield* [];
  return 0;
}

test('a packet, a commit and an unload at the same time are as one after the other', () => {
  expect(CASES.filter((it) => judgeMeanwhile(it) !== undefined)).toEqual([]);
});

/** Others go first before each reference. */
const hesitating: Partial<FilterRoutines> = {
  *holdMatch(key) {
    yield undefined;
    return yield* right.holdMatch(key);
  },
};
test('so they are where others may go first before each reference', () => {
  const found = CASES.filter((it) => judgeMeanwhile(it, filtering(hesitating)) !== undefined);
  expect(found).toEqual([]);
});

describe('no order explains', () => {
  test.each<[string, Partial<FilterRoutines>]>([
    ['matches that are given back while a packet is in the old table', { drained: nothing }],
    [
      'a table that is live before its matches are held',
      {
        ...hesitating,
        *take(routines, place, table) {
          right.link(place, table);
          right.exchange(place);
          const answer = yield* right.take(routines, place, table);
          right.exchange(place);
          return answer;
        },
      },
    ],
    [
      'a table that is copied over the live one',
      {
        exchange: (place) => {
          const [from, to] = [tables.aside(place), tables.live(place)];
          for (let at = 0; at < 576; at += 4)
            if (at !== tables.TableWord.packets)
              place.memory.store(to + at, place.memory.load(from + at));
          right.link(place, to);
        },
      },
    ],
  ])('%s', (_, over) => {
    expect(CASES.some((it) => judgeMeanwhile(it, filtering(over)) !== undefined)).toBe(true);
  });
});
