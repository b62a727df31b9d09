/**
 * One body of a program while it is being written: its operations so far, and what is true at this point of it.
 *
 * Registers have roles. s2 to s7 keep tids of children, a0 to a2 and a7 are the calls' own; loads go to the others, so
 * that what a task has read reaches no argument (the two-run property relies on it).
 */
import { type AbiGroup, type CallName, FRAME_BUDGET } from '../../spec/abi.ts';
import { BODY_STRIDE, bodyAddress, MAX_BODY } from '../../spec/layout.ts';
import {
  REGISTER_NAMES,
  type RegisterName,
  type VirtualAddress,
  type Word,
} from '../../spec/riscv.ts';
import type { Argument, Operation } from '../../spec/workload.ts';
import type { Dice } from './dice.ts';
import { DESCRIPTOR_REGISTERS, Filing } from './files/filing.ts';
import type { Texts } from './files/texts.ts';
import type { Pages } from './pages.ts';

/** Whether a program makes calls on files and datagrams: in a task that boot starts, or in one that is spawned, once. */
export type Speaks = 'no' | 'at boot' | 'as child';

/** What is known of a program: of those with higher indices everything, for they are written first. */
export interface ProgramFacts {
  /** Frames that a task of it may use at once, its children and threads included (spec/abi.ts, frame budget). */
  readonly peak: number;
  /** Of these, what may remain in use when its first task has ended. */
  readonly lasting: number;
  /** It uses a page that its parent is to share with it. */
  readonly hasInbox: boolean;
  /** It must not be shared with: see Scene. */
  readonly silent: boolean;
  readonly speaks: Speaks;
  readonly texts: readonly string[];
  readonly bodies: readonly (readonly Operation[])[];
}

/** What all bodies of a program have in common. */
export interface Scene {
  readonly groups: ReadonlySet<AbiGroup>;
  readonly program: number;
  readonly programs: number;
  /** By index; those up to `program` are not written yet. */
  readonly facts: readonly (ProgramFacts | undefined)[];
  /** It sends nothing to the console and shares no page, so that its data can be secret. */
  readonly silent: boolean;
  readonly hasInbox: boolean;
  readonly speaks: Speaks;
  readonly texts: Texts;
}

export interface Child {
  readonly register: RegisterName;
  /** The program that it runs; −1: a thread. */
  readonly program: number;
  readonly frames: number;
  ended: boolean;
}

const TID_REGISTERS = ['s2', 's3', 's4', 's5', 's6', 's7'] as const;
const CALL_REGISTERS: readonly RegisterName[] = ['zero', 'a0', 'a1', 'a2', 'a7'];
const isTidRegister = (name: RegisterName): boolean =>
  (TID_REGISTERS as readonly RegisterName[]).includes(name);
const DATA_REGISTERS = REGISTER_NAMES.filter(
  (name) => !isTidRegister(name) && !CALL_REGISTERS.includes(name),
);
/** Registers that `set` may fill at any time. */
const PLAIN_REGISTERS = REGISTER_NAMES.filter((name) => name !== 'zero' && !isTidRegister(name));
/** …and in programs that have no children. */
const ALL_REGISTERS = REGISTER_NAMES.filter((name) => name !== 'zero');
const withoutDescriptors = (names: readonly RegisterName[]): readonly RegisterName[] =>
  names.filter((name) => !DESCRIPTOR_REGISTERS.includes(name));
/** The same for tasks that keep descriptors. */
const DATA_REGISTERS_LEFT = withoutDescriptors(DATA_REGISTERS);
const PLAIN_REGISTERS_LEFT = withoutDescriptors(PLAIN_REGISTERS);

/** Operations kept free for the end of a body. */
const RESERVE = 10;

export class Script {
  readonly operations: Operation[] = [];
  readonly scene: Scene;
  readonly body: number;
  readonly pages: Pages;
  readonly filing: Filing;
  /** Children that have not been waited for. */
  readonly children: Child[] = [];
  /** Frames in use now, and at most so far, beyond those of its space and its task. */
  frames = 0;
  peak = 0;
  /** It has spawned a task that makes calls on files. */
  spoken = false;
  /** Keeps the tid of a child that was waited for, until another takes its place. */
  forgotten: RegisterName | undefined;
  #tids = 0;
  #values = 0;

  constructor(scene: Scene, body: number, pages: Pages, filing = new Filing(scene.texts)) {
    this.scene = scene;
    this.body = body;
    this.pages = pages;
    this.filing = filing;
  }

  has(group: AbiGroup): boolean {
    return this.scene.groups.has(group);
  }

  /** Is there room for so many more operations? */
  fits(count: number): boolean {
    return this.operations.length + count <= MAX_BODY - RESERVE;
  }

  push(operation: Operation): void {
    this.operations.push(operation);
  }

  call(call: CallName | number, ...args: readonly Argument[]): void {
    this.operations.push({ op: 'call', call, args });
  }

  /** The address of the operation that comes `ahead` operations after the next one. */
  here(ahead = 0): VirtualAddress {
    return bodyAddress(this.body) + (((this.operations.length + ahead) * 4) % BODY_STRIDE);
  }

  /** A word that no other task stores: found elsewhere, it tells where it came from. */
  value(): Word {
    this.#values += 1;
    return (this.scene.program + 1) * 0x1000 + this.body * 0x100 + this.#values;
  }

  dataRegister(dice: Dice): RegisterName {
    const registers = this.scene.speaks !== 'no' ? DATA_REGISTERS_LEFT : DATA_REGISTERS;
    return registers[dice.roll(registers.length)] ?? 't0';
  }

  /** Fills registers in a row, as many as asked for. */
  fill(dice: Dice, count: number): void {
    const leaf = this.scene.program === this.scene.programs - 1 && this.children.length === 0;
    const all = leaf && this.body > 0 ? ALL_REGISTERS : PLAIN_REGISTERS;
    const registers = this.scene.speaks !== 'no' ? PLAIN_REGISTERS_LEFT : all;
    const from = dice.roll(registers.length);
    for (let i = 0; i < count; i++) {
      const rd = registers[(from + i * 5) % registers.length] ?? 't0';
      this.push({ op: 'set', rd, value: this.value() });
    }
  }

  hold(frames: number): void {
    this.frames += frames;
    if (this.frames > this.peak) this.peak = this.frames;
  }

  /** Moves the tid of the child that was just made to a register that keeps it. */
  adopt(program: number): Child {
    const register = TID_REGISTERS[this.#tids % TID_REGISTERS.length] ?? 's2';
    this.#tids += 1;
    if (this.forgotten === register) this.forgotten = undefined;
    this.push({ op: 'move', rd: register, rs: 'a0' });
    const frames = program < 0 ? FRAME_BUDGET.perTask : (this.scene.facts[program]?.peak ?? 0);
    const child = { register, program, frames, ended: false };
    this.hold(frames);
    const lost = this.children.findIndex((other) => other.register === register);
    if (lost >= 0) this.children.splice(lost, 1);
    this.children.push(child);
    return child;
  }

  /** The child has been waited for. */
  forget(child: Child): void {
    const lasting = this.scene.facts[child.program]?.lasting ?? 0;
    this.frames -= child.frames - lasting;
    this.children.splice(this.children.indexOf(child), 1);
    this.forgotten = child.register;
  }

  /** A child that has not been killed (and that pages may be shared with); `undefined`: there is none. */
  livingChild(dice: Dice, which: 'any' | 'talks' = 'any'): Child | undefined {
    const { facts } = this.scene;
    const living = this.children.filter(
      ({ ended, program }) => !ended && (which === 'any' || facts[program]?.silent === false),
    );
    return living[dice.roll(living.length || 1)];
  }
}
