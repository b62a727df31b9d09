/**
 * The bytes of a module's file: what its signature is made of. They hold all that the module says of itself, in JSON
 * with its keys sorted and without blanks, so that equal facts have equal bytes; who has signed them is not among them.
 *
 * @see Linux, kernel/module/signing.c: the signature stands behind the bytes that it is made of
 */
import type { ModuleFacts } from './modules.ts';

const sorted = (_: string, value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
};

export const fileBytes = (facts: ModuleFacts): Uint8Array => {
  const { signature: _, ...said } = facts;
  return new TextEncoder().encode(JSON.stringify(said, sorted));
};
