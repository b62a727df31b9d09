/**
 * A run of bytes copied by supervisor mode: page by page through the MMU, so that each page is translated once and each
 * access that is not the copier's own is noted once. Costs as many instructions as words and single bytes move.
 */
import type { VirtualAddress } from '../spec/riscv.ts';
import type { Core } from './core.ts';
import type { HartState } from './hart-state.ts';
import { Access } from './mmu.ts';

const PAGE = 4096;

const leftInPage = (va: VirtualAddress): number => PAGE - (va & (PAGE - 1));

export const copyBytes = (
  core: Core,
  hart: HartState,
  from: VirtualAddress,
  to: VirtualAddress,
  bytes: number,
): void => {
  for (let at = 0; at < bytes; ) {
    const source = (from + at) >>> 0;
    const target = (to + at) >>> 0;
    const count = Math.min(bytes - at, leftInPage(source), leftInPage(target));
    copyWithinPages(core, hart, source, target, count);
    at += count;
  }
};

const copyWithinPages = (
  core: Core,
  hart: HartState,
  from: VirtualAddress,
  to: VirtualAddress,
  bytes: number,
): void => {
  const read = core.supervisorAccess(hart, from, Access.read, 0);
  const written = core.supervisorAccess(hart, to, Access.write, 0);
  core.watch(hart, read, from, bytes, 0);
  core.watch(hart, written, to, bytes, 1);
  const words =
    ((read ^ written) & 3) === 0
      ? move(core, read, written, bytes)
      : bytewise(core, read, written, bytes);
  hart.cycle += 2 * (words - 1) * (core.costs.instruction + core.costs.access);
};

/** Single bytes up to a word's boundary, words, and the rest. Answers how many accesses that takes. */
const move = (core: Core, from: number, to: number, bytes: number): number => {
  const { ram } = core;
  const head = Math.min(-from & 3, bytes);
  const words = (bytes - head) >>> 2;
  const tail = bytes - head - words * 4;
  bytewise(core, from, to, head);
  const source = (from + head) >>> 2;
  const target = (to + head) >>> 2;
  ram.copyWithin(target, source, source + words);
  core.tracer?.wroteRun(core, target, words);
  bytewise(core, from + head + words * 4, to + head + words * 4, tail);
  return head + words + tail;
};

const bytewise = (core: Core, from: number, to: number, bytes: number): number => {
  const { ram } = core;
  for (let at = 0; at < bytes; at++) {
    const byte = ((ram[(from + at) >>> 2] as number) >>> (((from + at) & 3) * 8)) & 0xff;
    const word = (to + at) >>> 2;
    const shift = ((to + at) & 3) * 8;
    ram[word] = ((ram[word] as number) & ~(0xff << shift)) | (byte << shift);
  }
  if (bytes > 0) core.tracer?.wroteRun(core, to >>> 2, ((to + bytes - 1) >>> 2) - (to >>> 2) + 1);
  return bytes;
};
