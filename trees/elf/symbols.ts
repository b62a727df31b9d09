/**
 * What a module imports and exports, from its table of symbols.
 *
 * Imports are undefined symbols, in the order of the table; `__versions` adds the CRC that each was compiled with, and
 * names that only the loader checks (module_layout). Exports are labels that EXPORT_SYMBOL leaves: `__ksymtab_x` in
 * the section that says who may use x, `__crc_x` at its CRC (or, in older kernels, equal to it), `__kstrtabns_x` at
 * its namespace. Source: include/linux/export-internal.h, scripts/mod/modpost.c.
 *
 *     0 name(4)  4 info: binding << 4 | type  6 section(2)  8 value(8)  16 size(8)     symbol, 24 bytes
 *     0 crc(8)   8 name(56)                                                            version, 64 bytes
 */
import { BadTree } from '../bad-tree.ts';
import type { ExportedSymbol, ImportedSymbol } from '../tree.ts';
import type { Bytes } from './bytes.ts';
import { Interned } from './interned.ts';
import { type Section, type Sections, sectionBytes, textAt } from './sections.ts';

export interface Symbols {
  readonly exports: readonly ExportedSymbol[];
  readonly imports: readonly ImportedSymbol[];
  readonly init: boolean;
  readonly exit: boolean;
}

const SYMBOL_BYTES = 24;
/** The largest module of a distribution has 60,000. */
const MOST_SYMBOLS = 1_000_000;
const VERSION_BYTES = 64;
const VERSION_NAME = 8;
const [UNDEFINED, ABSOLUTE] = [0, 0xfff1];
const [GLOBAL, WEAK] = [1, 2];

/** Imports that were met before: most modules import the same few, so that each stands in memory once. */
export class Known {
  readonly #names = new Interned();
  readonly #symbols: ImportedSymbol[] = [];

  /** The name at an offset, which ends at a zero. */
  name(strings: Buffer, offset: number): number {
    return this.#names.at(strings, offset, LONGEST_NAME);
  }

  text(name: number): string {
    return this.#names.texts[name] ?? '';
  }

  symbol(name: number, crc: number | undefined, weak: boolean): ImportedSymbol {
    const before = this.#symbols[name];
    if (before && before.crc === crc && (before.weak ?? false) === weak) return before;
    const symbol: ImportedSymbol = {
      name: this.text(name),
      ...(crc !== undefined && { crc }),
      ...(weak && { weak }),
    };
    this.#symbols[name] = symbol;
    return symbol;
  }
}

/** Twice what the kernel allows (KSYM_NAME_LEN). */
const LONGEST_NAME = 1024;

export const symbolsOf = (bytes: Bytes, sections: Sections, known: Known): Symbols => {
  const { symbols } = sections;
  const nothing = { exports: [], imports: [], init: false, exit: false };
  if (symbols === undefined) return nothing;
  if (symbols.size % SYMBOL_BYTES !== 0) {
    throw new BadTree(
      `${bytes.file}: the table of symbols (section ${symbols.index}) has ${symbols.size} bytes, not a multiple of ${SYMBOL_BYTES}: it is damaged; install it again.`,
    );
  }
  const exporting = sections.exported !== undefined || sections.exportedGpl !== undefined;
  if (symbols.size > MOST_SYMBOLS * SYMBOL_BYTES) {
    throw new BadTree(
      `${bytes.file}: the table of symbols (section ${symbols.index}) has ${symbols.size / SYMBOL_BYTES} symbols, expected at most ${MOST_SYMBOLS}: it is no module; remove it or install it again.`,
    );
  }
  const table = tableOf(bytes, symbols, exporting);
  const names = sectionBytes(bytes, sections.at(symbols.link), 'the names of symbols');
  const versions = new Versions(bytes, sections.versions, known);
  const { imports, init, exit } = importsOf(table, names, versions, known);
  return {
    exports: exporting ? exportsOf(bytes, sections, table, names) : [],
    imports,
    init,
    exit,
  };
};

/** Local symbols come first, `info` of them; only a module that exports has local symbols of interest. */
const tableOf = (bytes: Bytes, { offset, size, info }: Section, all: boolean): Buffer => {
  const skipped = all ? 0 : Math.min(size, info * SYMBOL_BYTES);
  return bytes.piece(offset + skipped, size - skipped, 'the table of symbols');
};

const importsOf = (
  table: Buffer,
  names: Buffer,
  versions: Versions,
  known: Known,
): Omit<Symbols, 'exports'> => {
  const imports: ImportedSymbol[] = [];
  let [init, exit] = [false, false];
  for (let at = 0; at < table.length; at += SYMBOL_BYTES) {
    const binding = (table[at + 4] ?? 0) >> 4;
    if (binding !== GLOBAL && binding !== WEAK) continue;
    const name = table.readUInt32LE(at);
    if (table.readUInt16LE(at + 6) !== UNDEFINED) {
      init ||= isText(names, name, INIT);
      exit ||= isText(names, name, EXIT);
      continue;
    }
    const number = known.name(names, name);
    if (known.text(number) === '') continue;
    imports.push(known.symbol(number, versions.take(number), binding === WEAK));
  }
  for (const [name, crc] of versions.others()) imports.push(known.symbol(name, crc, false));
  return { imports, init, exit };
};

const INIT = Buffer.from('init_module\0');
const EXIT = Buffer.from('cleanup_module\0');

const isText = (strings: Buffer, offset: number, text: Buffer): boolean => {
  for (let i = 0; i < text.length; i++) if (strings[offset + i] !== text[i]) return false;
  return true;
};

/** The CRCs of a module's imports, by the number of the name. */
class Versions {
  readonly #crcs = new Map<number, number>();

  constructor(bytes: Bytes, section: Section | undefined, known: Known) {
    const entries = sectionBytes(bytes, section, '__versions');
    const end = entries.length - (entries.length % VERSION_BYTES);
    for (let at = 0; at < end; at += VERSION_BYTES) {
      this.#crcs.set(known.name(entries, at + VERSION_NAME), entries.readUInt32LE(at));
    }
  }

  take(name: number): number | undefined {
    const crc = this.#crcs.get(name);
    this.#crcs.delete(name);
    return crc;
  }

  /** What the loader checks besides the symbols. */
  others(): Iterable<readonly [name: number, crc: number]> {
    return this.#crcs;
  }
}

const [KSYMTAB, CRC, NAMESPACE] = ['__ksymtab_', '__crc_', '__kstrtabns_'].map((text) =>
  Buffer.from(text),
) as [Buffer, Buffer, Buffer];

const startsWith = (strings: Buffer, offset: number, prefix: Buffer): boolean => {
  // The ninth letter differs where the first do not: nearly every name is refused at the first.
  if (strings[offset] !== 0x5f || strings[offset + 1] !== 0x5f) return false;
  for (let i = 2; i < prefix.length; i++) if (strings[offset + i] !== prefix[i]) return false;
  return true;
};

const exportsOf = (
  bytes: Bytes,
  sections: Sections,
  table: Buffer,
  names: Buffer,
): readonly ExportedSymbol[] => {
  const gplSection = sections.exportedGpl?.index;
  const strings = sectionBytes(bytes, sections.exportStrings, '__ksymtab_strings');
  const crcs = [sections.crcs, sections.crcsGpl].map((section) => ({
    index: section?.index,
    content: sectionBytes(bytes, section, 'the CRCs of exports'),
  }));
  const gplOnly = new Map<string, boolean>();
  const crcOf = new Map<string, number>();
  const namespaces = new Map<string, string>();
  for (let at = 0; at < table.length; at += SYMBOL_BYTES) {
    const name = table.readUInt32LE(at);
    const section = table.readUInt16LE(at + 6);
    if (section === UNDEFINED) continue;
    const value = table.readUInt32LE(at + 8);
    if (startsWith(names, name, KSYMTAB)) {
      gplOnly.set(textAt(names, name + KSYMTAB.length), section === gplSection);
    } else if (startsWith(names, name, CRC)) {
      const content = crcs.find(({ index }) => index === section)?.content;
      const crc = section === ABSOLUTE ? value : word(content, value);
      if (crc !== undefined) crcOf.set(textAt(names, name + CRC.length), crc);
    } else if (startsWith(names, name, NAMESPACE)) {
      const namespace = textAt(strings, value);
      if (namespace !== '') namespaces.set(textAt(names, name + NAMESPACE.length), namespace);
    }
  }
  return Array.from(gplOnly, ([name, gpl]) => {
    const [crc, namespace] = [crcOf.get(name), namespaces.get(name)];
    return {
      name,
      gplOnly: gpl,
      ...(crc !== undefined && { crc }),
      ...(namespace !== undefined && { namespace }),
    };
  });
};

const word = (content: Buffer | undefined, offset: number): number | undefined =>
  content !== undefined && offset + 4 <= content.length ? content.readUInt32LE(offset) : undefined;
