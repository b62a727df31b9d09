/** Small modules for tests: real ELF files of a few hundred bytes, as a compiler and modpost would leave them. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Recipe {
  /** `.modinfo`, each `key=value`. */
  readonly info?: readonly string[];
  readonly exports?: readonly {
    readonly name: string;
    readonly crc?: number;
    readonly gplOnly?: boolean;
    readonly namespace?: string;
  }[];
  readonly imports?: readonly { readonly name: string; readonly crc?: number; weak?: boolean }[];
  /** Defined global symbols, such as init_module. */
  readonly defines?: readonly string[];
  readonly signed?: boolean;
  /** The versions stand in another order than the symbols. */
  readonly shuffled?: boolean;
}

/** Texts that end in zeros; each stands once. */
class Strings {
  text = '\0';

  at(text: string): number {
    const known = this.text.indexOf(`\0${text}\0`);
    if (known >= 0) return known + 1;
    const offset = this.text.length;
    this.text += `${text}\0`;
    return offset;
  }
}

interface Content {
  readonly name: string;
  readonly type: number;
  readonly bytes: Buffer;
  readonly link?: number;
  readonly info?: number;
}

const [PROGBITS, SYMTAB, STRTAB] = [1, 2, 3];
const [LOCAL, GLOBAL, WEAK] = [0, 1, 2];
const [KSYMTAB, KSYMTAB_GPL, KCRCTAB, KCRCTAB_GPL, KSTRINGS, SYMBOLS, NAMES] = [
  3, 4, 5, 6, 7, 8, 9,
] as const;

export const moduleBytes = (recipe: Recipe): Buffer => {
  const { info = ['license=GPL'], exports = [], imports = [], defines = [] } = recipe;
  const [names, kstrings] = [new Strings(), new Strings()];
  const locals: Buffer[] = [symbol(0, LOCAL, 0, 0)];
  const crcs = [[] as Buffer[], [] as Buffer[]] as const;
  for (const { name, crc, gplOnly = false, namespace = '' } of exports) {
    const list = gplOnly ? crcs[1] : crcs[0];
    locals.push(symbol(names.at(`__ksymtab_${name}`), LOCAL, gplOnly ? KSYMTAB_GPL : KSYMTAB, 0));
    locals.push(symbol(names.at(`__kstrtabns_${name}`), LOCAL, KSTRINGS, kstrings.at(namespace)));
    if (crc === undefined) continue;
    const section = gplOnly ? KCRCTAB_GPL : KCRCTAB;
    locals.push(symbol(names.at(`__crc_${name}`), LOCAL, section, 4 * list.length));
    list.push(word(crc));
  }
  const globals = [
    ...imports.map(({ name, weak }) => symbol(names.at(name), weak ? WEAK : GLOBAL, 0, 0)),
    ...defines.map((name) => symbol(names.at(name), GLOBAL, 1, 0)),
  ];
  const versions = imports.flatMap(({ name, crc }) =>
    crc === undefined ? [] : version(name, crc),
  );
  if (recipe.shuffled) versions.reverse();
  const table = Buffer.concat([...locals, ...globals]);
  const contents: Content[] = [
    {
      name: '.modinfo',
      type: PROGBITS,
      bytes: Buffer.from(info.map((one) => `${one}\0`).join('')),
    },
    { name: '__versions', type: PROGBITS, bytes: Buffer.concat(versions) },
    { name: '__ksymtab', type: PROGBITS, bytes: Buffer.alloc(0) },
    { name: '__ksymtab_gpl', type: PROGBITS, bytes: Buffer.alloc(0) },
    { name: '__kcrctab', type: PROGBITS, bytes: Buffer.concat(crcs[0]) },
    { name: '__kcrctab_gpl', type: PROGBITS, bytes: Buffer.concat(crcs[1]) },
    { name: '__ksymtab_strings', type: PROGBITS, bytes: Buffer.from(kstrings.text) },
    { name: '.symtab', type: SYMTAB, bytes: table, link: NAMES, info: locals.length },
    { name: '.strtab', type: STRTAB, bytes: Buffer.from(names.text) },
  ];
  if (contents[SYMBOLS - 1]?.type !== SYMTAB) throw new Error('the order of sections is fixed');
  const mark = recipe.signed ? '~Module signature appended~\n' : '';
  return Buffer.concat([elf(contents), Buffer.from(mark)]);
};

const elf = (contents: readonly Content[]): Buffer => {
  const sectionNames = new Strings();
  for (const { name } of contents) sectionNames.at(name);
  sectionNames.at('.shstrtab');
  const all = [
    ...contents,
    { name: '.shstrtab', type: STRTAB, bytes: Buffer.from(sectionNames.text) } as Content,
  ];
  const parts: Buffer[] = [];
  const headers: Buffer[] = [Buffer.alloc(64)];
  let offset = 64;
  for (const { name, type, bytes, link = 0, info = 0 } of all) {
    headers.push(header(sectionNames.at(name), type, offset, bytes.length, link, info));
    parts.push(bytes);
    offset += bytes.length;
  }
  const start = Buffer.alloc(64);
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]).copy(start);
  start.writeUInt16LE(1, 16);
  start.writeUInt16LE(62, 18);
  start.writeUInt32LE(offset, 40);
  start.writeUInt16LE(64, 58);
  start.writeUInt16LE(headers.length, 60);
  start.writeUInt16LE(headers.length - 1, 62);
  return Buffer.concat([start, ...parts, ...headers]);
};

const header = (...[name, type, offset, size, link, info]: number[]): Buffer => {
  const bytes = Buffer.alloc(64);
  bytes.writeUInt32LE(name ?? 0, 0);
  bytes.writeUInt32LE(type ?? 0, 4);
  bytes.writeUInt32LE(offset ?? 0, 24);
  bytes.writeUInt32LE(size ?? 0, 32);
  bytes.writeUInt32LE(link ?? 0, 40);
  bytes.writeUInt32LE(info ?? 0, 44);
  return bytes;
};

const symbol = (name: number, binding: number, section: number, value: number): Buffer => {
  const bytes = Buffer.alloc(24);
  bytes.writeUInt32LE(name, 0);
  bytes[4] = binding << 4;
  bytes.writeUInt16LE(section, 6);
  bytes.writeUInt32LE(value, 8);
  return bytes;
};

const version = (name: string, crc: number): Buffer => {
  const bytes = Buffer.alloc(64);
  bytes.writeUInt32LE(crc, 0);
  bytes.write(name, 8, 55, 'latin1');
  return bytes;
};

const word = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value, 0);
  return bytes;
};

/** A folder with these files, in the folder for temporary files. */
export const folderWith = (files: Readonly<Record<string, string | Buffer>>): string => {
  const root = mkdtempSync(join(tmpdir(), 'kernelcheck-tree-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
};
