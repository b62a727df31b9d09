import { describe, expect, test } from 'vitest';
import { killOf, MODULE_FAMILIES, rejectionOf } from './families.ts';
import { FILE_PROPERTIES } from './files/properties.ts';
import { FILTER_PROPERTIES } from './filter/properties.ts';
import { DEVICE_PROPERTIES, LOADER_PROPERTIES } from './properties.ts';
import { SECURITY_PROPERTIES } from './security/properties.ts';

describe.each(MODULE_FAMILIES)('$name', (family) => {
  test.each(family.mistakes)('a mistake: $id is caught by $killedBy', (mistake) => {
    expect(killOf(family, mistake).cases).toBeGreaterThan(0);
  });

  test.each(family.variants)('another choice: $id keeps all properties', (variant) => {
    expect(rejectionOf(family, variant, 40)).toBeUndefined();
  });
});

test('every property of modules has a mistake that it catches', () => {
  const killing = new Set(MODULE_FAMILIES.flatMap((one) => one.mistakes.map((it) => it.killedBy)));
  const all = [
    LOADER_PROPERTIES,
    DEVICE_PROPERTIES,
    FILE_PROPERTIES,
    FILTER_PROPERTIES,
    SECURITY_PROPERTIES,
  ];
  expect(all.flat().filter(({ id }) => !killing.has(id))).toEqual([]);
});

test('no two mistakes of a family have one name', () => {
  for (const { mistakes } of MODULE_FAMILIES)
    expect(new Set(mistakes.map(({ id }) => id)).size).toBe(mistakes.length);
});
