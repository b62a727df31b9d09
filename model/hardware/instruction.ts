/** One instruction of a script: fetch, decode, execute. A fault changes no register, so that it can run again. */
import { match } from 'ts-pattern';
import { Call } from '../../spec/abi.ts';
import { indexOfText, kindOfText, TextKind } from '../../spec/layout.ts';
import {
  A0,
  A7,
  Cause,
  Mode,
  type RegisterName,
  registerNumber,
  type VirtualAddress,
  type Word,
} from '../../spec/riscv.ts';
import type { Argument, Operation } from '../../spec/workload.ts';
import type { Outcome } from './actions.ts';
import { type Hart, readWord, type State, writeWord } from './state.ts';
import { type AccessKind, translate } from './translate.ts';
import { enter } from './trap.ts';

const operandOf = (hart: Hart, argument: Argument): Word =>
  typeof argument === 'number' ? argument >>> 0 : (hart.registers[registerNumber(argument)] ?? 0);

/** x0 stays 0. */
const setRegister = (hart: Hart, number: number, value: Word): void => {
  if (number !== 0) hart.registers[number] = value >>> 0;
};

interface Retired {
  readonly va?: VirtualAddress;
  readonly at?: number;
  readonly value?: Word;
  readonly next?: VirtualAddress;
}

const retire = (hart: Hart, word: Word, result: Retired): Outcome => {
  const { pc } = hart;
  hart.time += 1;
  hart.pc = result.next ?? (pc + 4) % 2 ** 32;
  return {
    kind: 'retired',
    pc,
    word,
    va: result.va ?? 0,
    at: result.at ?? -1,
    value: result.value ?? 0,
  };
};

/** Puts number and arguments into their registers, all read before any is written, then traps. */
const call = (state: State, hart: Hart, operation: Operation & { op: 'call' }): Outcome => {
  const values = operation.args.slice(0, 3).map((argument) => operandOf(hart, argument));
  setRegister(hart, A7, typeof operation.call === 'number' ? operation.call : Call[operation.call]);
  for (const [i, value] of values.entries()) setRegister(hart, A0 + i, value);
  hart.time += 1;
  return enter(state, hart, hart.mode === Mode.U ? Cause.userEcall : Cause.supervisorEcall, 0);
};

const transfer = (
  state: State,
  hart: Hart,
  word: Word,
  va: VirtualAddress,
  kind: AccessKind & ('load' | 'store'),
  effect: (at: number) => Word,
): Outcome => {
  if (va % 4 !== 0) {
    return enter(state, hart, kind === 'load' ? Cause.loadMisaligned : Cause.storeMisaligned, va);
  }
  const translated = translate(state, hart, va, kind, hart.mode);
  if (translated.kind === 'fault') return enter(state, hart, translated.cause, va);
  const at = translated.address / 4;
  return retire(hart, word, { va, at, value: effect(at) });
};

const load = (state: State, hart: Hart, word: Word, va: VirtualAddress, rd: RegisterName) =>
  transfer(state, hart, word, va, 'load', (at) => {
    const value = readWord(state, at);
    setRegister(hart, registerNumber(rd), value);
    return value;
  });

const store = (state: State, hart: Hart, word: Word, va: VirtualAddress, value: Word) =>
  transfer(state, hart, word, va, 'store', (at) => {
    writeWord(state, at, value);
    return value;
  });

const operate = (state: State, hart: Hart, word: Word, operation: Operation): Outcome =>
  match(operation)
    .with({ op: 'set' }, ({ rd, value }) => {
      setRegister(hart, registerNumber(rd), value);
      return retire(hart, word, { value: value >>> 0 });
    })
    .with({ op: 'move' }, ({ rd, rs }) => {
      const value = operandOf(hart, rs);
      setRegister(hart, registerNumber(rd), value);
      return retire(hart, word, { value });
    })
    .with({ op: 'load' }, ({ va, rd }) => load(state, hart, word, va, rd))
    .with({ op: 'store' }, ({ va, value }) => store(state, hart, word, va, operandOf(hart, value)))
    .with({ op: 'call' }, (operation) => call(state, hart, operation))
    .with({ op: 'jump' }, ({ va }) =>
      va % 4 === 0
        ? retire(hart, word, { va, next: va })
        : enter(state, hart, Cause.instructionMisaligned, va),
    )
    .with({ op: 'loop' }, () => retire(hart, word, { next: hart.pc }))
    .with({ op: 'privileged' }, () => enter(state, hart, Cause.illegalInstruction, word))
    .exhaustive();

export const execute = (state: State, hart: Hart): Outcome => {
  const fetched = translate(state, hart, hart.pc, 'fetch', hart.mode);
  if (fetched.kind === 'fault') return enter(state, hart, fetched.cause, hart.pc);
  const word = readWord(state, Math.floor(fetched.address / 4));
  const operation = state.setting.operations[indexOfText(word)];
  if (kindOfText(word) !== TextKind.script || !operation) {
    return enter(state, hart, Cause.illegalInstruction, word);
  }
  return operate(state, hart, word, operation);
};
