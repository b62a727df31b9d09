import { describe, expect, test } from 'vitest';
import { keyOf, sameKey } from '../key.ts';
import { initialState } from '../state.ts';
import { workload } from '../testing.ts';
import type { ServiceCall } from './served.ts';

/** A state in which calls may still take effect though their caller, of space 1, was ended. */
const haunted = (...calls: readonly ServiceCall[]) => ({
  ...initialState(workload(1, []), { implements: ['files'] }),
  ghosts: calls.map((call) => ({ owner: 1, call })),
});

describe('states with calls of ended callers', () => {
  const making: ServiceCall = { call: 'mkdir', path: 'a' };
  const removing: ServiceCall = { call: 'rmdir', path: 'a' };

  test('are the same if the same may still happen', () => {
    expect(sameKey(keyOf(haunted(making)), keyOf(haunted({ ...making })))).toBe(true);
  });

  test('differ if something else may still happen, or nothing', () => {
    expect(sameKey(keyOf(haunted(making)), keyOf(haunted(removing)))).toBe(false);
    expect(sameKey(keyOf(haunted(making)), keyOf(haunted()))).toBe(false);
  });
});
