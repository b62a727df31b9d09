/**
 * ELF64, little endian, relocatable: the few sections of a kernel module that tell what it exports, needs and is.
 * Written for thousands of files a second, so only what is asked for is read. Big-endian machines are left out.
 * Source: System V ABI, “Object Files” (gABI 4.3); include/uapi/linux/elf.h.
 *
 *     0 magic  4 class 5 data … 16 type … 40 shoff(8) … 58 shentsize 60 shnum 62 shstrndx     header, 64 bytes
 *     0 name 4 type 8 flags 16 addr 24 offset(8) 32 size(8) 40 link 44 info 48 align 56 entsize  section, 64 bytes
 */
import { BadTree } from '../bad-tree.ts';
import type { Bytes } from './bytes.ts';

export interface Section {
  readonly index: number;
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
}

/** What a module's facts are read from. */
export interface Sections {
  readonly symbols: Section | undefined;
  readonly modinfo: Section | undefined;
  readonly versions: Section | undefined;
  readonly exported: Section | undefined;
  readonly exportedGpl: Section | undefined;
  readonly crcs: Section | undefined;
  readonly crcsGpl: Section | undefined;
  readonly exportStrings: Section | undefined;
  /** By the index that symbols use. */
  readonly at: (index: number) => Section | undefined;
}

const HEADER_BYTES = 64;
const ENTRY_BYTES = 64;
const MAGIC = 0x464c457f;
const [CLASS_64, LITTLE_ENDIAN, RELOCATABLE] = [2, 1, 1];
const SHT_SYMTAB = 2;
const SHT_NOBITS = 8;
const SHN_XINDEX = 0xffff;
/** The first bytes of every name that matters besides `.modinfo`: two underscores. */
const UNDERSCORES = 0x5f5f;
const DOT_M = 0x6d2e;

const FIELDS: Readonly<Record<string, keyof Sections>> = {
  '.modinfo': 'modinfo',
  __versions: 'versions',
  __ksymtab: 'exported',
  __ksymtab_gpl: 'exportedGpl',
  __kcrctab: 'crcs',
  __kcrctab_gpl: 'crcsGpl',
  __ksymtab_strings: 'exportStrings',
};
const LONGEST_NAME = 24;

export const sectionsOf = (bytes: Bytes): Sections => {
  const header = bytes.piece(0, HEADER_BYTES, 'the ELF header');
  requireModule(bytes, header);
  const start = wide(header, 40);
  const entryBytes = header.readUInt16LE(58);
  if (entryBytes !== ENTRY_BYTES) {
    throw new BadTree(
      `${bytes.file}: the ELF header says that section headers have ${entryBytes} bytes, expected ${ENTRY_BYTES}: it is no module; install it again.`,
    );
  }
  let count = header.readUInt16LE(60);
  let names = header.readUInt16LE(62);
  if (count === 0 || names === SHN_XINDEX) {
    const first = bytes.piece(start, ENTRY_BYTES, 'section header 0');
    if (count === 0) count = wide(first, 32);
    if (names === SHN_XINDEX) names = first.readUInt32LE(40);
  }
  const table = bytes.piece(start, count * ENTRY_BYTES, `the table of ${count} section headers`);
  return find(bytes, table, count, names);
};

const find = (bytes: Bytes, table: Buffer, count: number, namesIndex: number): Sections => {
  const at = (index: number): Section | undefined =>
    index > 0 && index < count ? sectionAt(table, index) : undefined;
  const names = sectionBytes(bytes, at(namesIndex), 'the names of sections');
  const found: { -readonly [Field in keyof Sections]?: Sections[Field] } = {};
  for (let index = 1; index < count; index++) {
    const entry = index * ENTRY_BYTES;
    if (table.readUInt32LE(entry + 4) === SHT_SYMTAB) found.symbols ??= sectionAt(table, index);
    const name = table.readUInt32LE(entry);
    if (name + 1 >= names.length) continue;
    const start = names.readUInt16LE(name);
    if (start !== UNDERSCORES && start !== DOT_M) continue;
    const field = FIELDS[textAt(names, name, LONGEST_NAME)];
    if (field !== undefined && field !== 'at') found[field] = sectionAt(table, index);
  }
  return { ...NOTHING, ...found, at };
};

const NOTHING = {
  symbols: undefined,
  modinfo: undefined,
  versions: undefined,
  exported: undefined,
  exportedGpl: undefined,
  crcs: undefined,
  crcsGpl: undefined,
  exportStrings: undefined,
};

const requireModule = (bytes: Bytes, header: Buffer): void => {
  const elf = header.readUInt32LE(0) === MAGIC;
  const kind = elf && header[4] === CLASS_64 && header[5] === LITTLE_ENDIAN;
  if (kind && header.readUInt16LE(16) === RELOCATABLE) return;
  const wanted = 'a module is a 64-bit little-endian relocatable ELF file';
  const seen = elf ? 'another kind of ELF file' : 'not an ELF file';
  throw new BadTree(`${bytes.file}: ${wanted}, this is ${seen}; remove it or install it again.`);
};

const sectionAt = (table: Buffer, index: number): Section => {
  const entry = index * ENTRY_BYTES;
  return {
    index,
    type: table.readUInt32LE(entry + 4),
    offset: wide(table, entry + 24),
    size: wide(table, entry + 32),
    link: table.readUInt32LE(entry + 40),
    info: table.readUInt32LE(entry + 44),
  };
};

const EMPTY = Buffer.alloc(0);

/** Nothing for a section that is not there, or has no bytes in the file. */
export const sectionBytes = (bytes: Bytes, section: Section | undefined, what: string): Buffer =>
  section === undefined || section.type === SHT_NOBITS
    ? EMPTY
    : bytes.piece(section.offset, section.size, what);

/** A 64-bit number. Those above 2⁵³ lose digits: no file has so many bytes, so they are refused all the same. */
const wide = (buffer: Buffer, offset: number): number =>
  buffer.readUInt32LE(offset) + buffer.readUInt32LE(offset + 4) * 2 ** 32;

/** Text up to the next zero, the end of the section or `most` bytes. */
export const textAt = (strings: Buffer, offset: number, most = 1024): string => {
  const limit = Math.min(strings.length, offset + most);
  let end = offset;
  while (end < limit && strings[end] !== 0) end++;
  return strings.toString('latin1', offset, Math.max(offset, end));
};
