/** An option’s value is taken or refused with a sentence that names the option. */
import { describe, expect, test } from 'vitest';
import {
  MAX_SEED,
  parseProperty,
  parseSeconds,
  parseSeed,
  parseWorkloads,
  Usage,
} from './usage.ts';

const refused = (parse: (text: string) => unknown, text: string): string => {
  try {
    return `taken as ${String(parse(text))}`;
  } catch (error) {
    expect(error).toBeInstanceOf(Usage);
    return (error as Error).message;
  }
};

describe('numbers', () => {
  test('are taken within their limits', () => {
    expect([parseSeed('0'), parseSeed(String(MAX_SEED)), parseWorkloads('1')]).toEqual([
      0,
      MAX_SEED,
      1,
    ]);
    expect([parseSeconds('30'), parseSeconds('2.5'), parseSeconds('.5')]).toEqual([30, 2.5, 0.5]);
  });

  test.each(['-1', '1.5', '1e3', '4294967296', '0x10', 'NaN', '', ' 1', 'x'.repeat(99)])(
    'a seed is not %j',
    (text) => {
      expect(refused(parseSeed, text)).toMatch(
        /^--seed takes a whole number from 0 to 4294967295, not "/,
      );
    },
  );

  test.each(['0', '-3', '2000000000'])('a number of workloads is not %j', (text) => {
    expect(refused(parseWorkloads, text)).toMatch(/^--workloads takes a whole number from 1 to /);
  });

  test.each(['0', '-1', 'Infinity', '1e9', '5s', ''])('a time is not %j', (text) => {
    expect(refused(parseSeconds, text)).toMatch(/^--time takes a number of seconds above 0/);
  });
});

describe('a glob of properties', () => {
  test.each(['isolation/*', '*', '*unmap*', 'abi/memory'])('may be %s', (glob) => {
    expect(parseProperty(glob)).toBe(glob);
  });

  test.each([
    ['isolaton/integrity', 'did you mean isolation/integrity?'],
    ['unmap', 'did you mean isolation/no-access-after-unmap?'],
    ['abi/memry', 'did you mean abi/memory?'],
    ['isolation/confidentialty-x', 'did you mean isolation/confidentiality?'],
    ['other/integrty', 'did you mean isolation/integrity?'],
    ['qqqqqqqqqqqq', 'kernelcheck list shows them all.'],
  ])('that matches nothing, %s, is refused with a hint', (glob, hint) => {
    expect(refused(parseProperty, glob)).toBe(
      `--property: no property is called ${JSON.stringify(glob)} (* stands for anything); ${hint}`,
    );
  });
});
