/** Fewer and shorter texts. Addresses of texts move along, so that they still mean the end of the same text. */
import { TEXT_STRIDE, textAddress } from '../../../spec/layout.ts';
import type { VirtualAddress } from '../../../spec/riscv.ts';
import type { Program, Workload } from '../../../spec/workload.ts';
import { addressesOf, withAddresses } from './addresses.ts';
import { type Neighbour, replaced, without } from './neighbour.ts';

const FIRST = textAddress(0);

/** The number of the text that the address lies in, where there is one. */
const textAt = (texts: readonly string[], va: VirtualAddress): number | undefined => {
  const text = Math.floor((va - FIRST) / TEXT_STRIDE);
  return va >= FIRST && text < texts.length ? text : undefined;
};

const withProgram = (workload: Workload, index: number, program: Program): Workload => ({
  ...workload,
  programs: replaced(workload.programs, index, program),
});

const withTexts = (program: Program, texts: readonly string[]): Program => {
  const { bodies } = program;
  return texts.length === 0 ? { bodies } : { bodies, texts };
};

const moved = (program: Program, move: (va: VirtualAddress) => VirtualAddress): Program => ({
  ...program,
  bodies: program.bodies.map((body) => body.map((operation) => withAddresses(operation, move))),
});

const isUsed = ({ bodies, texts = [] }: Program, text: number): boolean =>
  bodies.some((body) =>
    body.some((operation) => addressesOf(operation).some((va) => textAt(texts, va) === text)),
  );

/** Later texts move down. */
const withoutText = (program: Program, text: number): Program => {
  const { texts = [] } = program;
  const left = moved(program, (va) => ((textAt(texts, va) ?? 0) > text ? va - TEXT_STRIDE : va));
  return withTexts(left, without(texts, text));
};

/** Addresses in one text become the address of another. */
const withTextFor = (program: Program, text: number, other: number): Program => {
  const { texts = [] } = program;
  const merged = moved(program, (va) => (textAt(texts, va) === text ? textAddress(other) : va));
  return withoutText(merged, text);
};

/** The text written in another way: what an address in it means keeps its length from the end. */
const withOtherText = (program: Program, text: number, shorter: string): Program => {
  const { texts = [] } = program;
  const gone = (texts[text]?.length ?? 0) - shorter.length;
  const move = (va: VirtualAddress): VirtualAddress =>
    textAt(texts, va) === text ? Math.max(textAddress(text), va - gone) : va;
  return withTexts(moved(program, move), replaced(texts, text, shorter));
};

/** Shorter paths: one name less, or one odd way to write it less. */
const shorterTexts = (text: string): readonly string[] => [
  ...new Set([
    text.replace(/\/[^/]*/, ''),
    text.replace(/\/(?=\/)/, ''),
    text.replace(/\/\.(?=\/|$)/, ''),
    text.replace(/(?<=.)\/[^/]*$/, ''),
  ]),
];

/** All that nothing means any more, at once. */
export const withoutUnusedTexts = (workload: Workload): Workload => ({
  ...workload,
  programs: workload.programs.map((program) => {
    let left = program;
    for (let text = (program.texts?.length ?? 0) - 1; text >= 0; text--) {
      if (!isUsed(left, text)) left = withoutText(left, text);
    }
    return left;
  }),
});

export function* fewerTexts(workload: Workload): Generator<Neighbour> {
  for (const [index, program] of workload.programs.entries()) {
    for (const [number, text] of (program.texts ?? []).entries()) {
      const of = `text ${number} of program ${index}`;
      const change = (words: string, changed: Program): Neighbour => ({
        change: `${of} ${words}`,
        workload: withProgram(workload, index, changed),
      });
      if (!isUsed(program, number)) yield change('gone', withoutText(program, number));
      for (let other = 0; other < number; other++) {
        yield change(`made text ${other}`, withTextFor(program, number, other));
      }
      for (const shorter of shorterTexts(text)) {
        if (shorter.length >= text.length) continue;
        yield change(`made “${shorter}”`, withOtherText(program, number, shorter));
      }
    }
  }
}
