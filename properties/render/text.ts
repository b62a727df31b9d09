/**
 * Text as a terminal shows it: how many columns it takes, wrapped to a width, and made harmless.
 *
 * Rules: what is measured and wrapped is plain; colour is added afterwards (line.ts). Leaves out: grapheme clusters
 * beyond combining marks.
 */

/** Two columns each: East Asian wide and full width, and emoji (Unicode TR 11). */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const ZERO = /\p{M}/u;
/** Control and format characters: a terminal would obey them instead of showing them. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Columns that the text takes. */
export const width = (text: string): number => {
  let columns = 0;
  for (const character of text) {
    if (!ZERO.test(character)) columns += WIDE.test(character) ? 2 : 1;
  }
  return columns;
};

/** The text with nothing in it that a terminal would obey; a line break becomes a space. */
export const printable = (text: string): string => text.replace(UNPRINTABLE, ' ');

/** The longest word's width: no column can be narrower without cutting. */
export const longestWord = (text: string): number => Math.max(0, ...text.split(' ').map(width));

/** What stands between two words that stay on one line; printed as a space (line.ts). */
export const TOGETHER = '\u00a0';

/**
 * Lines of at most `columns`, broken at spaces; later ones begin with `hang` spaces. A word that is longer is cut.
 * Gives at least one line.
 */
export const wrap = (text: string, columns: number, hang = 0): readonly string[] => {
  const lines: string[] = [];
  let line: string | undefined;
  const add = (word: string): void => {
    const joined = line === undefined ? word : `${line} ${word}`;
    if (width(joined) <= columns) {
      line = joined;
      return;
    }
    if (line !== undefined) lines.push(line);
    const [first = '', rest] = cut((line === undefined ? '' : ' '.repeat(hang)) + word, columns);
    line = first;
    if (rest !== undefined) add(rest);
  };
  for (const word of printable(text).split(/ +/)) add(word);
  return [...lines, line ?? ''];
};

/** The part that fits, and the rest if there is any. At least one character fits. */
const cut = (word: string, columns: number): readonly [string, string?] => {
  let part = '';
  for (const character of word) {
    if (part.trim() !== '' && width(part + character) > columns)
      return [part, word.slice(part.length)];
    part += character;
  }
  return [part];
};

/** `1 task`, `2 tasks`. */
export const count = (number: number, noun: string, plural = `${noun}s`): string =>
  `${grouped(number)} ${number === 1 ? noun : plural}`;

/** 12345 → 12,345. */
export const grouped = (number: number): string => number.toLocaleString('en-GB');

/** 0.0345 → 3.4 %; whole numbers from 10 % on. Never rounded up: 4.97 % is less than 5 %. */
export const percent = (share: number): string => {
  const value = share * 100;
  const digits =
    value >= 10 || value === 0
      ? String(Math.floor(value))
      : (Math.floor(value * 10) / 10).toFixed(1);
  return `${digits}${TOGETHER}%`;
};
