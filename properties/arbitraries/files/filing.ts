/**
 * What a body believes about files while it is being written: names, descriptors, and where the paths are that it
 * passes. Descriptors are the kernel's choice: each is kept in a register, or named by the number that it must have.
 */
import { FIRST_DESCRIPTOR, MAX_DESCRIPTORS, OpenFlag } from '../../../spec/files.ts';
import type { RegisterName, Word } from '../../../spec/riscv.ts';
import type { Argument } from '../../../spec/workload.ts';
import type { Dice } from '../dice.ts';
import { Names, type Node } from './names.ts';
import type { Texts } from './texts.ts';

/** Registers that keep descriptors, and nothing else. */
export const DESCRIPTOR_REGISTERS: readonly RegisterName[] = ['s8', 's9', 's10', 's11'];

/** An open-file description. */
export interface Description {
  readonly node: Node;
  readonly flags: number;
  offset: number;
}

export interface Descriptor {
  /** How calls name it. */
  argument: Argument;
  /** What it should be. */
  readonly number: number;
  readonly description: Description;
}

export const mayRead = ({ description }: Descriptor): boolean =>
  (description.flags & 3) !== OpenFlag.writeOnly && description.node.kind === 'file';
export const mayWrite = ({ description }: Descriptor): boolean =>
  (description.flags & 3) !== OpenFlag.readOnly && description.node.kind === 'file';

export class Filing {
  readonly names: Names;
  readonly texts: Texts;
  readonly descriptors: Descriptor[];
  /** Ports that it has bound. */
  readonly ports: Word[] = [];
  #registers = 0;

  constructor(texts: Texts, names = new Names(), descriptors: Descriptor[] = []) {
    this.texts = texts;
    this.names = names;
    this.descriptors = descriptors;
  }

  /** What a thread that starts now may believe: it has the same descriptors, but not in registers. */
  forThread(): Filing {
    const descriptors = this.descriptors.map((one) => ({ ...one, argument: one.number }));
    const filing = new Filing(this.texts, this.names.copy(), descriptors);
    filing.ports.push(...this.ports);
    return filing;
  }

  /** The lowest free number; `undefined`: all are open. */
  free(): number | undefined {
    const last = FIRST_DESCRIPTOR + MAX_DESCRIPTORS;
    for (let number = FIRST_DESCRIPTOR; number < last; number++) {
      if (this.descriptors.every((one) => one.number !== number)) return number;
    }
    return undefined;
  }

  /** The register for the next descriptor: the one that it kept is named by its number from now on. */
  nextRegister(): RegisterName {
    const register = DESCRIPTOR_REGISTERS[this.#registers % DESCRIPTOR_REGISTERS.length] ?? 's8';
    this.#registers += 1;
    for (const one of this.descriptors) if (one.argument === register) one.argument = one.number;
    return register;
  }

  drop(descriptor: Descriptor): void {
    this.descriptors.splice(this.descriptors.indexOf(descriptor), 1);
  }

  /** One that is good for this; `undefined`: there is none. */
  some(dice: Dice, isGood: (one: Descriptor) => boolean = () => true): Descriptor | undefined {
    const good = this.descriptors.filter(isGood);
    return good[dice.roll(good.length || 1)];
  }
}
