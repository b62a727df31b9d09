/**
 * The code of modules that do nothing but count: enough to see whether they are really there. It is installed once, in
 * a page that stands for the files; loading a module copies its words.
 */
import type { ComponentEntry, Machine } from '../../hardware/contract.ts';
import type { Frame } from '../../spec/riscv.ts';
import { DataWord } from './life.ts';
import type { ModuleCode } from './loader.ts';
import { RELOCATION } from './symbols.ts';

/** The number under which the log shows code of modules. */
const MODULE = 64;

const init: ComponentEntry = (hart, data = 0) => hart.load(data + DataWord.answer) | 0;

const exit: ComponentEntry = (hart, data = 0) => {
  hart.store(data + DataWord.calls, 0);
  return 0;
};

/** Counts the call, and calls each module that it imports from, which only counts. */
const use: ComponentEntry = (hart, data = 0, rodata = 0, imports = 0) => {
  const calls = hart.load(data + DataWord.calls) + 1;
  hart.store(data + DataWord.calls, calls);
  let sum = calls;
  for (let at = rodata; at < rodata + imports * RELOCATION; at += RELOCATION) {
    sum += hart.call(hart.load(at), hart.load(at + 4), 0, 0) as number;
  }
  return sum;
};

/** @param frame a page of text that is free */
export const installCode = (machine: Machine, frame: Frame): ModuleCode => {
  const at = (name: string, entry: ComponentEntry): number =>
    frame * 1024 + (machine.installComponent(name, entry, frame, MODULE, true) >>> 2);
  const [first, second, third] = [at('init', init), at('exit', exit), at('use', use)];
  const { ram } = machine;
  return { init: ram[first] ?? 0, exit: ram[second] ?? 0, use: ram[third] ?? 0 };
};
