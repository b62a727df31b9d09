/**
 * A tree, a file in it or a question about it that cannot be used. The message is one sentence for the person who gave
 * it: which file, where in it, what was expected and what to do.
 */
export class BadTree extends Error {
  override readonly name = 'BadTree';

  /** @param sentence names of files may hold anything: what a terminal would obey becomes a space */
  constructor(sentence: string) {
    super(sentence.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' '));
  }
}

/** For a sentence: a hostile name may be long. */
export const quoted = (text: string): string =>
  JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
