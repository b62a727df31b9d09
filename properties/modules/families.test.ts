import { describe, expect, test } from 'vitest';
import { killOf, MODULE_FAMILIES, rejectionOf } from './families.ts';

describe.each(MODULE_FAMILIES)('$name', (family) => {
  test.each(family.mistakes)('a mistake: $id is caught by $killedBy', (mistake) => {
    expect(killOf(family, mistake).cases).toBeGreaterThan(0);
  });

  test.each(family.variants)('another choice: $id keeps all properties', (variant) => {
    expect(rejectionOf(family, variant, 60)).toBeUndefined();
  });
});

test('no two mistakes of a family have one name', () => {
  for (const { mistakes } of MODULE_FAMILIES)
    expect(new Set(mistakes.map(({ id }) => id)).size).toBe(mistakes.length);
});
