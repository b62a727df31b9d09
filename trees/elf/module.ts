/** The facts of one module from its ELF file: symbols, `.modinfo`, signature. */
import { BadTree } from '../bad-tree.ts';
import type { ModuleFacts } from '../tree.ts';
import type { Bytes } from './bytes.ts';
import { sectionBytes, sectionsOf } from './sections.ts';
import { Known, symbolsOf } from './symbols.ts';

/** What one file says of itself. Who answers to its symbols and soft dependencies is a question to the whole tree. */
export interface FileFacts
  extends Omit<ModuleFacts, 'name' | 'path' | 'depends' | 'needs' | 'softdeps' | 'signed'> {
  readonly signed: boolean;
  /** As written: `pre: a b post: c`, one for each line. */
  readonly softdepLines: readonly string[];
  /** `.modinfo`, entries ending in zeros: aliases are looked up in it. */
  readonly modinfo: string;
}

const SIGNATURE_MARK = '~Module signature appended~\n';

/** @param known shared by the files of a tree */
export const factsOfFile = (bytes: Bytes, known = new Known()): FileFacts => {
  const sections = sectionsOf(bytes);
  const { modinfo: section, symbols } = sections;
  if (section === undefined && symbols === undefined) {
    throw new BadTree(
      `${bytes.file}: a module has a section .modinfo or a table of symbols, this file has neither; remove it or install it again.`,
    );
  }
  const info = sectionBytes(bytes, section, '.modinfo');
  const modinfo = `\0${info.toString('latin1')}`;
  const licence = firstValue(modinfo, 'license');
  const vermagic = firstValue(modinfo, 'vermagic');
  const namespaces = valuesOf(modinfo, 'import_ns');
  return {
    ...symbolsOf(bytes, sections, known),
    ...(licence !== undefined && { licence }),
    ...(vermagic !== undefined && { vermagic: vermagic.trimEnd() }),
    ...(namespaces.length > 0 && { namespaces }),
    signed: isSigned(bytes),
    softdepLines: valuesOf(modinfo, 'softdep'),
    modinfo,
  };
};

const isSigned = (bytes: Bytes): boolean => {
  const length = SIGNATURE_MARK.length;
  if (bytes.size < length) return false;
  const end = bytes.piece(bytes.size - length, length, 'the mark of a signature');
  return end.toString('latin1') === SIGNATURE_MARK;
};

const firstValue = (modinfo: string, key: string): string | undefined => {
  const start = modinfo.indexOf(`\0${key}=`);
  return start < 0 ? undefined : entryAt(modinfo, start + key.length + 2);
};

/** All values of a key, in order. */
const valuesOf = (modinfo: string, key: string): string[] => {
  const [values, mark] = [[] as string[], `\0${key}=`];
  for (let at = modinfo.indexOf(mark); at >= 0; at = modinfo.indexOf(mark, at + mark.length)) {
    values.push(entryAt(modinfo, at + mark.length));
  }
  return values;
};

const entryAt = (modinfo: string, start: number): string => {
  const end = modinfo.indexOf('\0', start);
  return end < 0 ? modinfo.slice(start) : modinfo.slice(start, end);
};

/** Values of `alias` that begin as the expression says. */
export const aliasesOf = (modinfo: string, start: string): string[] =>
  Array.from(
    modinfo.matchAll(new RegExp(`\\0alias=(${start}[^\\0]*)`, 'g')),
    ([, alias = '']) => alias,
  );
