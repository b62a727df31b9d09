/**
 * Executes script operations: the machine's hottest loop. One operation is one user instruction.
 *
 * Fetch, load and store try the TLB's tag first (one compare) and walk only on a miss. Nothing is allocated. The
 * first trap ends the burst. A fault changes no register, so that the operation can run again after the return.
 */
import { A0, A7, Cause, Mode } from '../spec/riscv.ts';
import { indexOfText, TextKind } from '../spec/layout.ts';
import { NO_ADDRESS, RecordKind } from '../spec/records.ts';
import type { Core } from './core.ts';
import type { HartState } from './hart-state.ts';
import { Access } from './mmu.ts';
import { Op, ROW } from './text.ts';

/** Makes every tag miss: supervisor mode never takes the fast path of user mode. */
const NEVER = 1 << 30;

/** @returns machine steps taken, 1 to limit */
export const runScript = (core: Core, hart: HartState, limit: number): number => {
  const { ram, mmu, operations, log, probe, costs } = core;
  const { registers, tlb, mode } = hart;
  const { mask, tagX, tagR, tagW, base } = tlb;
  const tags = mode === Mode.U ? hart.asidBits : NEVER;
  const { instruction, access } = costs;
  let pc = hart.pc;
  for (let done = 1; ; done++) {
    const page = pc >>> 12;
    const slot = page & mask;
    let word = 0;
    if (tagX[slot] === (tags | page)) {
      word = ram[(base[slot] as number) + ((pc & 0xfff) >>> 2)] as number;
    } else {
      const physical = mmu.translate(hart, pc, Access.execute, mode);
      hart.cycle += costs.walk;
      if (physical < 0) {
        hart.pc = pc;
        core.trap(hart, ~physical, pc);
        return done;
      }
      word = ram[physical >>> 2] as number;
    }
    const row = indexOfText(word) * ROW;
    if (word >>> 28 !== TextKind.script || row >= operations.length) {
      hart.pc = pc;
      core.trap(hart, Cause.illegalInstruction, word);
      return done;
    }
    hart.cycle += instruction;
    let va = 0;
    let at = -1;
    let value = 0;
    let next = pc + 4;
    switch (operations[row]) {
      case Op.set: {
        value = (operations[row + 2] as number) >>> 0;
        registers[operations[row + 1] as number] = value;
        registers[0] = 0;
        break;
      }
      case Op.move: {
        value = registers[operations[row + 2] as number] as number;
        registers[operations[row + 1] as number] = value;
        registers[0] = 0;
        break;
      }
      case Op.load: {
        va = (operations[row + 1] as number) >>> 0;
        const vpn = va >>> 12;
        const entry = vpn & mask;
        hart.cycle += access;
        if (tagR[entry] === (tags | vpn) && (va & 3) === 0) {
          at = (base[entry] as number) + ((va & 0xfff) >>> 2);
        } else {
          const physical =
            va & 3 ? ~Cause.loadMisaligned : mmu.translate(hart, va, Access.read, mode);
          if (physical < 0) {
            hart.pc = pc;
            core.trap(hart, ~physical, va);
            return done;
          }
          hart.cycle += costs.walk;
          at = physical >>> 2;
        }
        value = ram[at] as number;
        registers[operations[row + 2] as number] = value;
        registers[0] = 0;
        break;
      }
      case Op.store:
      case Op.storeRegister: {
        va = (operations[row + 1] as number) >>> 0;
        const vpn = va >>> 12;
        const entry = vpn & mask;
        hart.cycle += access;
        value = operations[row + 2] as number;
        value = operations[row] === Op.store ? value >>> 0 : (registers[value] as number);
        if (tagW[entry] === (tags | vpn) && (va & 3) === 0) {
          at = (base[entry] as number) + ((va & 0xfff) >>> 2);
        } else {
          const physical =
            va & 3 ? ~Cause.storeMisaligned : mmu.translate(hart, va, Access.write, mode);
          if (physical < 0) {
            hart.pc = pc;
            core.trap(hart, ~physical, va);
            return done;
          }
          hart.cycle += costs.walk;
          at = physical >>> 2;
        }
        ram[at] = value;
        if (probe !== undefined) probe.wrote(at);
        break;
      }
      case Op.call: {
        setArguments(registers, operations, row);
        hart.time += 1;
        hart.pc = pc;
        core.trap(hart, mode === Mode.U ? Cause.userEcall : Cause.supervisorEcall, 0);
        return done;
      }
      case Op.jump: {
        va = (operations[row + 1] as number) >>> 0;
        if (va & 3) {
          hart.pc = pc;
          core.trap(hart, Cause.instructionMisaligned, va);
          return done;
        }
        next = va;
        break;
      }
      case Op.loop: {
        next = pc;
        break;
      }
      default: {
        hart.pc = pc;
        core.trap(hart, Cause.illegalInstruction, word);
        return done;
      }
    }
    hart.time += 1;
    if (log !== undefined) {
      log.record(RecordKind.retire, hart, pc, word, va, at < 0 ? NO_ADDRESS : at * 4, value);
    }
    pc = next >>> 0;
    if (done >= limit || (log !== undefined && log.full)) {
      hart.pc = pc;
      return done;
    }
  }
};

/** All arguments are read before any register is written. */
const setArguments = (registers: Uint32Array, operations: Int32Array, row: number): void => {
  const count = operations[row + 2] as number;
  const fromRegister = operations[row + 3] as number;
  let a0 = operations[row + 4] as number;
  let a1 = operations[row + 5] as number;
  let a2 = operations[row + 6] as number;
  if (fromRegister & 1) a0 = registers[a0] as number;
  if (fromRegister & 2) a1 = registers[a1] as number;
  if (fromRegister & 4) a2 = registers[a2] as number;
  registers[A7] = operations[row + 1] as number;
  if (count > 0) registers[A0] = a0;
  if (count > 1) registers[A0 + 1] = a1;
  if (count > 2) registers[A0 + 2] = a2;
};
