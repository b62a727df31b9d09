/**
 * The first words of a module's read-only data: addresses that the loader writes there when the module is formed.
 *
 *     word 0 …             the kernel's facilities, an address each
 *     word FACILITIES …    for each module that it imports from: where `use` is, its data, its read-only data,
 *                          how many it imports from
 */
import { FACILITIES } from './extensions.ts';

/** Bytes: where the first relocation of an import lies, and how long each is. */
export const IMPORTS_AT = 4 * FACILITIES.length;
export const RELOCATION = 16;

/** @param owners how many modules it imports from */
export const relocationBytes = (owners: number): number => IMPORTS_AT + RELOCATION * owners;
