/**
 * What a program knows about itself while it is being written: which pages its address space has at that point, which
 * were unmapped, which children it has and in which registers. With it an operation can say "my second page" or "what
 * was just unmapped" and still end up as a concrete address.
 */
import type { AbiGroup, CallName } from '../../spec/abi.ts';
import { MAX_BODY } from '../../spec/layout.ts';
import type { RegisterName, VirtualAddress } from '../../spec/riscv.ts';
import type { Argument, Operation } from '../../spec/workload.ts';
import type { Choices } from './choices.ts';

/** Registers that hold children's tids. */
const CHILD_REGISTERS = ['s2', 's3', 's4', 's5', 's6', 's7'] as const;
/** Where a loaded word goes: never an argument register, so that a secret reaches no call. */
export const SCRATCH = ['t0', 't1', 's8', 's9', 't6', 'ra'] as const;
/** Registers that a program fills, so that a switch which loses one is seen. */
export const FILLED = [
  's0',
  's5',
  't2',
  'sp',
  's10',
  'gp',
  't4',
  's1',
  'tp',
  's11',
  't5',
  't3',
  's6',
  'a3',
  'a6',
  'a5',
] as const;

/** Data pages that programs use: 0x2000, 0x3000, …; few, so that they meet. */
export const DATA_PAGES = 5;
export const pageAddress = (index: number): VirtualAddress => (2 + (index % DATA_PAGES)) * 4096;
/** Where parents and children share. */
export const SHARED_PAGE: VirtualAddress = 0x8000;

/** What the whole workload offers to its programs. */
export interface Setting {
  readonly groups: readonly AbiGroup[];
  readonly programs: number;
  /** The program that others spawn; the last one. */
  readonly worker: number;
}

export class ProgramWriter {
  readonly setting: Setting;
  readonly choices: Choices;
  readonly operations: Operation[] = [];
  /** Data pages mapped at this point, with their rights; in order of mapping. */
  readonly pages: Map<VirtualAddress, number>;
  readonly unmapped: VirtualAddress[] = [];
  readonly children: RegisterName[] = [];
  /** The last operation ends the task: nothing may follow. */
  over = false;

  constructor(setting: Setting, choices: Choices, pages: ReadonlyMap<VirtualAddress, number>) {
    this.setting = setting;
    this.choices = choices;
    this.pages = new Map(pages);
  }

  /** Room for one more operation and an exit. */
  get full(): boolean {
    return this.operations.length >= MAX_BODY - 4;
  }

  has(group: AbiGroup): boolean {
    return this.setting.groups.includes(group);
  }

  add(operation: Operation): void {
    if (!this.over && this.operations.length < MAX_BODY - 1) this.operations.push(operation);
  }

  call(call: CallName | number, ...args: Argument[]): void {
    this.add({ op: 'call', call, args });
  }

  /** The last operation of the task. */
  end(operation: Operation): void {
    this.add(operation);
    this.over = true;
  }

  /** One of the pages that are mapped and have the right; `undefined` if there is none. */
  aPage(right: number): VirtualAddress | undefined {
    const fitting = [...this.pages]
      .filter(([, rights]) => (rights & right) !== 0)
      .map(([va]) => va);
    return fitting[this.choices.next(Math.max(1, fitting.length))];
  }

  /** A data page that is not mapped; `undefined` if all are. */
  aFreePage(): VirtualAddress | undefined {
    const first = this.choices.next(DATA_PAGES);
    for (let i = 0; i < DATA_PAGES; i++) {
      const va = pageAddress(first + i);
      if (!this.pages.has(va)) return va;
    }
    return undefined;
  }

  /** An address within a page: its first words, and its last. */
  within(page: VirtualAddress): VirtualAddress {
    return page + this.choices.pick([0, 0, 4, 8, 4092]);
  }

  map(page: VirtualAddress, rights: number): void {
    this.call('map', page, rights);
    this.pages.set(page, rights);
  }

  unmap(page: VirtualAddress): void {
    this.call('unmap', page);
    this.pages.delete(page);
    this.unmapped.push(page);
  }

  /** Keeps the tid that a call has just returned. */
  keepChild(): RegisterName {
    const register = CHILD_REGISTERS[this.children.length % CHILD_REGISTERS.length] ?? 's2';
    this.add({ op: 'move', rd: register, rs: 'a0' });
    this.children.push(register);
    return register;
  }
}
