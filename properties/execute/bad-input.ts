/**
 * What is wrong with a kernel file that cannot be checked, for the person who gave it. The message is one sentence:
 * which file, where, what was expected and what to do.
 */
export class BadInput extends Error {
  override readonly name = 'BadInput';
  /** As the user gave it. */
  readonly file: string;

  constructor(file: string, message: string) {
    super(message);
    this.file = file;
  }
}

/** @param named what the file exports by name instead */
export const noDefaultExport = (file: string, named: readonly string[]): string => {
  const instead = named.length > 0 ? ` (it exports ${named.join(', ')} by name)` : '';
  return `${file} has no default export${instead}: end it with \`export default defineKernel({ … })\`.`;
};
