/** Compressed modules are read like plain ones; damaged ones and bombs are refused in one sentence, in bounded memory. */
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadTree } from '../bad-tree.ts';
import { moduleBytes } from '../testing.ts';
import { decompressed } from './compressed.ts';

const plain = moduleBytes({ info: ['license=GPL'], exports: [{ name: 'one', crc: 7 }] });

/** `plain`, as xz 5.4 and zstd 1.5 leave it. */
const XZ = Buffer.from(
  '/Td6WFoAAAFpIt42AgAhARwAAAAQz1jM4AQLAMpdAD+RRYRoPYmm2pymrEU3cwa1PWH8bhmPvF4uhw3IJ/kuABJe8ijWAwLjeuR4B/F4yRLq0xD2yAntXkgHRG4UOD3cC4rZQ9I4O53895nmaW7nDTU01HyZDKgKi90Bj8PdaDkV+vyoxan8g46wLsT1GMVv6Z2cmkrspfZZGtngz3KxHw+Dwxq/GJwriZDB3LZ9duJhcEccunN9zqlb3kGNl6SCkqEITPryob96ngw3/+bO7cYcAXT26q5LNWM5zlK245T1mzZKa1COXD8AAAAuFv84AAHiAYwIAADfHyUMPjANiwIAAAAAAVla',
  'base64',
);
const ZSTANDARD = Buffer.from(
  'KLUv/WAMA80GABJIHiCQzwH/f/r/PxGcLUEsDLAJMkEHB9JAPQs474ZgvCMkU2f7MWyQi+zCgOmtR2gW5bGBSBd0nO/fDjnaNdej+eW+y7DzLs35S2+HXEk6r7num6PdLvOmoaTaxZx/WO4TSXCfeGxVUNd3p8PxjT9e+os/+vt/L0DhaQ0zoJGwZ1KSUs0BAE+rNlpZsDbYmJnkwGeVjruPeg1t2qe6hoZKqRL8afWg9izGP9qUkY2caUAPumHnJO5WG3gHUgzwvQCyVbXMrgKg4OITAmlpl3lBgCldlE5u8AM=',
  'base64',
);
/** A mebibyte of zeros. */
const XZ_ZEROS = Buffer.from(
  '/Td6WFoAAAFpIt42AgAhARwAAAAQz1jM7///ANldAABv/f//o7f/Rz5IFXI5YVG4kijmo4YH+e7kHoLTL8U6PAFLsX7JiopNL6MN2X+m44wjEVPgWRjFdYrid/i2lH8MasDedElk4ulcU7IE2PdEDKtfDW1G6eXDdoi3llestk3haR1v+0uIEGxCy4g/XACP0E6vJiiUcR89jyThcJ6nI1/sKMuF0ZWYin4qkfIndfcZwAaYTZj92K/VkA/EJVP49ZE2MQWlsO5vwXBNRwzRkRGqrWAdus6xJxhcWYbpZlJYvul2rFnk5VsFCPnH2q38+1Iq9+SVJQAAAAAAHOo4pwAB8QGAgEAAb9Xu3D4wDYsCAAAAAAFZWg==',
  'base64',
);
const ZSTANDARD_ZEROS = Buffer.from(
  'KLUv/aAAABAATAAACAABAPz/ORACAgAQAAIAEAACABAAAgAQAAIAEAACABAAAwAQAA==',
  'base64',
);

const refused = async (path: string, content: Buffer, most?: number): Promise<string> => {
  try {
    await decompressed(path, content, most);
    return '';
  } catch (error) {
    if (error instanceof BadTree) return error.message;
    throw error;
  }
};

const FILES: readonly (readonly [string, Buffer, Buffer])[] = [
  ['m.ko.gz', gzipSync(plain), gzipSync(Buffer.alloc(1 << 20))],
  ['m.ko.xz', XZ, XZ_ZEROS],
  ['m.ko.zst', ZSTANDARD, ZSTANDARD_ZEROS],
];

describe.each(FILES)('%s', (path, packed, zeros) => {
  test('gives the module', async () => {
    expect((await decompressed(path, packed)).equals(plain)).toBe(true);
  });

  test('gives no more than may come out', async () => {
    expect(await refused(path, zeros, 1 << 20)).toBe('');
    expect(await refused(path, zeros, (1 << 20) - 1)).toBe(
      `${path}: it holds more than 1048575 bytes, which no module has; remove it or install it again.`,
    );
  });

  test('is refused in one sentence wherever it is cut off', async () => {
    for (let length = 0; length < packed.length; length += 13) {
      expect(await refused(path, packed.subarray(0, length))).toMatch(
        /it cannot be decompressed \([^\n]+\); expected what its name says, a whole/,
      );
    }
  });

  test('is read or refused, whatever bytes are damaged', async () => {
    const damage = fc.array(fc.tuple(fc.nat(packed.length - 1), fc.nat(255)), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(damage, async (list) => {
        const content = Buffer.from(packed);
        for (const [at, byte] of list) content[at] = byte;
        expect(await refused(path, content, 1 << 20)).toMatch(/^$|^m\.ko[^\n]*\.$/);
      }),
      { seed: 7, numRuns: 150 },
    );
  });
});

test('a plain module stays as it is', async () => {
  expect(await decompressed('m.ko', plain)).toBe(plain);
});
