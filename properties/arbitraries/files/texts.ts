/**
 * The texts of a program: paths that calls take the address of. A path that is the end of a text is found within it, so
 * that a few texts serve for many paths.
 */
import { MAX_TEXTS, TEXT_STRIDE, textAddress } from '../../../spec/layout.ts';
import type { VirtualAddress } from '../../../spec/riscv.ts';

/** Bytes of a text, at most. */
const MAX_TEXT = TEXT_STRIDE - 1;

export class Texts {
  readonly list: string[] = [];

  /** Where the program has this text, added if there is room; `undefined` if there is none. */
  addressOf(text: string): VirtualAddress | undefined {
    const index = this.list.findIndex((one) => one.endsWith(text));
    if (index >= 0) return textAddress(index) + (this.list[index]?.length ?? 0) - text.length;
    if (text.length > MAX_TEXT || this.list.length === MAX_TEXTS) return undefined;
    this.list.push(text);
    return textAddress(this.list.length - 1);
  }
}
