/** The list of claims is complete, quotes word for word, and says of each what kind of evidence it is. */
import { describe, expect, test } from 'vitest';
import {
  CLAIM_SIDES,
  CLAIM_SUBJECTS,
  CLAIMS,
  COST_BOUNDS,
  STATIC_MEASURES,
  TEXTBOOK,
} from './index.ts';

describe('claims', () => {
  test.each(CLAIM_SUBJECTS)('every sentence on the %s is claimed once, in order', (subject) => {
    for (const side of CLAIM_SIDES) {
      const quotes = CLAIMS.filter((claim) => claim.about === subject && claim.side === side);
      expect(quotes.map(({ quote }) => quote)).toEqual(TEXTBOOK[subject][side]);
    }
  });

  test('ids are unique and begin with whom they are about', () => {
    expect(new Set(CLAIMS.map(({ id }) => id)).size).toBe(CLAIMS.length);
    for (const { id, about } of CLAIMS) expect(id.split('/')[0]).toBe(about);
  });

  test('an empirical claim says what can reverse it, no other does', () => {
    for (const { id, tag, reversedBy } of CLAIMS) {
      expect(reversedBy !== undefined, id).toBe(tag === 'empirical');
    }
  });

  test('what follows from the placement alone is called so, and is no evidence', () => {
    for (const { id, tag, check } of CLAIMS) {
      const compared = check.kind === 'less' && STATIC_MEASURES.includes(check.measure);
      const placed = compared || check.kind === 'rebuilt';
      expect(check.kind === 'definition' || placed, id).toBe(tag === 'by definition');
    }
  });

  test('costs are bounded from both sides, and no cost is negative', () => {
    for (const [name, { low, high, reason }] of Object.entries(COST_BOUNDS)) {
      expect(low, name).toBeGreaterThanOrEqual(0);
      expect(high, name).toBeGreaterThanOrEqual(low);
      expect(reason, name).not.toBe('');
    }
  });
});
